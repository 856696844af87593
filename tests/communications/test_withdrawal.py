"""What becomes untrue is not sent: while it waits, just before it is handed over, and in the right order after.

Each guard has a control: the same with it off goes wrong.
"""

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.events import BookingCancelled, BookingConfirmed, BookingEvent, BookingRescheduled
from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.bookings.states import Status
from bookme.communications import actions
from bookme.communications.actions import recording, sending, telling
from bookme.communications.actions.leasing import LEASE
from bookme.communications.channels import email
from bookme.communications.keys import waiting_key
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Channel, Notification, NotificationStatus, StoppedAddress
from bookme.communications.selectors import queue
from bookme.core.actor import SYSTEM
from bookme.core.time import now
from bookme.eventlog.actions import publish
from bookme.privacy.holdings import HOLDINGS
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, happen
from tests.conftest import tenant_named
from tests.factories.bookings import BookingFactory
from tests.factories.communications import AttemptFactory, NotificationFactory
from tests.factories.customers import CustomerFactory
from tests.factories.users import PASSWORD, Person
from tests.letters import Letters, body

AMELIA = "amelia@mail.example"
CANCELLED = {"by": "customer", "reason": "", "fee": "0", "currency": "GBP"}


class Slow(Moody):
    """A mail server that takes its time over a message to Amelia until it may go on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.came, self.may_go_on = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if AMELIA in envelope.rcpt_tos and not self.came.is_set():
            self.came.set()
            while not self.may_go_on.is_set():
                await asyncio.sleep(0.01)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def slow(tmp_path: Path, settings: Any) -> Iterator[Slow]:
    """Takes the place of the mail server."""
    with Slow(tmp_path / "slow") as server:
        settings.EMAIL_PORT = server.port
        try:
            yield server
        finally:
            server.may_go_on.set()


def _subjects(server: Moody) -> list[str]:
    """What Amelia was told, in the order in which it arrived, up to its first colon."""
    return [each["Subject"].split(":")[0] for each in server.messages() if AMELIA in each["To"]]


def _cancel(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED, version=F("version") + 1)
    booking.refresh_from_db()


def _publish(kind: type[BookingEvent], booking: Booking, **more: Any) -> None:
    with transaction.atomic():
        publish(fact_of(kind, booking, **more), actor=SYSTEM)


def _tell_moved(booking: Booking) -> None:
    at = booking.appointment
    happen(BookingRescheduled, booking, by="customer", old_start="2030-01-06T10:00:00+00:00",
           old_end="2030-01-06T11:00:00+00:00", old_staff_id=at.staff_id, old_location_id=at.location_id)  # fmt: skip


def _make_due() -> None:
    OutboxMessage.objects.filter(done_at=None).exclude(task=actions.SEND_REMINDER_TASK).update(due_at=now())


def _in_another_worker() -> threading.Thread:
    def work() -> None:
        with tenant_scope(tenant_named("salon")):
            deliver_outbox()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    return worker


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_what_is_newer_waits_for_what_is_on_its_way(
    committed: Tenant, slow: Slow, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """A booking is cancelled while the mail server has its confirmation: the cancellation comes after it."""
    if not guarded:
        monkeypatch.setattr(sending, "take_lease", lambda notification: notification.status == "queued")
    booking = BookingFactory(visit__contact_email=AMELIA)
    _publish(BookingConfirmed, booking)
    worker = _in_another_worker()
    assert slow.came.wait(20)
    _cancel(booking)
    _publish(BookingCancelled, booking, **CANCELLED)
    deliver_outbox()
    meanwhile = _subjects(slow)
    mine = Notification.objects.get(audience="customer", kind="booking.cancelled")
    waiting = OutboxMessage.objects.filter(key=waiting_key(mine.pk), done_at=None, leased_until=None)
    tried = set(waiting.values_list("attempts", "last_error"))
    slow.may_go_on.set()
    worker.join(20)
    _make_due()
    deliver_outbox()
    if not guarded:
        assert meanwhile == ["Cancelled"], "what came later arrived first"
        return
    assert meanwhile == []
    assert tried == {(0, "")}, "to wait for one's turn is no failure"
    assert _subjects(slow) == ["You're booked", "Cancelled"]
    told = Notification.objects.filter(audience="customer")
    assert set(told.values_list("status", "attempts", "leased_until")) == {("sent", 1, None)}


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_what_changes_just_before_it_is_handed_over(
    salon: Tenant, moody: Moody, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """A booking is cancelled after its confirmation was written, and before it goes."""
    booking = BookingFactory(visit__contact_email=AMELIA)
    write = sending.render

    def cancelled_meanwhile(**told: Any) -> Any:
        _cancel(booking)
        return write(**told)

    monkeypatch.setattr(sending, "render", cancelled_meanwhile)
    if not guarded:
        monkeypatch.setattr(sending, "stands", lambda told: True)
    happen(BookingConfirmed, booking)
    told = Notification.objects.get(audience="customer")
    if not guarded:
        assert _subjects(moody) == ["You're booked"]
        return
    assert _subjects(moody) == []
    assert (told.status, told.reason, told.attempts) == ("withdrawn", "no_longer_true", 0)
    assert not OutboxMessage.objects.exclude(last_error="").exists()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_what_a_killed_sender_had_waits_until_its_lease_is_over(salon: Tenant, letters: Letters, guarded: bool) -> None:
    """A newer message about the same booking, to the same reader, waits as well; others do not."""
    booking, started = BookingFactory(visit__contact_email=AMELIA), now()
    lease = {"leased_until": started + LEASE} if guarded else {}
    NotificationFactory(booking_ids=[booking.pk], visit_id=booking.visit_id, status="queued", to=AMELIA, **lease)
    with time_machine.travel(started, tick=False) as clock:
        _tell_moved(booking)
        assert len(letters.to("hello@salon.example")) == 1
        assert len(letters.to(AMELIA)) == (0 if guarded else 1)
        clock.shift(LEASE.total_seconds() - 1)
        deliver_outbox()
        assert len(letters.to(AMELIA)) == (0 if guarded else 1)
        clock.shift(2)
        deliver_outbox()
    assert len(letters.to(AMELIA)) == 1


def test_who_lost_the_lease_writes_nothing_more(salon: Tenant, moody: Moody, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another took over, and has sent it: whoever was away so long does not make it wait again."""
    booking = BookingFactory(visit__contact_email=AMELIA)
    write = sending.render

    def taken_over(**told: Any) -> Any:
        mine = Notification.objects.filter(audience="customer")
        mine.update(leased_until=now() + 2 * LEASE, status="sent", provider_id="theirs")
        return write(**told)

    monkeypatch.setattr(sending, "render", taken_over)
    about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    actions.tell(key="k", kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, about=about, now=now())
    deliver_outbox()
    told = Notification.objects.get()
    assert (told.status, told.provider_id, told.attempts, told.tries.count()) == ("sent", "theirs", 0, 0)
    assert _subjects(moody) == []


