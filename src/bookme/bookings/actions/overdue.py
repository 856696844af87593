"""What ends by itself: a request nobody answered before its start, a hold that ran out."""

import datetime as dt
from uuid import UUID

from bookme.bookings.actions.placing import owners_of
from bookme.bookings.actions.seats import expire_locked
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.tenants.outbox import enqueue_again

EXPIRE_TASK = "bookings.expire_booking"


def let_expire(booking: Booking, *, now: dt.datetime) -> None:
    """See to it that the booking's visit is looked at when its hold ends, or its start has passed.

    A later call for the same booking moves it.
    """
    enqueue_again(
        task=EXPIRE_TASK,
        args={"booking_id": str(booking.pk)},
        key=f"booking:{booking.pk}:expire",
        due_at=(booking.status == Status.HELD and booking.hold_expires_at) or booking.appointment.starts_at,
        now=now,
    )


def expire_if_overdue(*, booking_id: UUID, now: dt.datetime) -> bool:
    """Expire a hold that ran out, or a request whose start has passed, with all that its visit awaits.

    False for anything else. Takes the lock. Publishes BookingExpired.
    """
    found = Booking.objects.select_related("appointment", "visit").filter(pk=booking_id).first()
    if found is None or not _is_overdue(found, now):
        return False
    same = found.visit.bookings.filter(status=found.status).exclude(pk=found.pk)
    bookings = [found, *same.select_related("appointment", "visit").order_by("position", "id")]
    lock({owner for each in bookings for owner in owners_of(each.appointment)})
    return expire_locked(bookings=bookings) > 0


def _is_overdue(booking: Booking, now: dt.datetime) -> bool:
    if booking.status == Status.HELD:
        return booking.hold_expires_at is not None and booking.hold_expires_at <= now
    return booking.status == Status.PENDING and booking.appointment.starts_at <= now
