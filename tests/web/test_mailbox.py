"""The mailbox page: what was sent, readable by people and by programs, in local mode only."""

import datetime as dt
import os
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bookme.communications.models import LastInbound, StoppedAddress
from bookme.communications.selectors.whatsapp import is_in_window
from bookme.core.time import now
from bookme.dev.mailbox import Mailbox
from bookme.tenants.models import Tenant

NUMBER = "+447700900123"
JSON = {"accept": "application/json"}


@pytest.fixture
def platform(db: None) -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    Mailbox(tmp_path / "mail").stop()
    return tmp_path / "mail"


def _put(folder: Path, *, age: int = 0, name: str = "1.host", html: str = "", **headers: str) -> None:
    message = EmailMessage()
    for key, value in ({"From": "Salon <a@b.example>", "Subject": "Hello", "To": "x@y.example"} | headers).items():
        message[key.replace("_", "-")] = value
    message.set_content("First line\n\nThe body é\n")
    if html:
        message.add_alternative(html, subtype="html")
    path = folder / "new" / name
    path.write_bytes(message.as_bytes())
    os.utime(path, (1_900_000_000 - age, 1_900_000_000 - age))


def test_it_is_there_only_in_local_mode(platform: Client, folder: Path, settings: Any) -> None:
    _put(folder)
    assert platform.get("/mailbox/").status_code == 200
    settings.LOCAL_MODE = False
    for path in ("/mailbox/", "/mailbox/1.host/", "/mailbox/1.host/html/"):
        assert platform.get(path).status_code == 404


def test_it_is_not_on_a_business_domain(folder: Path, client: Client, db: None) -> None:
    assert client.get("/mailbox/").status_code == 404


def test_an_empty_one_says_so(platform: Client, folder: Path) -> None:
    assert "Nothing was sent yet" in platform.get("/mailbox/").text
    assert platform.get("/mailbox/", headers=JSON).json() == []


def test_programs_get_a_list_newest_first(platform: Client, folder: Path) -> None:
    _put(folder, name="old", age=60, X_BookMe_Tenant="salon", X_BookMe_Channel="sms", X_BookMe_To="+447700900123")
    _put(folder, name="new", Delivered_To="x@y.example")
    new, old = platform.get("/mailbox/", headers=JSON).json()
    assert new == {
        "tenant": "",
        "channel": "email",
        "to": "x@y.example",
        "subject": "Hello",
        "text": "First line\n\nThe body é\n",
        "sent_at": dt.datetime.fromtimestamp(1_900_000_000, dt.UTC).isoformat(),
    }
    assert (old["tenant"], old["channel"], old["to"]) == ("salon", "sms", "+447700900123")


def test_a_subject_that_is_folded_at_once_begins_with_its_first_word(platform: Client, folder: Path) -> None:
    (folder / "new" / "1.host").write_bytes(b"To: x@y.example\nSubject: \n =?utf-8?q?R=C3=A9serv=C3=A9?=\n\nHello\n")
    assert platform.get("/mailbox/", headers=JSON).json()[0]["subject"] == "Réservé"


def test_a_browser_gets_a_page(platform: Client, folder: Path) -> None:
    _put(folder)
    answer = platform.get("/mailbox/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Hello" in answer.text


def test_it_refreshes_itself_with_the_list_alone(platform: Client, folder: Path) -> None:
    _put(folder)
    part = platform.get("/mailbox/", headers={"HX-Request": "true"}).text
    assert part.startswith('<div id="mails"')
    assert "Hello" in part
    assert "<html" not in part


def test_it_can_be_read_by_business(platform: Client, folder: Path) -> None:
    _put(folder, name="a", X_BookMe_Tenant="salon", Subject="For the salon")
    _put(folder, name="b", X_BookMe_Tenant="rival", Subject="For the rival")
    page = platform.get("/mailbox/?tenant=rival").text
    assert "For the rival" in page
    assert "For the salon" not in page
    (only,) = platform.get("/mailbox/?tenant=salon", headers=JSON).json()
    assert only["subject"] == "For the salon"


def test_one_message_opens_and_nothing_in_it_runs(platform: Client, folder: Path) -> None:
    _put(folder, html="<script>alert(1)</script><p>Dear</p>", Subject="<b>Bold</b>")
    page = platform.get("/mailbox/1.host/").text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert 'sandbox="allow-popups"' in page
    assert "<script>alert" not in page
    frame = platform.get("/mailbox/1.host/html/")
    assert "<p>Dear</p>" in frame.text
    assert frame.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["nobody", "..%2F..%2Fpyproject.toml", "..", "%00", "a%2Fb", "x" * 300])
def test_a_name_that_is_no_message_is_not_found(platform: Client, folder: Path, name: str) -> None:
    assert platform.get(f"/mailbox/{name}/").status_code == 404