def test_a_cancel_withdraws_what_could_not_go_out_yet(salon: Tenant, moody: Moody) -> None:
    booking = BookingFactory(visit__contact_email=AMELIA)
    moody.to_message = "451 Later, please"
    happen(BookingConfirmed, booking)
    assert Notification.objects.get(audience="customer").status == "queued"
    _cancel(booking)
    happen(BookingCancelled, booking, **CANCELLED)
    first = Notification.objects.get(audience="customer", kind="booking.confirmed")
    assert (first.status, first.reason) == ("withdrawn", "no_longer_true"), "at once, not when it is tried again"
    assert first.ended_at is not None
    moody.to_message = "250 Kept"
    _make_due()
    deliver_outbox()
    assert _subjects(moody) == ["Cancelled"]


def test_what_a_provider_may_have_taken_is_left_to_its_next_try(salon: Tenant) -> None:
    """That one settles what it costs."""
    booking = BookingFactory(status=Status.CANCELLED)
    common = {"booking_ids": [booking.pk], "visit_id": booking.visit_id, "status": "queued"}
    unclear = NotificationFactory(held_cost=1, held_month=now().date(), **common)
    plain, killed = NotificationFactory(attempts=0, **common), NotificationFactory(**common)
    silent = AttemptFactory(notification__booking_ids=[booking.pk], notification__status="queued", outcome="unclear")
    with transaction.atomic():
        actions.withdraw_untrue(booking_ids=[booking.pk], now=now())
    states = dict(Notification.objects.values_list("pk", "status"))
    left = (unclear, killed, silent.notification)
    assert states == {plain.pk: "withdrawn"} | {each.pk: "queued" for each in left}


