"""Everything that changes a visit, a booking or an appointment. The door opens the transaction; these join it."""

from bookme.bookings.actions.booking import create_bookings, create_visit
from bookme.bookings.actions.cancelling import cancel_booking, cancel_visits, undo_booking
from bookme.bookings.actions.deciding import (
    arrive_booking,
    complete_booking,
    confirm_booking,
    decline_booking,
    miss_booking,
)
from bookme.bookings.actions.moving import reschedule_booking, reschedule_visit
from bookme.bookings.actions.overdue import expire_if_overdue
from bookme.bookings.actions.request import BookingRequest, Item
from bookme.bookings.actions.updating import update_booking

__all__ = [
    "BookingRequest",
    "Item",
    "arrive_booking",
    "cancel_booking",
    "cancel_visits",
    "complete_booking",
    "confirm_booking",
    "create_bookings",
    "create_visit",
    "decline_booking",
    "expire_if_overdue",
    "miss_booking",
    "reschedule_booking",
    "reschedule_visit",
    "undo_booking",
    "update_booking",
]
