"""What ends by itself: a request nobody answered before its start, a hold that ran out."""

import datetime as dt
from uuid import UUID

from bookme.bookings.actions.seats import expire_locked
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.tenants.outbox import enqueue_again

EXPIRE_TASK = "bookings.expire_booking"


def let_expire_at(booking: Booking, due_at: dt.datetime, *, now: dt.datetime) -> None:
    """See to it that the booking is looked at then; a later call for the same booking moves it."""
    enqueue_again(
        task=EXPIRE_TASK,
        args={"booking_id": str(booking.pk)},
        key=f"booking:{booking.pk}:expire",
        due_at=due_at,
        now=now,
    )


def expire_if_overdue(*, booking_id: UUID, now: dt.datetime) -> bool:
    """Expire a hold that ran out, or a request whose start has passed; False for anything else. Takes the lock."""
    found = Booking.objects.select_related("appointment", "visit").filter(pk=booking_id).first()
    if found is None or not _is_overdue(found, now):
        return False
    lock([found.appointment.staff_id])
    return expire_locked(booking=found)


def _is_overdue(booking: Booking, now: dt.datetime) -> bool:
    if booking.status == Status.HELD:
        return booking.hold_expires_at is not None and booking.hold_expires_at <= now
    return booking.status == Status.PENDING and booking.appointment.starts_at <= now