def test_what_a_killed_sender_may_have_sent_is_remembered_over_later_tries(
    salon: Tenant, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cancelled after a second try that surely failed: of the first nobody can say whether it arrived."""
    booking = BookingFactory(visit__contact_email=AMELIA)
    converse = email.converse

    def converse_and_die(mail: EmailMultiAlternatives, last_look: Callable[[], None]) -> None:
        converse(mail, last_look)
        raise KeyboardInterrupt

    monkeypatch.setattr(email, "converse", converse_and_die)
    with pytest.raises(KeyboardInterrupt):
        happen(BookingConfirmed, booking)
    monkeypatch.setattr(email, "converse", converse)
    moody.to_message = "451 Later, please"
    Notification.objects.update(leased_until=None)
    _make_due()
    deliver_outbox()
    told = Notification.objects.get(audience="customer")
    assert [each.outcome for each in told.tries.order_by("number")] == ["unclear", "failed"]
    _cancel(booking)
    _make_due()
    deliver_outbox()
    told.refresh_from_db()
    assert (told.status, told.reason) == ("withdrawn", "unclear")


def test_what_is_about_another_booking_stays(salon: Tenant, moody: Moody) -> None:
    booking, other = BookingFactory(visit__contact_email=AMELIA), BookingFactory()
    moody.to_message = "451 Later, please"
    happen(BookingConfirmed, other)
    _cancel(booking)
    happen(BookingCancelled, booking, **CANCELLED)
    waiting = Notification.objects.filter(booking_ids__contains=[other.pk])
    assert set(waiting.values_list("status", flat=True)) == {"queued"}


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_what_a_later_move_has_told_is_not_told_after_it(
    salon: Tenant, moody: Moody, monkeypatch: pytest.MonkeyPatch, owner: Person, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(queue, "is_overtaken", lambda notification: False)
    booking = BookingFactory(visit__contact_email=AMELIA)
    moody.to_message = "451 Later, please"
    happen(BookingConfirmed, booking)
    moody.to_message = "250 Kept"
    _tell_moved(booking)
    _make_due()
    deliver_outbox()
    if not guarded:
        assert _subjects(moody) == ["New time", "You're booked"]
        return
    assert _subjects(moody) == ["New time"]
    first = Notification.objects.get(audience="customer", kind="booking.confirmed")
    assert (first.status, first.reason) == ("withdrawn", "overtaken")
    with transaction.atomic():
        actions.send_again(notification=first, actor=owner.actor, now=now())
    deliver_outbox()
    assert _subjects(moody) == ["New time", "You're booked"], "who asks for it gets it"


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_of_two_moves_at_once_the_last_is_told(
    salon: Tenant, letters: Letters, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Both would tell how it is after the second."""
    if not guarded:
        monkeypatch.setattr(queue, "is_overtaken", lambda notification: False)
    booking = BookingFactory(visit__contact_email=AMELIA)
    for day in (5, 6):
        was = {"old_start": f"2030-01-0{day}T10:00:00+00:00", "old_end": f"2030-01-0{day}T11:00:00+00:00"}
        at = booking.appointment
        _publish(
            BookingRescheduled, booking, by="customer", old_staff_id=at.staff_id, old_location_id=at.location_id, **was
        )
    deliver_outbox()
    sent = [body(each) for each in letters.to(AMELIA)]
    if not guarded:
        assert len(sent) == 2
        return
    (only,) = sent
    assert "Was: Saturday 5 January" in only, "where it was as they know it"
    told = Notification.objects.filter(audience="customer").order_by("event_id")
    assert list(told.values_list("status", "reason")) == [("withdrawn", "overtaken"), ("sent", "")]


def test_what_is_back_where_it_was_is_not_told(salon: Tenant, letters: Letters) -> None:
    """Unless they were told in between that it had gone."""
    booking = BookingFactory(visit__contact_email=AMELIA)
    at = booking.appointment
    here = {"old_staff_id": at.staff_id, "old_location_id": at.location_id, "by": "customer"}
    starts, ends, day = at.starts_at, at.ends_at, dt.timedelta(days=1)
    away = {"old_start": (starts + day).isoformat(), "old_end": (ends + day).isoformat()}
    _publish(BookingRescheduled, booking, old_start=starts.isoformat(), old_end=ends.isoformat(), **here)
    _publish(BookingRescheduled, booking, **away, **here)
    deliver_outbox()
    assert letters.to(AMELIA) == []
    told = Notification.objects.filter(audience="customer").order_by("event_id")
    assert list(told.values_list("status", "reason")) == [("withdrawn", "overtaken")]
    happen(BookingConfirmed, booking)
    happen(BookingRescheduled, booking, **away, **here)
    assert [str(each["Subject"]).split(":")[0] for each in letters.to(AMELIA)] == ["You're booked", "New time"]


def test_a_move_of_another_service_overtakes_nothing(salon: Tenant, letters: Letters) -> None:
    was = {"old_start": "2030-01-06T10:00:00+00:00", "old_end": "2030-01-06T11:00:00+00:00"}
    for each in (BookingFactory(visit__contact_email=AMELIA), BookingFactory(visit__contact_email=AMELIA)):
        at = each.appointment
        _publish(
            BookingRescheduled, each, by="customer", old_staff_id=at.staff_id, old_location_id=at.location_id, **was
        )
    deliver_outbox()
    assert len(letters.to(AMELIA)) == 2


@pytest.mark.parametrize("answer", ["250 OK", "550 Nobody here"])
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_who_is_erased_while_a_message_is_on_its_way_is_not_written_down_again(
    customer: Person, moody: Moody, monkeypatch: pytest.MonkeyPatch, guarded: bool, answer: str
) -> None:
    """What the mail server says of it comes after the person is gone."""
    moody.to_recipient, address = answer, customer.user.email
    theirs = CustomerFactory(email=address)
    booking = BookingFactory(status=Status.COMPLETED, visit__customer=theirs, visit__contact_email=address)

    def erased_meanwhile(told: Any) -> bool:
        assert customer.api.post("customers/me/erase/", {"current_password": PASSWORD}).status_code == 204
        return True

    monkeypatch.setattr(sending, "stands", erased_meanwhile)
    if not guarded:
        for each in (sending, recording):
            monkeypatch.setattr(each, "ours", lambda notification: Notification.objects.filter(pk=notification.pk))
    about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    actions.tell(key="k", kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, about=about, now=now())
    told = Notification.objects.get()
    kept = {told.to, *StoppedAddress.objects.values_list("address", flat=True)}
    assert len(moody.messages()) == (1 if answer.startswith("250") else 0)
    if not guarded:
        assert address in kept
        return
    assert kept == {""}
    assert (told.subject, told.text, told.error, told.tries.count()) == ("", "", "", 0)
    assert (told.status, told.leased_until) == ("sent" if answer.startswith("250") else "failed", None)


def _on_record() -> set[str]:
    """What is kept of all messages that could name somebody."""
    return {each for row in Notification.objects.values_list("to", "subject", "text", "error") for each in row}


def test_who_is_erased_between_reading_and_recording_is_not_recorded(
    customer: Person, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = CustomerFactory(email=customer.user.email)
    booking = BookingFactory(status=Status.COMPLETED, visit__customer=theirs, visit__contact_email=customer.user.email)
    read = telling.told_of

    def erased_meanwhile(*given: Any, **named: Any) -> Any:
        found = read(*given, **named)
        assert customer.api.post("customers/me/erase/", {"current_password": PASSWORD}).status_code == 204
        return found

    monkeypatch.setattr(telling, "told_of", erased_meanwhile)
    about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    actions.tell(key="k", kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, about=about, now=now())
    assert not Notification.objects.exists()
    assert moody.messages() == []


def test_contacts_are_erased_before_messages_are_looked_for() -> None:
    """So that whoever holds the row with the contact while a message is recorded has it erased, too."""
    order = [each.model for each in HOLDINGS]
    assert max(order.index(Visit), order.index(WaitlistEntry)) < order.index(Notification)


def test_what_a_sender_had_read_of_who_is_erased_is_not_written_back(committed: Tenant, letters: Letters) -> None:
    """Somebody erases them at the moment in which it takes the lease."""
    booking = BookingFactory(visit__contact_email=AMELIA)
    row = NotificationFactory(booking_ids=[booking.pk], visit_id=booking.visit_id, status="queued", to=AMELIA)

    def send() -> None:
        with tenant_scope(tenant_named("salon")):
            actions.send(notification=Notification.objects.get(), now=now())
        connection.close()

    worker = threading.Thread(target=send)
    with transaction.atomic():
        Notification.objects.update(to="", subject="", text="", leased_until=None)
        worker.start()
        _wait_until_locked_out()
        booking.visit.contact_email = ""
        booking.visit.save()
    worker.join(20)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("failed", "no_address")
    assert _on_record() == {""}


def _wait_until_locked_out() -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits for a lock")


def test_what_a_provider_says_of_who_was_erased_is_not_kept(salon: Tenant) -> None:
    row = NotificationFactory(to="", subject="", text="", provider_id="x")
    said = actions.Progress(Channel.EMAIL, 1, NotificationStatus.BOUNCED, "x", f"550 {AMELIA} is nobody")
    with transaction.atomic():
        actions.record_progress(notification_id=row.pk, progress=said, now=now())
    assert (Notification.objects.get().status, _on_record()) == ("bounced", {""})


@pytest.mark.parametrize(("outcome", "reason"), [("unclear", "unclear"), ("failed", "no_longer_true")])
def test_what_may_have_arrived_by_mail_is_withdrawn_as_unclear(
    salon: Tenant, moody: Moody, outcome: str, reason: str
) -> None:
    """A mail server that went silent cannot be asked."""
    booking = BookingFactory(status=Status.CANCELLED)
    about = {"booking_ids": [booking.pk], "visit_id": booking.visit_id}
    told = AttemptFactory(
        notification=NotificationFactory(status="queued", sent_at=None, **about), outcome=outcome
    ).notification
    actions.send(notification=told, now=now())
    told.refresh_from_db()
    assert (told.status, told.reason, told.attempts) == ("withdrawn", reason, 1)
    assert moody.messages() == []
