"""Texts that WhatsApp approves: kept by who looks after messages, asked for at the provider, used once approved."""

from typing import Any

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.communications.models import WhatsAppTemplate
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.communications.conftest import configure, happen
from tests.communications.test_twilio import PHONE, booked
from tests.factories.communications import WhatsAppTemplateFactory
from tests.factories.users import Person
from tests.twilio import Mood, Twilio

PATH = "communications/whatsapp-templates/"
SID = "HX" + "0" * 31 + "1"
GIVEN = {"name": "booking.confirmed", "language": "en", "content_id": SID, "variables": ["customer", "when", "link"]}


def facts() -> list[Any]:
    found = Event.objects.filter(name="messages.changed").order_by("pk")
    return [(each.payload["kind"], each.payload["change"], sorted(each.payload["changes"])) for each in found]


def test_it_is_made_approved_used_changed_and_removed(manager: Person, salon: Tenant, twilio: Twilio) -> None:
    configure(salon, features={"whatsapp": True}, contact={"email": ""})
    made = manager.api.post(PATH, GIVEN)
    assert made.status_code == 201
    row = made.json()
    assert {**GIVEN, "state": "pending"}.items() <= row.items()
    assert manager.api.get(PATH).json()["results"] == [row]

    twilio.approvals[SID], twilio.contents[SID] = "approved", "{{1}}: {{2}} {{3}}"
    refreshed = manager.api.post(f"{PATH}refresh/")
    assert (refreshed.status_code, refreshed.json()["results"][0]["state"]) == (200, "approved")
    happen(BookingConfirmed, booked())
    assert [(each.to, each.content) for each in twilio.messages] == [(f"whatsapp:{PHONE}", SID)]

    one = f"{PATH}{row['id']}/"
    assert manager.api.patch(one, {"variables": ["customer"]}).json()["state"] == "approved"
    changed = manager.api.patch(one, {"content_id": SID[:-1] + "2"})
    assert (changed.status_code, changed.json()["state"]) == (200, "pending")
    assert manager.api.delete(one).status_code == 204
    assert not WhatsAppTemplate.objects.exists()
    assert facts() == [
        ("whatsapp_template", "made", ["content_id", "language", "name", "variables"]),
        ("whatsapp_template", "changed", ["state"]),
        ("whatsapp_template", "changed", ["variables"]),
        ("whatsapp_template", "changed", ["content_id", "state"]),
        ("whatsapp_template", "removed", ["content_id", "language", "name"]),
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": "booking.confirmed.business"}, "/name"),
        ({"name": "account.registration"}, "/name"),
        ({"language": "English"}, "/language"),
        ({"content_id": "HX1"}, "/content_id"),
        ({"content_id": SID + "0"}, "/content_id"),
        ({"variables": ["customer", "password"]}, "/variables/1"),
        ({"variables": ["is_series"]}, "/variables/0"),
        ({"name": "waitlist.joined", "variables": ["price"]}, "/variables/0"),
        ({"variables": ["customer"] * 21}, "/variables"),
        ({"state": "approved", "colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_sent_is_not_kept(owner: Person, wrong: dict[str, Any], pointer: str) -> None:
    answer = owner.api.post(PATH, GIVEN | wrong)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (400, [pointer])
    assert not WhatsAppTemplate.objects.exists()
    assert facts() == []


def test_nobody_says_themselves_that_it_is_approved(owner: Person) -> None:
    row = owner.api.post(PATH, GIVEN | {"state": "approved"}).json()
    assert row["state"] == "pending"
    assert owner.api.patch(f"{PATH}{row['id']}/", {"state": "approved"}).json()["state"] == "pending"


def test_of_a_message_there_is_one_in_each_language(owner: Person) -> None:
    assert owner.api.post(PATH, GIVEN).status_code == 201
    again = owner.api.post(PATH, GIVEN)
    assert (again.status_code, again.json()["code"]) == (400, "unique")
    assert owner.api.post(PATH, GIVEN | {"language": "fr"}).status_code == 201


@pytest.mark.parametrize(
    ("said", "state"),
    [("approved", "approved"), ("rejected", "rejected"), ("paused", "paused"), ("disabled", "paused"),
     ("received", "pending"), ("unsubmitted", "pending"), (None, "pending")],
)  # fmt: skip
def test_each_is_as_the_provider_says(owner: Person, twilio: Twilio, said: str | None, state: str) -> None:
    row = WhatsAppTemplateFactory(state="rejected" if state == "approved" else "approved")
    if said:
        twilio.approvals[row.content_id] = said
    assert owner.api.post(f"{PATH}refresh/").json()["results"][0]["state"] == state


def test_what_the_provider_does_not_say_stays_as_it_was(owner: Person, twilio: Twilio, settings: Any) -> None:
    WhatsAppTemplateFactory()

    def refused() -> str:
        answer = owner.api.post(f"{PATH}refresh/")
        assert answer.status_code == 409
        return str(answer.json()["code"])

    twilio.moods.append(Mood.BUSY)
    assert refused() == "provider_busy"
    settings.TWILIO_AUTH_TOKEN = "wrong"
    assert refused() == "provider_credentials"
    settings.TWILIO_SENDERS = {"sms": "+15005550006"}
    assert refused() == "channel_off"
    assert WhatsAppTemplate.objects.get().state == "approved"
    assert facts() == []


def test_who_is_not_to_keep_messages_keeps_none(stylist: Person, customer: Person, twilio: Twilio) -> None:
    row = WhatsAppTemplateFactory()
    for who in (stylist, customer):
        assert who.api.get(PATH).status_code == 403
        assert who.api.post(PATH, GIVEN).status_code == 403
        assert who.api.patch(f"{PATH}{row.pk}/", {"variables": []}).status_code == 403
        assert who.api.delete(f"{PATH}{row.pk}/").status_code == 403
        assert who.api.post(f"{PATH}refresh/").status_code == 403
    assert list(WhatsAppTemplate.objects.values_list("variables", flat=True)) == [row.variables]
    assert twilio.asked == []
