"""No message waits for ever: what nothing will try again has ended, says why, and can be sent again."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.communications import actions
from bookme.communications.actions import repeating, sending
from bookme.communications.keys import waiting_key
from bookme.communications.models import Notification
from bookme.core.errors import Conflict, TooMany
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants import actions as outbox
from bookme.tenants.models import OutboxMessage, Tenant, TenantStatus
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, configure, happen
from tests.communications.test_twilio import BOTH, booked, later, texting, told
from tests.factories.bookings import BookingFactory
from tests.factories.communications import NotificationFactory, WhatsAppTemplateFactory
from tests.factories.users import Person
from tests.letters import Letters
from tests.twilio import Mood, Twilio

__all__ = ["texting"]

AMELIA = "amelia@mail.example"


class Unreadable(Exception):
    pass


def _fail(**_: Any) -> Any:
    raise Unreadable


def _die(**_: Any) -> Any:
    raise KeyboardInterrupt


def _row() -> OutboxMessage:
    return OutboxMessage.objects.get(key=waiting_key(told().pk))


def _try_until_dead(*, tries: int) -> None:
    """The last tries of its row; every sender before is long gone."""
    OutboxMessage.objects.filter(key=waiting_key(told().pk)).update(attempts=outbox.MAX_ATTEMPTS - tries)
    for _ in range(tries + 1):
        Notification.objects.update(leased_until=None)
        try:
            later()
        except KeyboardInterrupt:
            continue


def _send_again(person: Person, *, at: dt.datetime | None = None) -> None:
    with transaction.atomic():
        actions.send_again(notification=told(), actor=person.actor, now=at or now())


@pytest.mark.parametrize(
    ("part", "fault", "error"),
    [("render", _fail, "Unreadable"), ("told_of", _fail, "Unreadable"), ("render", _die, outbox.DIED)],
    ids=["its text cannot be written", "what it tells cannot be read", "every worker is killed"],
)
def test_whatever_goes_wrong_every_time_it_fails_in_the_end(
    salon: Tenant, letters: Letters, owner: Person, monkeypatch: pytest.MonkeyPatch, part: str, fault: Any, error: str
) -> None:
    """It was to be sent by the reaction of its event, which is done with it."""
    configure(salon, contact={"email": ""})
    happen(BookingConfirmed, booked(), deliver=False)
    monkeypatch.setattr(sending, "render", fault)
    with suppress(KeyboardInterrupt):
        deliver_outbox()
    with monkeypatch.context() as patched:
        patched.setattr(sending, part, fault if part == "render" else lambda *_, **__: _fail())
        assert told().status == "queued"
        with pytest.raises(Conflict, match="on its way"):
            _send_again(owner)
        _try_until_dead(tries=3)
    monkeypatch.undo()
    row = told()
    assert (row.status, row.reason, row.error, row.leased_until) == ("failed", "broken", error, None)
    assert row.ended_at is not None
    assert (_row().dead, _row().last_error) == (True, error)
    _send_again(owner)
    assert (told().status, told().reason, told().error) == ("queued", "", "")
    deliver_outbox()
    assert (told().status, told().edition) == ("sent", 2)
    assert len(letters.to(AMELIA)) == 1


def test_more_channels_than_the_outbox_has_tries_end_as_tried_often_enough(
    texting: Tenant, twilio: Twilio, moody: Moody, owner: Person
) -> None:
    configure(texting, features=BOTH, messages={"channels": ["whatsapp", "sms", "email"]})
    WhatsAppTemplateFactory()
    moody.to_message = "451 Never"
    twilio.moods += [Mood.BUSY] * 40
    happen(BookingConfirmed, booked())
    _try_until_dead(tries=outbox.MAX_ATTEMPTS)
    row = told()
    assert (row.status, row.reason) == ("failed", "gave_up")
    assert row.tried[-1] == "sms"
    assert row.error == "SMTPDataError", "no word of another try"
    assert not Notification.objects.filter(status="queued").exists()


def test_what_cannot_be_recorded_as_given_up_is_looked_at_again(
    salon: Tenant, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is the row dead then, nor does the round end for the others."""
    moody.to_message = "451 Never"
    happen(BookingConfirmed, booked())
    happen(BookingConfirmed, BookingFactory(visit__contact_email="zoe@mail.example"))
    OutboxMessage.objects.filter(key__startswith="message:").update(attempts=outbox.MAX_ATTEMPTS - 1)
    with monkeypatch.context() as patched:
        patched.setattr(actions, "end_given_up", _fail)
        later()
    rows = OutboxMessage.objects.filter(key__startswith="message:")
    assert set(rows.values_list("dead", "attempts", "last_error")) == {(False, outbox.MAX_ATTEMPTS, "SMTPDataError")}
    assert all(each.due_at > now() + dt.timedelta(minutes=50) for each in rows)
    later()
    assert set(rows.values_list("dead", "last_error")) == {(True, "SMTPDataError")}
    assert set(Notification.objects.values_list("status", "reason")) == {("failed", "gave_up")}


