"""What Twilio tells is heard with its signature alone; a message only goes forward; STOP is heeded."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications import actions
from bookme.communications.channels import Outgoing, Receipt
from bookme.communications.channels.twilio import TwilioChannel
from bookme.communications.models import Attempt, LastInbound, Notification, StoppedAddress
from bookme.core.http.uploads import MOST_OF_A_FORM
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Domain, OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import configure, happen
from tests.communications.test_twilio import BOTH, PHONE, booked, later, texting, told
from tests.factories.communications import StoppedAddressFactory, WhatsAppTemplateFactory
from tests.factories.users import Person
from tests.letters import Letters
from tests.twilio import ACCOUNT, TOKEN, Message, Mood, Twilio, post, signature

__all__ = ["texting"]

INBOUND = "http://salon.localhost:8000/webhooks/messages/twilio/"
ALL = ["queued", "sending", "sent", "delivered", "undelivered", "failed"]


@pytest.fixture
def sent(texting: Tenant, twilio: Twilio) -> Message:
    """The confirmation that went out by SMS."""
    happen(BookingConfirmed, booked())
    return twilio.messages[0]


def everything() -> list[Any]:
    """All that a callback could change."""
    tables = (Notification, Attempt, StoppedAddress, LastInbound, Event, OutboxMessage)
    return [list(each.objects.order_by("pk").values()) for each in tables]


def test_it_is_delivered_when_twilio_says_so(sent: Message, twilio: Twilio) -> None:
    twilio.run_its_course(sent)
    row = told()
    assert (row.status, row.ended_at is not None) == ("delivered", True)


@pytest.mark.parametrize("late", ["queued", "sent", "delivered", "undelivered", "failed"])
def test_what_comes_late_or_twice_changes_nothing(sent: Message, twilio: Twilio, late: str) -> None:
    twilio.tell(sent, "delivered")
    before = everything()
    assert twilio.tell(sent, late).status_code == 204
    assert everything() == before


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_what_could_not_be_delivered_goes_by_the_next_channel_once(
    sent: Message, twilio: Twilio, letters: Letters, status: str
) -> None:
    for _ in range(3):
        assert twilio.tell(sent, status, error=30003).status_code == 204
    deliver_outbox()
    row = told()
    assert (row.status, row.channel, row.tried) == ("sent", "email", ["sms"])
    assert len(letters.to("amelia@mail.example")) == 1
    assert Attempt.objects.get(channel="sms").error == "Twilio could not deliver it (30003)"
    before = everything()
    for late in ALL:
        twilio.tell(sent, late)
    assert everything() == before
    assert not StoppedAddress.objects.exists()


def test_what_is_not_true_any_more_goes_nowhere(sent: Message, twilio: Twilio, letters: Letters) -> None:
    Booking.objects.update(status=Status.CANCELLED)
    twilio.tell(sent, "undelivered", error=30003)
    later()
    assert (told().status, told().reason) == ("failed", "undelivered")
    assert letters.all() == []


@pytest.mark.parametrize(
    ("code", "status", "stops"), [(30006, "bounced", "bounced"), (21610, "failed", "stop"), (30003, "failed", None)]
)
def test_a_number_that_is_none_gets_nothing_more(
    texting: Tenant, twilio: Twilio, code: int, status: str, stops: str | None
) -> None:
    happen(BookingConfirmed, booked(visit__contact_email=""))
    (message,) = twilio.messages
    twilio.tell(message, "undelivered", error=code)
    assert (told().status, told().reason) == (status, "undelivered")
    assert list(StoppedAddress.objects.values_list("reason", flat=True)) == ([stops] if stops else [])
    happen(BookingConfirmed, booked(visit__contact_email="", visit__reference="AGAIN234"))
    assert len(twilio.messages) == (1 if stops else 2)


@pytest.mark.parametrize("status", ["queued", "sent", "delivered"])
def test_what_was_unclear_is_settled_by_it_and_not_tried_again(texting: Tenant, twilio: Twilio, status: str) -> None:
    twilio.moods.append(Mood.FAILS)
    happen(BookingConfirmed, booked())
    (message,) = twilio.messages
    twilio.tell(message, status)
    settled = "delivered" if status == "delivered" else "sent"
    asked = len(twilio.asked)
    later()
    assert (told().status, told().provider_id, told().attempts) == (settled, message.sid, 1)
    assert (len(twilio.messages), len(twilio.asked)) == (1, asked)
    assert Attempt.objects.get().outcome == "sent"


@pytest.mark.parametrize(("status", "stands"), [("delivered", "delivered"), ("sent", "sent"), ("failed", "queued")])
def test_twilio_may_tell_before_it_has_answered(
    texting: Tenant, twilio: Twilio, monkeypatch: pytest.MonkeyPatch, status: str, stands: str
) -> None:
    real = TwilioChannel.send

    def slowly(self: TwilioChannel, message: Outgoing) -> Receipt:
        receipt = real(self, message)
        twilio.tell(twilio.messages[-1], status)
        return receipt

    monkeypatch.setattr(TwilioChannel, "send", slowly)
    happen(BookingConfirmed, booked(), deliver=False)
    deliver_outbox()
    later()
    row = told()
    if stands == "queued":
        assert (row.status, row.channel, row.tried) == ("sent", "email", ["sms"])
    else:
        assert (row.status, row.channel, row.segments) == (stands, "sms", twilio.messages[0].segments)
    assert len(twilio.messages) == 1


def test_what_is_told_of_an_earlier_edition_is_not_of_this_one(sent: Message, twilio: Twilio, owner: Person) -> None:
    with transaction.atomic():
        actions.send_again(notification=told(), actor=owner.actor, now=now())
    twilio.tell(sent, "delivered")
    assert told().status == "queued"
    deliver_outbox()
    twilio.tell(sent, "failed", error=30006)
    assert (told().status, told().provider_id) == ("sent", twilio.messages[1].sid)
    assert not StoppedAddress.objects.exists()


def test_an_address_that_was_erased_is_not_stopped(texting: Tenant, twilio: Twilio) -> None:
    happen(BookingConfirmed, booked(visit__contact_email=""))
    Notification.objects.update(to="", text="")
    twilio.tell(twilio.messages[0], "undelivered", error=30006)
    assert told().status == "bounced"
    assert not StoppedAddress.objects.exists()


def test_whatsapp_then_sms_then_mail(texting: Tenant, twilio: Twilio, letters: Letters) -> None:
    configure(texting, features=BOTH)
    row = WhatsAppTemplateFactory(variables=["customer"])
    twilio.approvals[row.content_id], twilio.contents[row.content_id] = "approved", "Hello {{1}}"
    happen(BookingConfirmed, booked())
    for number in (f"whatsapp:{PHONE}", PHONE):
        assert twilio.messages[-1].to == number
        assert letters.all() == []
        twilio.tell(twilio.messages[-1], "failed", error=30003)
        deliver_outbox()
    assert (told().channel, told().status, told().tried) == ("email", "sent", ["whatsapp", "sms"])
    assert (len(twilio.messages), len(letters.to("amelia@mail.example"))) == (2, 1)


class TestForgery:
    """Nothing is heard, and nothing written, without a signature over our own address by the account that sends."""

    @pytest.mark.parametrize("token", ["", "another", TOKEN + "x"])
    def test_another_token(self, sent: Message, twilio: Twilio, token: str) -> None:
        before = everything()
        assert twilio.tell(sent, "failed", error=30006, token=token).status_code == 403
        assert twilio.hear(INBOUND, PHONE, "STOP", token=token).status_code == 403
        assert everything() == before

    def test_no_account_and_no_token(self, sent: Message, twilio: Twilio, settings: Any) -> None:
        settings.TWILIO_AUTH_TOKEN = ""
        before = everything()
        assert twilio.tell(sent, "failed", token="").status_code == 403
        settings.TWILIO_SENDERS = {}
        assert twilio.tell(sent, "failed").status_code == 403
        assert twilio.hear(INBOUND, PHONE, "STOP").status_code == 403
        assert everything() == before

    def test_a_field_that_was_changed_on_the_way(self, sent: Message, client: Client) -> None:
        form = {"MessageSid": sent.sid, "MessageStatus": "sent", "AccountSid": ACCOUNT}
        signed = {"x-twilio-signature": signature(sent.callback, form, token=TOKEN)}
        path = sent.callback.removeprefix("http://salon.localhost:8000")
        before = everything()
        assert client.post(path, form | {"MessageStatus": "failed"}, headers=signed).status_code == 403
        assert client.post(path, form | {"ErrorCode": "30006"}, headers=signed).status_code == 403
        assert client.post(path, form).status_code == 403
        assert everything() == before
        assert client.post(path, form, headers=signed).status_code == 204

    def test_a_signature_for_another_address_or_business(
        self, sent: Message, twilio: Twilio, rival: Tenant, client: Client
    ) -> None:
        form = {"MessageSid": sent.sid, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
        before = everything()
        for url in (sent.callback.replace("salon", "rival"), sent.callback.replace("/sms/", "/whatsapp/"), INBOUND):
            signed = {"x-twilio-signature": signature(url, form, token=TOKEN)}
            path = sent.callback.removeprefix("http://salon.localhost:8000")
            assert client.post(path, form, headers=signed).status_code == 403
        assert everything() == before

    def test_an_address_that_is_no_longer_linked_to_is_still_heard(
        self, sent: Message, twilio: Twilio, salon: Tenant
    ) -> None:
        """The control: another host of theirs, once it is proven."""
        with public_scope():
            Domain.objects.filter(tenant=salon).update(is_primary=False)
            new = Domain.objects.create(domain="salon.example", tenant=salon, is_primary=True)
        assert twilio.tell(sent, "sent").status_code == 204
        form = {"MessageSid": sent.sid, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
        url = sent.callback.replace("salon.localhost", "salon.example")
        path = sent.callback.removeprefix("http://salon.localhost:8000")
        signed = {"host": "salon.localhost", "x-twilio-signature": signature(url, form, token=TOKEN)}
        assert Client(headers=signed).post(path, form).status_code == 403
        with public_scope():
            Domain.objects.filter(pk=new.pk).update(verified_at=now())
        assert Client(headers=signed).post(path, form).status_code == 204
        assert told().status == "delivered"

    def test_a_message_of_another_business_is_not_found_there(
        self, sent: Message, twilio: Twilio, rival: Tenant
    ) -> None:
        before = everything()
        form = {"MessageSid": sent.sid, "MessageStatus": "failed", "AccountSid": ACCOUNT}
        answer = post(sent.callback.replace("salon", "rival"), form, token=TOKEN)
        assert answer.status_code == 204
        assert everything() == before

    @pytest.mark.parametrize(
        "odd",
        [
            {"MessageStatus": "exploded"},
            {"MessageStatus": ""},
            {"MessageSid": "SM1"},
            {"MessageSid": "SM" + "0" * 31 + "\0"},
            {"MessageSid": "SM" + "f" * 32},
        ],
    )
    def test_what_makes_no_sense_changes_nothing(self, sent: Message, twilio: Twilio, odd: dict[str, str]) -> None:
        before = everything()
        form = {"MessageSid": sent.sid, "MessageStatus": "failed"} | odd
        assert post(sent.callback, form, token=TOKEN).status_code == 204
        assert everything() == before

    def test_it_has_no_page_and_no_other_channel(self, sent: Message, client: Client) -> None:
        path = sent.callback.removeprefix("http://salon.localhost:8000")
        assert client.get(path).status_code == 405
        assert client.post(path.replace("/sms/", "/email/")).status_code == 404


class TestInbound:
    @pytest.fixture(autouse=True)
    def _on(self, texting: Tenant, twilio: Twilio) -> None:
        configure(texting, features=BOTH)

    @pytest.mark.parametrize("word", ["STOP", " stop. ", "StopAll", "UNSUBSCRIBE", "cancel", "END", "quit", "revoke",
                                      "ARRET", "Arrêt", "arre\u0302t", "Désabonner", "PARAR", "Baja", "¡cancelar!",
                                      "Rezygnuje",
                                      "إيقاف", "ايقاف", "توقف", "تَوَقُّف", "توقـــف", "\u200fإلغاء\u200f"])  # fmt: skip
    def test_stop_stops_that_number_by_that_channel(self, twilio: Twilio, word: str, letters: Letters) -> None:
        answer = twilio.hear(INBOUND, PHONE, word)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
        assert answer.content.endswith(b"<Response></Response>")
        twilio.hear(INBOUND, PHONE, word)
        assert list(StoppedAddress.objects.values_list("channel", "address", "reason")) == [("sms", PHONE, "stop")]
        happen(BookingConfirmed, booked())
        assert (twilio.messages, told().tried) == ([], ["whatsapp", "sms"])
        assert len(letters.to("amelia@mail.example")) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Please stop by at ten",
            "I will not cancel",
            "STOPPED",
            "Cancelar la de mañana",
            "Je veux arrêter",
            "لا توقف",
            "Paramos",
            "x" * 2000,
            "\0",
        ],
    )
    def test_other_words_stop_nothing(self, twilio: Twilio, text: str) -> None:
        assert twilio.hear(INBOUND, PHONE, text).status_code == 200
        assert not StoppedAddress.objects.exists()

    @pytest.mark.parametrize("word", ["START", "unstop", "Démarrer", "wznow", "EMPEZAR", "alta", "ابدأ", "ابدا"])
    def test_start_lets_them_come_again(self, twilio: Twilio, word: str) -> None:
        twilio.hear(INBOUND, PHONE, "STOP")
        other = StoppedAddressFactory(channel="whatsapp", address=PHONE, reason="stop")
        twilio.hear(INBOUND, PHONE, word)
        twilio.stopped.clear()
        assert list(StoppedAddress.objects.all()) == [other]
        happen(BookingConfirmed, booked())
        assert [each.to for each in twilio.messages] == [PHONE]
        facts = Event.objects.filter(name="messages.changed").order_by("pk")
        assert [each.payload["change"] for each in facts] == ["made", "removed"]

    def test_whoever_writes_by_whatsapp_is_answered_freely_for_a_day(self, twilio: Twilio, clock: Any) -> None:
        twilio.hear(INBOUND, f"whatsapp:{PHONE}", "Hello")
        clock.shift(dt.timedelta(hours=1))
        twilio.hear(INBOUND, f"whatsapp:{PHONE}", "Anyone?")
        assert list(LastInbound.objects.values_list("address", "at")) == [(PHONE, now())]
        happen(BookingConfirmed, booked())
        assert twilio.messages[-1].to == f"whatsapp:{PHONE}"
        clock.shift(dt.timedelta(hours=25))
        twilio.hear(INBOUND, "whatsapp:+447700900999", "Hi")
        assert LastInbound.objects.get().address == "+447700900999"

    def test_an_sms_opens_no_conversation_by_whatsapp(self, twilio: Twilio) -> None:
        twilio.hear(INBOUND, PHONE, "Hello")
        assert not LastInbound.objects.exists()

    @pytest.mark.parametrize("number", ["", "SHOP", "+44 7700", "whatsapp:", "+" + "1" * 40, "+4477009001\0"])
    def test_what_is_no_number_is_not_kept(self, twilio: Twilio, number: str) -> None:
        assert twilio.hear(INBOUND, number, "STOP").status_code == 200
        assert not StoppedAddress.objects.exists()

    def test_it_is_of_that_business_alone(self, twilio: Twilio, rival: Tenant) -> None:
        twilio.hear(INBOUND, PHONE, "STOP")
        with tenant_scope(rival):
            assert not StoppedAddress.objects.exists()


def test_a_form_of_files_without_end_is_not_read(salon: Tenant, client: Client) -> None:
    """Anybody may send one, before anything is asked of them: Django would write it all to disk."""
    sizes = (1000, MOST_OF_A_FORM + 1)
    assert [client.post(INBOUND, {"file": BytesIO(b"x" * size)}).status_code for size in sizes] == [403, 400]


def test_what_came_back_while_it_was_asked_for_goes_by_the_next_channel(
    texting: Tenant, twilio: Twilio, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks had read it before, as one that may be tried by this channel once more."""
    twilio.moods.append(Mood.FAILS)
    happen(BookingConfirmed, booked())

    def told_meanwhile(self: TwilioChannel, message: Outgoing) -> None:
        twilio.tell(twilio.messages[0], "undelivered", error=30003)

    monkeypatch.setattr(TwilioChannel, "taken", told_meanwhile)
    later()
    assert (told().status, told().channel, told().tried) == ("sent", "email", ["sms"])
    assert len(twilio.messages) == 1
