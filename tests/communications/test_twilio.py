"""SMS and WhatsApp by Twilio: once on its books, whatever it answers; and by the next channel what it cannot carry."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications import actions
from bookme.communications.actions.sending import TRIES_OF_CHANNEL
from bookme.communications.channels import Outgoing, Receipt
from bookme.communications.channels.twilio import TwilioChannel
from bookme.communications.models import (
    Attempt,
    Channel,
    ChannelAccount,
    LastInbound,
    Notification,
    StoppedAddress,
)
from bookme.communications.selectors.channel_accounts import account_of
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import configure, happen
from tests.factories.bookings import BookingFactory
from tests.factories.communications import ChannelAccountFactory, WhatsAppTemplateFactory
from tests.letters import Letters
from tests.twilio import ACCOUNT, SMS_FROM, TOKEN, WHATSAPP_FROM, Mood, Twilio

PHONE = "+447700900123"
BOTH = {"sms": True, "whatsapp": True}


@pytest.fixture
def texting(salon: Tenant, twilio: Twilio) -> Tenant:
    """The salon writes by SMS, and to nobody at its own address."""
    configure(salon, features={"sms": True}, contact={"email": ""})
    return salon


def booked(**values: Any) -> Booking:
    given = {"visit__contact_name": "Amelia Hart", "visit__contact_email": "amelia@mail.example"}
    return BookingFactory(**(given | {"visit__contact_phone": PHONE} | values))


def told() -> Notification:
    return Notification.objects.get(audience="customer")


def later() -> None:
    """Time passes, and what waits is tried again."""
    waiting = OutboxMessage.objects.filter(done_at=None).exclude(task=actions.SEND_REMINDER_TASK)
    waiting.update(due_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), leased_until=None)
    deliver_outbox()


def test_an_sms_is_on_its_books_once_and_recorded_with_its_segments(texting: Tenant, twilio: Twilio) -> None:
    happen(BookingConfirmed, booked(appointment__service__name="Corte y peinado — señora " * 4))
    (message,) = twilio.messages
    row = told()
    assert (message.to, message.sender) == (PHONE, SMS_FROM)
    assert row.text.split("[link]")[0] in message.body
    assert message.callback == f"http://salon.localhost:8000/webhooks/messages/twilio/{row.pk}/1/sms/"
    assert (row.status, row.channel, row.to, row.provider_id) == ("sent", "sms", PHONE, message.sid)
    assert row.segments == message.segments > 1


@pytest.mark.parametrize("mood", list(Mood))
def test_one_message_is_on_its_books_whatever_it_answers(
    texting: Tenant, twilio: Twilio, letters: Letters, mood: Mood
) -> None:
    twilio.moods.append(mood)
    happen(BookingConfirmed, booked())
    accepted = 0 if mood in {Mood.BUSY, Mood.BROKEN} else 1
    assert (len(twilio.messages), told().status) == (accepted, "queued")

    later()
    (message,) = twilio.messages
    row = told()
    assert (row.status, row.provider_id, row.attempts) == ("sent", message.sid, 2 - accepted)
    first = "failed" if mood is Mood.BUSY else "unclear"
    outcomes = [first, "sent"]
    assert list(Attempt.objects.order_by("id").values_list("outcome", flat=True)) == outcomes
    assert letters.all() == []


def test_who_forgets_to_ask_sends_it_twice(texting: Tenant, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(TwilioChannel, "taken", lambda self, message: None)
    twilio.moods.append(Mood.FAILS)
    happen(BookingConfirmed, booked())
    later()
    assert len(twilio.messages) == 2


def test_sent_again_it_is_another_message_though_it_says_the_same(texting: Tenant, twilio: Twilio, owner: Any) -> None:
    happen(BookingConfirmed, booked())
    with transaction.atomic():
        actions.send_again(notification=told(), actor=owner.actor, now=now())
    twilio.moods.append(Mood.CUT)
    later()
    assert len(twilio.messages) == 2
    later()
    assert [each.sid for each in twilio.messages][1:] == [told().provider_id]


def test_while_it_cannot_be_asked_nothing_is_sent_again(texting: Tenant, twilio: Twilio, letters: Letters) -> None:
    twilio.moods.append(Mood.CUT)
    happen(BookingConfirmed, booked())
    twilio.is_mute = True
    for _ in range(2):
        later()
    assert (told().status, told().attempts, len(twilio.messages)) == ("queued", 1, 1)
    twilio.is_mute = False
    later()
    assert (told().status, told().provider_id, len(twilio.messages)) == ("sent", twilio.messages[0].sid, 1)
    assert letters.all() == []


@pytest.mark.parametrize(("code", "stops"), [(30003, []), (30006, ["bounced"])])
def test_what_it_took_and_could_not_deliver_is_known_when_it_is_asked(
    texting: Tenant, twilio: Twilio, letters: Letters, code: int, stops: list[str]
) -> None:
    twilio.moods.append(Mood.FAILS)
    happen(BookingConfirmed, booked())
    twilio.messages[0].status, twilio.messages[0].error = "undelivered", code  # and what it told went astray
    later()
    assert (told().status, told().channel, len(twilio.messages)) == ("sent", "email", 1)
    assert len(letters.to("amelia@mail.example")) == 1
    assert list(StoppedAddress.objects.values_list("reason", flat=True)) == stops


def test_after_the_last_unclear_try_it_is_asked_before_the_channel_is_given_up(
    texting: Tenant, twilio: Twilio, letters: Letters
) -> None:
    twilio.moods.extend([Mood.BROKEN] * 4 + [Mood.FAILS])
    happen(BookingConfirmed, booked())
    for _ in range(5):
        later()
    assert (told().status, told().channel, len(twilio.messages)) == ("sent", "sms", 1)
    assert letters.all() == []


def test_who_never_takes_it_leaves_it_to_the_next_channel(texting: Tenant, twilio: Twilio, letters: Letters) -> None:
    twilio.moods.extend([Mood.BUSY] * 3 + [Mood.BROKEN] * 9)
    happen(BookingConfirmed, booked())
    for _ in range(6):
        later()
    assert (told().status, told().channel, told().tried) == ("sent", "email", ["sms"])
    assert len(letters.to("amelia@mail.example")) == 1
    assert twilio.messages == []


@pytest.mark.parametrize(
    ("code", "stops"), [(21211, "bounced"), (21614, "bounced"), (21610, "stop"), (21408, ""), (30007, "")]
)
def test_a_refusal_for_good_goes_by_the_next_channel_at_once(
    texting: Tenant, twilio: Twilio, letters: Letters, code: int, stops: str
) -> None:
    twilio.refusing[PHONE] = code
    happen(BookingConfirmed, booked())
    assert (told().status, told().channel, told().tried, told().attempts) == ("sent", "email", ["sms"], 2)
    assert Attempt.objects.get(channel="sms").error == f"Twilio refused it ({code})"
    assert len(letters.to("amelia@mail.example")) == 1
    found = list(StoppedAddress.objects.values_list("channel", "address", "reason"))
    assert found == ([("sms", PHONE, stops)] if stops else [])
    facts = Event.objects.filter(name="messages.changed")
    assert facts.count() == len(found)
    assert not any(PHONE in json.dumps(each.payload) for each in facts)


def test_the_wrong_credentials_are_waited_for(texting: Tenant, twilio: Twilio, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    happen(BookingConfirmed, booked())
    assert told().status == "queued"
    settings.TWILIO_AUTH_TOKEN = TOKEN
    later()
    assert (told().status, len(twilio.messages)) == ("sent", 1)
    assert not StoppedAddress.objects.exists()


def test_nobodys_number_is_logged(texting: Tenant, twilio: Twilio, caplog: pytest.LogCaptureFixture) -> None:
    twilio.moods.append(Mood.FAILS)
    booking = booked()
    with caplog.at_level("DEBUG"):
        happen(BookingConfirmed, booking)
        later()
    said = " ".join(each.getMessage() for each in caplog.records)
    assert "message" in said
    assert PHONE not in said
    assert PHONE.removeprefix("+") not in said


def test_what_changed_while_it_was_unclear_is_withdrawn_and_not_sent_again(texting: Tenant, twilio: Twilio) -> None:
    twilio.moods.append(Mood.BROKEN)
    booking = booked()
    happen(BookingConfirmed, booking)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    later()
    assert (told().status, twilio.messages) == ("withdrawn", [])


@pytest.mark.parametrize("mood", [Mood.FAILS, Mood.CUT])
def test_what_it_took_and_became_untrue_since_was_sent(texting: Tenant, twilio: Twilio, mood: Mood) -> None:
    twilio.moods.append(mood)
    booking = booked()
    happen(BookingConfirmed, booking)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    twilio.is_mute = True
    later()
    assert told().status == "queued", "it can be asked later"
    twilio.is_mute = False
    later()
    (message,) = twilio.messages
    assert (told().status, told().reason, told().provider_id, told().attempts) == ("sent", "", message.sid, 1)


def test_what_a_killed_sender_had_handed_over_is_asked_for_until_it_is_known(
    texting: Tenant, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of its try there is no record; that asking failed once is not one which says that it was not taken."""
    real = TwilioChannel.send

    def send_and_die(self: TwilioChannel, message: Outgoing) -> Receipt:
        real(self, message)
        raise KeyboardInterrupt

    booking = booked()
    happen(BookingConfirmed, booking, deliver=False)
    monkeypatch.setattr(TwilioChannel, "send", send_and_die)
    with pytest.raises(KeyboardInterrupt):
        deliver_outbox()
    monkeypatch.setattr(TwilioChannel, "send", real)
    Notification.objects.update(leased_until=None)
    twilio.is_mute = True
    later()
    assert (told().status, told().attempts, len(twilio.messages)) == ("queued", 1, 1)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    twilio.is_mute = False
    later()
    assert (told().status, told().provider_id) == ("sent", twilio.messages[0].sid)


