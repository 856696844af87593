"""Everything that changes a visit, a booking or an appointment. The door opens the transaction; these join it."""

from bookme.bookings.actions.booking import create_visit
from bookme.bookings.actions.overdue import expire_if_overdue
from bookme.bookings.actions.request import BookingRequest

__all__ = ["BookingRequest", "create_visit", "expire_if_overdue"]
