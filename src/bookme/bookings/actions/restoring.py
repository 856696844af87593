"""Giving a cancelled booking its time again: to the same people, with whatever units are free."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from bookme.bookings.actions.placing import hold_units, owners_of, the_wall, units_for
from bookme.bookings.actions.seats import take_seats
from bookme.bookings.actions.versions import swap
from bookme.bookings.availability import Cause
from bookme.bookings.locks import lock
from bookme.bookings.models import ACTIVE, Appointment, Booking
from bookme.bookings.wishes import SlotUnavailable, Wish
from bookme.core.errors import Conflict
from bookme.locations.models import Resource
from bookme.services.models import ServiceKind


def restore(booking: Booking, columns: Mapping[str, Any], may_waive: frozenset[Cause]) -> list[Cause]:
    """Take its seats back, under the lock, and set these columns; returns what was in the way, all in `may_waive`.

    Raises Conflict `stale_version` or `session_cancelled`, and SlotUnavailable.
    """
    appointment, wish = booking.appointment, _same_again(booking, may_waive)
    units = Resource.objects.filter(
        location=appointment.location_id, kind__in=appointment.service.requirements.values("kind"), is_active=True
    )
    lock({*owners_of(appointment), *units.values_list("pk", flat=True)})
    swap(booking, **columns, cancelled_by="", cancel_reason="")
    if appointment.service.kind == ServiceKind.CLASS and not _stands(appointment):
        raise Conflict("Its session is cancelled. Book another one.", code="session_cancelled")
    is_empty = not Appointment.objects.filter(ACTIVE, pk=appointment.pk).exists()
    met = _lay_again(appointment, wish) if is_empty else []
    with the_wall(wish):
        if not take_seats(appointment_id=appointment.pk, seats=booking.party_size):
            raise SlotUnavailable(wish=wish, causes=[Cause.CAPACITY])
        if not appointment.allocations.exists():
            chosen, taken = units_for(appointment, wish)
            hold_units(appointment, chosen, overbooked=taken)
            met += [Cause.RESOURCE] if taken else []
    return met


def _stands(session: Appointment) -> bool:
    return Appointment.objects.filter(pk=session.pk, published=True).exists()


def _lay_again(appointment: Appointment, wish: Wish) -> list[Cause]:
    """Say of each of its people whether it overbooks them. What was itself overbooked counts as busy, too."""
    met = False
    for row in Appointment.objects.filter(Q(pk=appointment.pk) | Q(lead=appointment.pk)):
        others = Appointment.objects.filter(
            ACTIVE, staff=row.staff_id, blocked_start__lt=row.blocked_end, blocked_end__gt=row.blocked_start
        )
        is_met, row.overbooked = others.exists(), others.filter(overbooked=False).exists()
        met = met or is_met
        row.save(update_fields=["overbooked", "updated_at"])
    if met and Cause.BOOKING not in wish.may_waive:
        raise SlotUnavailable(wish=wish, causes=[Cause.BOOKING])
    appointment.refresh_from_db(fields=["overbooked"])
    return [Cause.BOOKING] if met else []


def _same_again(booking: Booking, may_waive: frozenset[Cause]) -> Wish:
    appointment = booking.appointment
    return Wish(
        service=appointment.service,
        start=appointment.starts_at,
        staff_id=appointment.staff_id,
        location_id=appointment.location_id,
        party_size=booking.party_size,
        extra_minutes=booking.extra_minutes,
        minutes=booking.duration_minutes,
        may_waive=may_waive,
    )