def test_who_never_says_whether_it_took_it_leaves_it_unclear(texting: Tenant, twilio: Twilio) -> None:
    twilio.moods.append(Mood.CUT)
    booking = booked()
    happen(BookingConfirmed, booking)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    twilio.is_mute = True
    for _ in range(TRIES_OF_CHANNEL):
        later()
    assert (told().status, told().reason, told().attempts) == ("withdrawn", "unclear", 1)


def test_the_account_of_the_business_comes_before_the_platforms(texting: Tenant, twilio: Twilio, settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID = "AC" + "9" * 32
    members = {"account_sid": ACCOUNT, "auth_token": TOKEN, "messaging_service_sid": "MG1"}
    own = ChannelAccountFactory(sender="+15005550099", credentials=json.dumps(members))
    happen(BookingConfirmed, booked())
    assert [each.sender for each in twilio.messages] == ["+15005550099"]
    ChannelAccount.objects.filter(pk=own.pk).update(is_active=False)
    found = account_of(Channel.SMS)
    assert found is not None
    assert found.sender == SMS_FROM


def test_nobodys_account_carries_nothing(texting: Tenant, settings: Any, letters: Letters) -> None:
    settings.TWILIO_SENDERS = {"sms": "", "whatsapp": ""}
    settings.MESSAGE_BACKENDS = {"sms": None, "whatsapp": None}
    happen(BookingConfirmed, booked())
    assert (told().channel, told().tried) == ("email", ["sms"])


class TestWhatsApp:
    """A conversation is open for a day after they wrote; else only what was approved is said."""

    @pytest.fixture(autouse=True)
    def _on(self, texting: Tenant) -> None:
        configure(texting, features=BOTH)

    def test_within_the_day_it_says_what_the_business_says(self, twilio: Twilio) -> None:
        LastInbound.objects.create(address=PHONE, at=now() - dt.timedelta(hours=23, minutes=59))
        happen(BookingConfirmed, booked())
        (message,) = twilio.messages
        assert (message.to, message.sender, message.content) == (f"whatsapp:{PHONE}", f"whatsapp:{WHATSAPP_FROM}", "")
        assert told().text.split("[link]")[0] in message.body
        assert told().channel == "whatsapp"

    def test_after_it_only_what_was_approved(self, twilio: Twilio) -> None:
        LastInbound.objects.create(address=PHONE, at=now() - dt.timedelta(hours=24, seconds=1))
        row = WhatsAppTemplateFactory(variables=["customer", "service", "reason", "link"])
        twilio.approvals[row.content_id] = "approved"
        twilio.contents[row.content_id] = "Hi {{1}}, {{2}} it is ({{3}}). {{4}}"
        happen(BookingConfirmed, booked(appointment__service__name="Cut\n and  finish"))
        (message,) = twilio.messages
        assert message.body.startswith("Hi Amelia Hart, Cut and finish it is (-). http://salon.localhost:8000/m/")
        assert told().text == "Amelia Hart\nCut and finish\n-\n[link]"

    @pytest.mark.parametrize("mood", [Mood.FAILS, Mood.LATE])
    @pytest.mark.parametrize("status", [Status.CONFIRMED, Status.CANCELLED])
    def test_an_approved_text_is_known_again_by_what_was_put_into_it(
        self, twilio: Twilio, mood: Mood, status: Status
    ) -> None:
        """Also where it is not to be said any more, by what is on record of it."""
        row = WhatsAppTemplateFactory(variables=["customer", "link"])
        twilio.approvals[row.content_id], twilio.contents[row.content_id] = "approved", "{{1}}: {{2}}"
        twilio.moods.append(mood)
        happen(BookingConfirmed, booked())
        Booking.objects.update(status=status)
        later()
        assert [each.sid for each in twilio.messages] == [told().provider_id]
        assert told().status == "sent"

    @pytest.mark.parametrize("other", [{"state": "pending"}, {"language": "fr"}, {"name": "booking.cancelled"}])
    def test_without_an_approved_one_an_sms_carries_it(self, twilio: Twilio, other: dict[str, str]) -> None:
        WhatsAppTemplateFactory(**other)
        happen(BookingConfirmed, booked())
        assert [each.to for each in twilio.messages] == [PHONE]
        assert told().tried == ["whatsapp"]

    def test_what_nobody_carries_goes_by_mail(self, twilio: Twilio, letters: Letters) -> None:
        twilio.refusing[PHONE] = 21614
        happen(BookingConfirmed, booked())
        assert (told().channel, told().tried) == ("email", ["whatsapp", "sms"])
        assert len(letters.to("amelia@mail.example")) == 1

    def test_where_mail_is_off_the_last_obstacle_is_said(self, twilio: Twilio, texting: Tenant) -> None:
        configure(texting, messages={"channels": ["whatsapp"]})
        happen(BookingConfirmed, booked())
        assert (told().status, told().reason) == ("skipped", "no_approved_template")


def test_with_no_other_way_it_is_tried_for_longer(texting: Tenant, twilio: Twilio) -> None:
    """A telephone alone: e-mail is ahead, and could carry nothing."""
    twilio.moods.extend([Mood.BUSY] * 8)
    happen(BookingConfirmed, booked(visit__contact_email=""))
    for _ in range(8):
        later()
    assert (told().status, told().attempts, len(twilio.messages)) == ("sent", 9, 1)


def test_with_another_way_it_goes_by_that_after_some_tries(texting: Tenant, twilio: Twilio, letters: Letters) -> None:
    twilio.moods.extend([Mood.BUSY] * 8)
    happen(BookingConfirmed, booked())
    for _ in range(8):
        later()
    assert (told().status, told().channel, twilio.messages) == ("sent", "email", [])