def test_it_can_be_read_by_channel(platform: Client, folder: Path) -> None:
    _put(folder, name="a", X_BookMe_Tenant="salon", Subject="By mail")
    _put(folder, name="b", X_BookMe_Tenant="salon", X_BookMe_Channel="sms", X_BookMe_To="+447700900123")
    _put(folder, name="c", X_BookMe_Tenant="rival", X_BookMe_Channel="sms", X_BookMe_To="+447700900999")
    page = platform.get("/mailbox/?channel=sms&tenant=salon").text
    assert "+447700900123" in page
    assert "By mail" not in page
    assert "+447700900999" not in page
    assert 'href="/mailbox/?tenant=rival&amp;channel=sms"' in page
    assert len(platform.get("/mailbox/?channel=sms", headers=JSON).json()) == 2
    assert "Nothing like this was sent yet" in platform.get("/mailbox/?channel=whatsapp").text


def test_a_message_to_a_phone_looks_like_one(platform: Client, folder: Path) -> None:
    _put(folder, X_BookMe_Channel="whatsapp", X_BookMe_To="+447700900123")
    page = platform.get("/mailbox/1.host/").text
    assert "mail-phone-whatsapp" in page
    assert "<iframe" not in page
    assert "mail-phone" not in platform.get("/mailbox/").text


@pytest.mark.parametrize(("look", "found"), [("dark", "@media all {"), ("light", "@media not all {"), ("", None)])
def test_an_email_is_seen_in_light_and_dark(platform: Client, folder: Path, look: str, found: str | None) -> None:
    style = "@media (prefers-color-scheme: dark) { p { color: red } }"
    _put(folder, html=f"<style>{style}</style><p>Dear</p>")
    assert f'/html/{"?look=" + look if look else ""}"' in platform.get(f"/mailbox/1.host/?look={look}").text
    assert (found or "@media (prefers-color-scheme: dark) {") in platform.get(f"/mailbox/1.host/html/?look={look}").text


def test_a_file_is_named_and_given_out_and_never_shown(platform: Client, folder: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["To"] = "Booked", "x@y.example"
    message.set_content("Hello")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="booking.ics")
    (folder / "new" / "1.host").write_bytes(message.as_bytes())
    page = platform.get("/mailbox/1.host/").text
    assert "booking.ics" in page
    assert "text/calendar" in page
    file = platform.get("/mailbox/1.host/files/0/")
    assert file.content == b"BEGIN:VCALENDAR"
    assert file.headers["Content-Disposition"] == 'attachment; filename="booking.ics"'
    assert platform.get("/mailbox/1.host/files/1/").status_code == 404


@pytest.fixture
def phone(salon: Tenant, folder: Path) -> dict[str, str]:
    """The address of an SMS and of a WhatsApp message from the salon to one number."""
    for channel in ("sms", "whatsapp"):
        marks = {"X_BookMe_Tenant": salon.slug, "X_BookMe_Channel": channel, "X_BookMe_To": NUMBER}
        _put(folder, name=channel, **marks)
    return {channel: f"/mailbox/{channel}/" for channel in ("sms", "whatsapp")}


def test_whoever_has_the_phone_may_answer(platform: Client, phone: dict[str, str], salon: Tenant) -> None:
    page = platform.post(f"{phone['sms']}answer/", {"text": " Stop! "}, follow=True).text
    assert "This number said STOP" in page
    assert StoppedAddress.objects.values_list("channel", "address", "reason").get() == ("sms", NUMBER, "stop")
    assert "This number said STOP" not in platform.get(phone["whatsapp"]).text
    platform.post(f"{phone['sms']}answer/", {"text": "START"})
    assert not StoppedAddress.objects.exists()
    assert not LastInbound.objects.exists()
    page = platform.post(f"{phone['whatsapp']}answer/", {"text": "Am I late?"}, follow=True).text
    assert "wrote in the last 24 hours" in page
    assert is_in_window(NUMBER, now=now())


@pytest.mark.parametrize("change", [{"LOCAL_MODE": False}, {"MAILBOX_DIR": ""}])
def test_nobody_answers_elsewhere(
    platform: Client, phone: dict[str, str], settings: Any, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    assert platform.post(f"{phone['sms']}answer/", {"text": "STOP"}).status_code == 404
    assert not StoppedAddress.objects.exists()


def test_what_is_no_phone_s_is_not_answered(platform: Client, folder: Path, salon: Tenant, client: Client) -> None:
    marks = {"X_BookMe_Tenant": salon.slug, "X_BookMe_Channel": "sms", "X_BookMe_To": NUMBER}
    for name, change in {
        "mail": {"X_BookMe_Channel": "email", "X_BookMe_To": "x@y.example"},
        "nobody": {"X_BookMe_Tenant": "nobody"},
        "odd": {"X_BookMe_To": "12"},
    }.items():
        _put(folder, name=name, **(marks | change))
        assert 'name="text"' not in platform.get(f"/mailbox/{name}/").text
        assert platform.post(f"/mailbox/{name}/answer/", {"text": "STOP"}).status_code == 404
    _put(folder, name="sms", **marks)
    assert platform.get("/mailbox/sms/answer/").status_code == 405
    assert client.post("/mailbox/sms/answer/", {"text": "STOP"}).status_code == 404, "on a business's own host"
    guarded = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    assert guarded.post("/mailbox/sms/answer/", {"text": "STOP"}).status_code == 403
    assert not StoppedAddress.objects.exists()