@pytest.mark.parametrize("is_left", [{"dead": True}, {"done_at": now()}, None], ids=["dead", "done", "gone"])
def test_what_has_no_row_that_will_run_can_be_sent_again(
    salon: Tenant, letters: Letters, owner: Person, is_left: dict[str, Any] | None
) -> None:
    booking = BookingFactory(visit__contact_email=AMELIA)
    stuck = NotificationFactory(status="queued", booking_ids=[booking.pk], visit_id=booking.visit_id)
    at = now()
    with transaction.atomic():
        actions.send_later(notification=stuck, due_at=at, now=at)
    with pytest.raises(Conflict, match="on its way"):
        _send_again(owner)
    if is_left is None:
        OutboxMessage.objects.all().delete()
    else:
        OutboxMessage.objects.update(**is_left)
    _send_again(owner)
    deliver_outbox()
    assert (told().status, len(letters.to(AMELIA))) == ("sent", 1)


def test_a_message_is_sent_again_some_times_an_hour(salon: Tenant, letters: Letters, owner: Person) -> None:
    happen(BookingConfirmed, booked())
    for _ in range(repeating.AGAIN_AT_MOST):
        _send_again(owner)
        deliver_outbox()
    before = Notification.objects.filter(pk=told().pk).values().get()
    with pytest.raises(TooMany) as refused:
        _send_again(owner)
    assert refused.value.code == "sent_too_often"
    first = Event.objects.filter(name="notification.sent_again").order_by("occurred_at")[0].occurred_at
    left = (first + repeating.AN_HOUR - now()).total_seconds()
    assert left < refused.value.retry_after < left + 30, "until the first of them is an hour ago"
    assert Notification.objects.filter(pk=told().pk).values().get() == before
    answer = owner.api.post(f"communications/notifications/{told().pk}/send-again/")
    assert (answer.status_code, answer.json()["code"]) == (429, "sent_too_often")
    assert len(letters.to(AMELIA)) == 1 + repeating.AGAIN_AT_MOST
    newest = Event.objects.filter(name="notification.sent_again").order_by("-occurred_at")[0]
    Event.objects.exclude(pk=newest.pk).update(occurred_at=now() - dt.timedelta(minutes=50))
    with pytest.raises(TooMany) as refused:
        _send_again(owner)
    assert 540 < refused.value.retry_after <= 600
    Event.objects.update(occurred_at=now() - repeating.AN_HOUR)
    _send_again(owner)
    assert told().status == "queued"


def test_a_channel_that_was_given_up_stays_so_when_the_next_one_fails(
    texting: Tenant, twilio: Twilio, moody: Moody
) -> None:
    moody.to_message = "451 Later, please"
    twilio.moods += [Mood.BUSY] * sending.TRIES_OF_CHANNEL
    happen(BookingConfirmed, booked())
    for _ in range(sending.TRIES_OF_CHANNEL - 1):
        later()
    assert (told().status, told().tried, told().channel) == ("queued", ["sms"], "email")
    later()  # Twilio would take it now
    assert (told().tried, told().channel, twilio.messages) == (["sms"], "email", [])
    moody.to_message = "250 Kept"
    later()
    assert (told().status, told().channel, twilio.messages) == ("sent", "email", [])


