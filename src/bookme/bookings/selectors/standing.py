"""Bookings to come that need a row of the catalogue: what somebody who archives it should know."""

import datetime as dt
from uuid import UUID

from django.db.models import Q

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import on_calendars, scope_of
from bookme.bookings.states import UPCOMING, Status
from bookme.core.actor import Actor
from bookme.core.standing import StandingBooking

MOST = 500


def bookings_standing(kind: str, row_id: UUID, actor: Actor, now: dt.datetime) -> list[StandingBooking]:
    """The first 500 by start that have not ended and keep their seats, in scope; `kind` is as in `core.standing`.

    A question stands in nobody's way, and has none.
    """
    if kind not in _NEEDING:
        return []
    rows = (
        Booking.objects.filter(
            scope_of(actor),
            _needing(kind, row_id),
            status__in=[each.value for each in UPCOMING | {Status.ARRIVED}],
            appointment__ends_at__gt=now,
        )
        .select_related("visit", "appointment")
        .order_by("appointment__starts_at", "id")
    )
    return [_told(each) for each in rows[:MOST]]


_NEEDING = {
    "category": "appointment__service__category",
    "service": "appointment__service",
    "extra": "extras__contains",
    "staff": "appointment__staff",
    "location": "appointment__location",
    "resource": "appointment__allocations__resource",
    "customer": "visit__customer",
}


def _needing(kind: str, row_id: UUID) -> Q:
    if kind == "staff":
        return on_calendars(pk=row_id)
    return Q(**{_NEEDING[kind]: [{"id": str(row_id)}] if kind == "extra" else row_id})


def _told(booking: Booking) -> StandingBooking:
    appointment = booking.appointment
    return StandingBooking(
        id=booking.pk,
        reference=booking.visit.reference,
        status=booking.status,
        start=appointment.starts_at,
        end=appointment.ends_at,
        service=appointment.service_id,
        staff=appointment.staff_id,
        location=appointment.location_id,
    )
