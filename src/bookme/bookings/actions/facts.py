"""Events made from a booking's rows."""

from typing import Any, TypeVar

from bookme.bookings.events import BookingEvent
from bookme.bookings.models import Booking

E = TypeVar("E", bound=BookingEvent)


def fact_of(kind: type[E], booking: Booking, **more: Any) -> E:
    """An event of that kind about the booking as it is now; its visit and appointment should be loaded."""
    appointment, visit = booking.appointment, booking.visit
    return kind(
        booking_id=booking.pk,
        visit_id=visit.pk,
        customer_id=visit.customer_id,
        reference=visit.reference,
        status=str(booking.status),
        service_id=appointment.service_id,
        staff_id=appointment.staff_id,
        location_id=appointment.location_id,
        start=appointment.starts_at.isoformat(),
        end=appointment.ends_at.isoformat(),
        party_size=booking.party_size,
        **more,
    )