def test_it_has_a_row_from_the_moment_it_is_on_record_and_none_once_it_went_out(
    salon: Tenant, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(salon, contact={"email": ""})
    seen: list[tuple[Any, ...]] = []
    stands: Callable[..., bool] = sending.stands

    def look(told_now: Any) -> bool:
        seen.append((_row().due_at > now(), told().leased_until is not None))
        return stands(told_now)

    monkeypatch.setattr(sending, "stands", look)
    happen(BookingConfirmed, booked())
    assert seen == [(True, True)]
    assert not OutboxMessage.objects.filter(key__startswith="message:").exists()


class TestRunAgain:
    """By an operator, of a row that was given up: its message is queued anew, by the rules of sending again."""

    @pytest.fixture(autouse=True)
    def _given_up(self, salon: Tenant, moody: Moody) -> None:
        configure(salon, contact={"email": ""})
        moody.to_message = "451 Never"
        happen(BookingConfirmed, booked())
        OutboxMessage.objects.filter(key__startswith="message:").update(attempts=outbox.MAX_ATTEMPTS - 1)
        later()
        assert (told().status, told().reason, _row().dead) == ("failed", "gave_up", True)
        moody.to_message = "250 Kept"

    def test_it_goes_out(self, salon: Tenant, moody: Moody) -> None:
        outbox.run_again(message=_row(), now=now())
        assert (told().status, told().reason, told().edition) == ("queued", "", 2)
        deliver_outbox()
        assert (told().status, len(moody.messages())) == ("sent", 1)

    def test_not_what_is_no_longer_true(self, salon: Tenant, moody: Moody) -> None:
        Booking.objects.update(status="cancelled")
        with pytest.raises(Conflict, match="changed"):
            outbox.run_again(message=_row(), now=now())
        assert (told().status, told().edition, _row().dead) == ("failed", 1, True)

    def test_of_what_is_forgotten_nothing_follows(self, salon: Tenant, moody: Moody) -> None:
        row = _row()
        Notification.objects.all().delete()
        outbox.run_again(message=row, now=now())
        deliver_outbox()
        assert moody.messages() == []


@pytest.mark.parametrize("status", [TenantStatus.CLOSED, TenantStatus.SUSPENDED])
def test_of_a_closed_business_none_waits_and_of_a_suspended_one_each_does(
    salon: Tenant, moody: Moody, status: TenantStatus
) -> None:
    configure(salon, contact={"email": ""})
    moody.to_message = "451 Later, please"
    happen(BookingConfirmed, booked())
    moody.to_message = "250 Kept"
    Tenant.objects.filter(pk=salon.pk).update(status=status)
    later()
    is_closed = status == TenantStatus.CLOSED
    assert (told().status, told().reason) == (("withdrawn", "business_closed") if is_closed else ("queued", ""))
    assert (told().ended_at is not None, _row().done_at is not None) == (is_closed, is_closed)
    assert moody.messages() == []
    Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.ACTIVE)
    later()
    assert len(moody.messages()) == (0 if is_closed else 1)


@pytest.mark.parametrize(("is_over", "days"), [(True, 3), (False, 3), (True, 1)])
def test_what_was_suspended_until_all_is_over_is_not_told_any_more(
    salon: Tenant, moody: Moody, is_over: bool, days: int
) -> None:
    configure(salon, contact={"email": ""})
    moody.to_message = "451 Later, please"
    starts = now() + dt.timedelta(hours=-2 if is_over else 2)
    happen(BookingConfirmed, booked(appointment__starts_at=starts))
    moody.to_message = "250 Kept"
    Notification.objects.update(due_at=now() - dt.timedelta(days=days))
    later()
    gone = is_over and days == 3
    assert (told().status, told().reason) == (("withdrawn", "too_late") if gone else ("sent", ""))
    assert len(moody.messages()) == (0 if gone else 1)
