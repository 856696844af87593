"""Seats: taken and given back by one atomic statement each, always under the lock of the appointment's calendar."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from uuid import UUID

from django.db.models import F, Q, QuerySet

from bookme.bookings.actions.facts import publish_together
from bookme.bookings.actions.versions import swapped
from bookme.bookings.availability import Cause
from bookme.bookings.events import BookingExpired
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.bookings.states import Status
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish
from bookme.core.actor import SYSTEM
from bookme.tenants.statements import prepared_rows

_OVERDUE = f"""
SELECT staff_id FROM bookings_booking booking JOIN bookings_appointment appointment ON appointment.id = appointment_id
WHERE booking.status = '{Status.HELD}' AND booking.hold_expires_at <= %(now)s
"""


def take_seats(*, appointment_id: UUID, seats: int) -> bool:
    """False, and nothing changed, where fewer are left. Who helps has as many seats taken as who leads."""
    left = _of_all(appointment_id).filter(seats_taken__lte=F("capacity") - seats)
    return left.update(seats_taken=F("seats_taken") + seats) > 0


def take_session_seats(session: Appointment, wish: Wish) -> None:
    """Of a published session, whose time is taken already, only the seats have to be left.

    Raises SlotUnavailable where fewer are, or where the session is not any more what was asked for.
    """
    same = {"starts_at": session.starts_at, "staff": session.staff_id, "location": session.location_id}
    if not Appointment.objects.filter(pk=session.pk, published=True, **same).exists():
        raise SlotUnavailable(wish=wish, causes=[SESSIONS_ONLY])
    if not take_seats(appointment_id=session.pk, seats=wish.party_size):
        raise SlotUnavailable(wish=wish, causes=[Cause.CAPACITY])


def give_back_seats(*, appointment_id: UUID, seats: int) -> None:
    """An appointment that nobody is left in frees its resources, too; a published session keeps them."""
    _of_all(appointment_id).update(seats_taken=F("seats_taken") - seats)
    ResourceAllocation.objects.filter(
        appointment=appointment_id, appointment__seats_taken=0, appointment__published=False
    ).delete()


def _of_all(appointment_id: UUID) -> QuerySet[Appointment]:
    return Appointment.objects.filter(Q(pk=appointment_id) | Q(lead=appointment_id))


def lock_and_sweep(owners: Iterable[UUID], *, now: dt.datetime) -> None:
    """The lock of these; holds that ran out are released under it, whoever's they are: they are in nobody's way."""
    overdue = staff_of_expired_holds(now=now)
    lock({*owners, *overdue})
    if overdue:
        release_expired_holds(staff_ids=overdue, now=now)


def staff_of_expired_holds(*, now: dt.datetime) -> set[UUID]:
    """Whose calendars have unpaid holds that ran out."""
    return {staff_id for (staff_id,) in prepared_rows(_OVERDUE, {"now": now})}


def release_expired_holds(*, staff_ids: Collection[UUID], now: dt.datetime) -> int:
    """Free what unpaid holds keep of these people's calendars, which the caller has locked; returns how many.

    Publishes BookingExpired for each.
    """
    overdue = _expired(now).filter(appointment__staff__in=staff_ids).select_related("appointment", "visit")
    overdue = overdue.order_by("visit_id", "position", "id")
    return expire_locked(bookings=list(overdue))


def expire_locked(*, bookings: Sequence[Booking]) -> int:
    """Let bookings expire whose calendars are locked, but for those that have changed meanwhile; returns how many."""
    expired = [each for each in bookings if swapped(each, status=Status.EXPIRED)]
    for booking in expired:
        give_back_seats(appointment_id=booking.appointment_id, seats=booking.party_size)
    for _, same in groupby(expired, key=lambda each: each.visit_id):
        publish_together(BookingExpired, list(same), actor=SYSTEM)
    return len(expired)


def _expired(now: dt.datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(status=Status.HELD, hold_expires_at__lte=now)
