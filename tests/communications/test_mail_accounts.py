"""E-mail by a business's own account: what a provider is given, and what is made of its answers."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.communications.channels import (
    NotTakenError,
    Outgoing,
    UnclearError,
    UndeliverableError,
    account_carrier,
    anymail,
)
from bookme.communications.channels.email import EmailChannel
from bookme.communications.models import Channel, ChannelAccount, Notification, Provider
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, configure, happen
from tests.factories.bookings import BookingFactory
from tests.factories.communications import ChannelAccountFactory
from tests.factories.users import Stranger
from tests.internet import LOOPBACK, Internet
from tests.letters import Letters, body
from tests.mail_providers import ACCESS_KEY, API_KEY, SECRET_KEY, MailProvider

BY_API = [Provider.SENDGRID, Provider.MAILGUN, Provider.SES]
CREDENTIALS = {
    Provider.SENDGRID: {"api_key": API_KEY},
    Provider.MAILGUN: {"api_key": API_KEY},
    Provider.SES: {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY, "region": "eu-west-1"},
}


def make_account(provider: Provider, **credentials: str) -> ChannelAccount:
    return ChannelAccount(
        channel=Channel.EMAIL,
        provider=provider,
        sender="hello@salon.example",
        credentials=json.dumps(CREDENTIALS.get(provider, {}) | credentials),
    )


def smtp_account(port: int, **changes: str) -> ChannelAccount:
    given = {"host": LOOPBACK, "port": str(port), "security": "none", **changes}
    return make_account(Provider.SMTP, **given)


def make_outgoing(**changes: object) -> Outgoing:
    values = {
        "channel": Channel.EMAIL,
        "tenant": "salon",
        "to": "amelia@mail.example",
        "to_name": "Amelia Hart",
        "from_name": "Salon",
        "reply_name": "Salon",
        "reply_to": "desk@salon.example",
        "subject": "Hello",
        "text": "Hello.\n",
        "html": "<p>Hello.</p>",
        "calendar": b"BEGIN:VCALENDAR\r\n",
        "message_id": "abc",
        "reference": "0199",
    }
    return Outgoing(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", BY_API)
def test_a_provider_gets_the_whole_message(provider: MailProvider, name: Provider) -> None:
    receipt = account_carrier(make_account(name)).send(make_outgoing())
    (taken,) = provider.taken
    assert receipt.provider_id == taken.id
    assert taken.sender == "Salon <hello@salon.example>"
    assert "amelia@mail.example" in taken.to
    assert (taken.subject, taken.reference) == ("Hello", "0199")
    assert {"text/plain", "text/html", "text/calendar"} <= taken.parts


@pytest.mark.parametrize("name", BY_API)
@pytest.mark.parametrize(
    ("mood", "error", "code"),
    [("429", NotTakenError, "busy"), ("403", NotTakenError, "credentials"), ("503", UnclearError, ""),
     ("late", UnclearError, ""), ("cut", UnclearError, ""), ("wrong_address", UndeliverableError, "")],
)  # fmt: skip
def test_what_a_provider_answers_is_told_apart(
    provider: MailProvider, monkeypatch: pytest.MonkeyPatch, name: Provider, mood: str, error: Any, code: str
) -> None:
    monkeypatch.setattr(anymail, "TIMEOUT_SECONDS", 0.3)
    provider.mood = mood
    with pytest.raises(error) as caught:
        account_carrier(make_account(name)).send(make_outgoing())
    assert getattr(caught.value, "code", "") == code
    assert len(provider.taken) == (mood in {"late", "cut"})
    assert not any(each in str(caught.value) for each in ("SG.", "amelia", "secret"))


@pytest.mark.parametrize("name", [Provider.SENDGRID, Provider.MAILGUN])
def test_an_address_that_a_provider_refuses_bounces(provider: MailProvider, name: Provider) -> None:
    provider.mood = "wrong_address"
    with pytest.raises(UndeliverableError) as caught:
        account_carrier(make_account(name)).send(make_outgoing())
    assert caught.value.is_bounce


@pytest.mark.parametrize("name", BY_API)
def test_a_provider_that_is_away_has_not_taken_it(settings: Any, name: Provider) -> None:
    with socket.create_server((LOOPBACK, 0)) as nobody:
        base = f"http://{LOOPBACK}:{nobody.getsockname()[1]}/"
    settings.MESSAGE_PROVIDER_URLS = dict.fromkeys(["sendgrid", "mailgun", "ses"], base)
    with pytest.raises(NotTakenError, match="reached"):
        account_carrier(make_account(name)).send(make_outgoing())
    with pytest.raises(NotTakenError) as caught:
        account_carrier(make_account(name)).check()
    assert caught.value.code == "unreachable"


@pytest.mark.parametrize("name", BY_API)
def test_an_account_is_tried_without_sending(provider: MailProvider, name: Provider) -> None:
    account_carrier(make_account(name)).check()
    wrong = "access_key_id" if name is Provider.SES else "api_key"
    with pytest.raises(NotTakenError) as caught:
        account_carrier(make_account(name, **{wrong: "nobody's"})).check()
    assert caught.value.code == "credentials"
    assert provider.taken == []
    assert len(provider.refused) == 1


def test_a_mail_server_of_its_own(moody: Moody) -> None:
    carrier = account_carrier(smtp_account(moody.port))
    carrier.check()
    assert moody.messages() == []
    carrier.send(make_outgoing())
    (letter,) = moody.messages()
    assert letter["From"] == "Salon <hello@salon.example>"
    assert not [name for name in letter if name.startswith("X-BookMe")], "what only our mailbox reads"
    moody.to_recipient = "550 Nobody here"
    with pytest.raises(UndeliverableError) as caught:
        carrier.send(make_outgoing())
    assert caught.value.is_bounce
    moody.to_recipient = "450 Later"
    with pytest.raises(NotTakenError):
        carrier.send(make_outgoing())


def test_a_mail_server_that_wants_no_password_gets_none(moody: Moody) -> None:
    with pytest.raises(NotTakenError) as caught:
        account_carrier(smtp_account(moody.port, username="ada", password="secret-word")).check()
    assert caught.value.code == "refused"
    with pytest.raises(NotTakenError, match="refused"):
        account_carrier(smtp_account(moody.port, security="starttls")).check()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_no_mail_server_of_ours_is_reached(internet: Internet, moody: Moody, settings: Any, address: str) -> None:
    settings.LOCAL_MODE, settings.OUTBOUND_ALSO_ALLOWED = False, []
    internet.dns.set("mail.salon.example", "A", address)
    for name in ("mail.salon.example", address):
        carrier = account_carrier(smtp_account(moody.port, host=name))
        with pytest.raises(NotTakenError) as caught:
            carrier.check()
        assert caught.value.code == "unreachable"
        with pytest.raises(NotTakenError):
            carrier.send(make_outgoing())
    assert moody.messages() == []


def test_a_public_one_is(internet: Internet, moody: Moody, settings: Any) -> None:
    """The control of the test above: one address more is public."""
    settings.LOCAL_MODE, settings.OUTBOUND_ALSO_ALLOWED = False, [f"{LOOPBACK}/32"]
    internet.dns.set("mail.salon.example", "A", LOOPBACK)
    account_carrier(smtp_account(moody.port, host="mail.salon.example")).send(make_outgoing())
    assert len(moody.messages()) == 1


def test_a_business_writes_by_its_own_account(salon: Tenant, letters: Letters, provider: MailProvider) -> None:
    configure(salon, contact={"email": ""})
    ChannelAccountFactory(
        channel=Channel.EMAIL,
        provider=Provider.MAILGUN,
        sender="hello@salon.example",
        credentials=json.dumps(CREDENTIALS[Provider.MAILGUN]),
    )
    happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example"))
    (taken,) = provider.taken
    told = Notification.objects.get()
    assert (told.status, told.provider_id, taken.reference) == ("sent", taken.id, f"{told.pk}:1")
    assert letters.all() == []


def test_one_that_is_switched_off_leaves_it_to_the_platform(
    salon: Tenant, letters: Letters, provider: MailProvider
) -> None:
    configure(salon, contact={"email": ""})
    ChannelAccountFactory(channel=Channel.EMAIL, provider=Provider.SENDGRID, credentials="{}", is_active=False)
    happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example"))
    assert len(letters.all()) == 1
    assert provider.taken == []


def test_what_is_between_a_person_and_their_account_goes_by_the_platform(
    salon: Tenant, stranger: Stranger, letters: Letters, tmp_path: Path, settings: Any
) -> None:
    """Else the owner of one business could read the links that open somebody's account everywhere. With its control."""
    settings.LOCAL_MODE = True
    with Moody(tmp_path / "own") as own:
        smtp_account(own.port).save()
        answer = stranger.api.post(
            "auth/register/", {"name": "Amelia", "email": "amelia@mail.example", "password": "correct horse 9"}
        )
        assert answer.status_code == 202, answer.content
        deliver_outbox()
        assert own.messages() == []
        assert "/account/verify/" in body(letters.to("amelia@mail.example")[0])
        happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example"))
        assert next(each["To"] for each in own.messages()).endswith("<amelia@mail.example>")
        assert len(letters.to("amelia@mail.example")) == 1


@pytest.mark.parametrize(
    ("answer", "is_bounce"),
    [("550 Nobody here", True), ("550 5.1.1 No such user", True), ("553 5.1.3 Bad address", True),
     ("554 5.7.1 Relay access denied", False), ("550 5.7.1 Your network is on a list", False), ("554 No", False),
     ("550 relay not permitted", False), ("550 Sender verify failed", False), ("550 Blocked, see our policy", False),
     ("550 Unrouteable address", True)],
)  # fmt: skip
def test_who_is_refused_for_who_sends_is_no_address_that_bounced(
    salon: Tenant, moody: Moody, answer: str, is_bounce: bool
) -> None:
    moody.to_recipient = answer
    with pytest.raises(UndeliverableError) as refused:
        EmailChannel().send(make_outgoing())
    assert refused.value.is_bounce is is_bounce
