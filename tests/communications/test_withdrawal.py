"""What becomes untrue is not sent: while it waits, just before it is handed over, and in the right order after.

Each guard has a control: the same with it off goes wrong.
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection, transaction
from django.db.models import F

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.events import BookingCancelled, BookingConfirmed, BookingEvent, BookingRescheduled
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications import actions
from bookme.communications.actions import sending
from bookme.communications.actions.leasing import LEASE
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification, StoppedAddress
from bookme.core.actor import SYSTEM
from bookme.core.time import now
from bookme.eventlog.actions import publish
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import NotYet
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, happen
from tests.conftest import tenant_named
from tests.factories.bookings import BookingFactory
from tests.factories.communications import AttemptFactory, NotificationFactory
from tests.factories.customers import CustomerFactory
from tests.factories.users import PASSWORD, Person
from tests.letters import Letters

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
    waiting = OutboxMessage.objects.filter(task="eventlog.run_reaction", done_at=None, leased_until=None)
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
    with pytest.raises(NotYet):
        actions.tell(key="k", kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, about=about, now=now())
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
        monkeypatch.setattr(sending, "is_overtaken", lambda notification: False)
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
        monkeypatch.setattr(sending, "ours", lambda notification: Notification.objects.filter(pk=notification.pk))
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
