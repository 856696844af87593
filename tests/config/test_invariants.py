"""`bookme invariants`: silent in a sound business, loud about each thing that must never be."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.communications.models import Notification
from bookme.config.invariants import broken_invariants, checks
from bookme.core.time import now
from bookme.tenants.models import OutboxMessage, Tenant
from tests.factories.bookings import (
    AppointmentFactory,
    BookingFactory,
    HoldFactory,
    ResourceAllocationFactory,
    SessionFactory,
    WaitlistEntryFactory,
)
from tests.factories.eventlog import EventFactory, IdempotencyKeyFactory

LATE = dt.timedelta(seconds=121)


def drop(table: str, constraint: str) -> None:
    """Take a wall away, for the rest of this test."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def overlapping_appointments() -> None:
    drop("bookings_appointment", "appointment_no_overlap")
    first = SessionFactory()
    SessionFactory(service=first.service, staff=first.staff, location=first.location)


def units_held_twice() -> None:
    drop("bookings_resourceallocation", "allocation_no_overlap")
    first = ResourceAllocationFactory(appointment=SessionFactory())
    ResourceAllocationFactory(appointment=SessionFactory(), resource=first.resource)


def oversold_seats() -> None:
    drop("bookings_appointment", "appointment_seats")
    booking = BookingFactory()
    Booking.objects.filter(pk=booking.pk).update(party_size=2)
    Appointment.objects.update(seats_taken=2)


def seats_of_nobody() -> None:
    AppointmentFactory(seats_taken=1)


def old_hold() -> None:
    HoldFactory(hold_expires_at=now() - dt.timedelta(seconds=61))


def offer_of_nothing() -> None:
    booking = BookingFactory(status="expired")
    Booking.objects.update(updated_at=now() - LATE)
    WaitlistEntryFactory(status="offered", visit=booking.visit)


def units_of_nobody() -> None:
    ResourceAllocationFactory(appointment=AppointmentFactory())


def help_at_another_time() -> None:
    lead = BookingFactory().appointment
    AppointmentFactory(lead=lead, service=lead.service, location=lead.location, seats_taken=0)


def late_message() -> None:
    OutboxMessage.objects.create(due_at=now() - LATE, tenant=Tenant.objects.get(slug="salon"), task="t", key="k")


def message_given_up() -> None:
    late_message()
    OutboxMessage.objects.update(dead=True)


def reminder_of_a_dead_booking() -> None:
    booking = BookingFactory(status="cancelled")
    _reminder(booking, booking.appointment.starts_at)


def reminder_at_an_old_time() -> None:
    booking = BookingFactory()
    _reminder(booking, booking.appointment.starts_at - dt.timedelta(hours=1))


def reminder_after_the_first() -> None:
    booking = BookingFactory()
    later = BookingFactory(visit=booking.visit, appointment__starts_at=booking.appointment.starts_at + LATE)
    Booking.objects.update(updated_at=now() - LATE)
    _reminder(later, later.appointment.starts_at)


def _reminder(booking: Booking, starts_at: dt.datetime) -> None:
    Booking.objects.filter(pk=booking.pk).update(updated_at=now() - LATE)
    OutboxMessage.objects.create(
        due_at=now() + LATE,
        tenant=Tenant.objects.get(slug="salon"),
        task="communications.send_reminder",
        args={"visit_id": str(booking.visit_id), "starts_at": starts_at.isoformat()},
        key="reminder",
    )


def key_with_two_writes() -> None:
    drop("eventlog_idempotencykey", "idempotency_key_once")
    IdempotencyKeyFactory(key="k")
    IdempotencyKeyFactory(key="k")


def no_confirmation() -> None:
    EventFactory(subject_id=BookingFactory().pk, occurred_at=now() - LATE)


def two_confirmations() -> None:
    booking = BookingFactory()
    EventFactory(subject_id=booking.pk, occurred_at=now() - LATE)
    for number in range(2):
        Notification.objects.create(
            key=f"n{number}", kind="booking.confirmed", channel="email", booking_ids=[booking.pk], status="sent"
        )


BREAKS: list[tuple[Callable[[], None], str]] = [
    (overlapping_appointments, "appointments of one person that overlap"),
    (units_held_twice, "units that are held twice at once"),
    (oversold_seats, "appointments with more seats taken than there are"),
    (seats_of_nobody, "appointments whose seats are not those of their bookings"),
    (old_hold, "holds that ended more than a minute ago"),
    (offer_of_nothing, "offers to who waits of which nothing is held any more"),
    (units_of_nobody, "units held for appointments that nobody is in, or at another time"),
    (help_at_another_time, "people who help at another time or place than who leads"),
    (late_message, "messages in the outbox that are more than two minutes late"),
    (message_given_up, "messages in the outbox that were given up, and at which nobody has looked"),
    (
        reminder_of_a_dead_booking,
        "reminders that wait for a visit of which nothing is confirmed at that time, or something before",
    ),
    (
        reminder_at_an_old_time,
        "reminders that wait for a visit of which nothing is confirmed at that time, or something before",
    ),
    (key_with_two_writes, "keys under which more than one write was kept"),
    (no_confirmation, "confirmed bookings without exactly one confirmation on record"),
    (two_confirmations, "confirmed bookings without exactly one confirmation on record"),
]


@pytest.mark.parametrize(("harm", "check"), BREAKS, ids=[harm.__name__ for harm, _ in BREAKS])
def test_each_harm_is_found_by_its_check(salon: Tenant, harm: Callable[[], None], check: str) -> None:
    harm()
    assert {name for name, count in broken_invariants(now=now()).items() if count} == {check}


def test_every_check_has_its_harm() -> None:
    assert set(checks()) == {check for _, check in BREAKS}


def test_a_sound_business(salon: Tenant) -> None:
    """Rows that come near to each check, and are in order."""
    booking = BookingFactory()
    ResourceAllocationFactory(appointment=booking.appointment)
    BookingFactory(status="cancelled")
    HoldFactory(hold_expires_at=now() - dt.timedelta(seconds=50))
    EventFactory(subject_id=booking.pk, occurred_at=now())
    AppointmentFactory()
    SessionFactory(overbooked=True)
    assert set(broken_invariants(now=now()).values()) == {0}
    assert ResourceAllocation.objects.exists()


def test_the_command_prints_each_check_and_fails_if_one_does(salon: Tenant) -> None:
    out, err = StringIO(), StringIO()
    call_command("invariants", stdout=out, stderr=err)
    *lines, last = out.getvalue().splitlines()
    assert last == "2 businesses, nothing wrong found"
    assert len(lines) == 2 * len(checks()), "the salon and the rival"
    assert all(line.endswith(": 0") for line in lines)
    assert err.getvalue() == ""
    seats_of_nobody()
    with pytest.raises(SystemExit) as left:
        call_command("invariants", stdout=out, stderr=err)
    assert left.value.code == 1
    assert "salon: appointments whose seats are not those of their bookings: 1" in out.getvalue()
    assert err.getvalue() == "2 businesses, something wrong in 1\n"


def test_a_business_that_is_closed_is_left_alone(salon: Tenant, rival: Any) -> None:
    Tenant.objects.filter(slug="rival").update(status="closed")
    out = StringIO()
    call_command("invariants", stdout=out)
    assert "rival" not in out.getvalue()
