"""Everything that changes a visit, a booking, a series or the waitlist. The door opens the transaction; these join it.

Sessions of classes are in `sessions`, bookings from a file in `importing`.
"""

from bookme.bookings.actions.booking import create_bookings, create_visit
from bookme.bookings.actions.cancelling import cancel_booking, cancel_visits, undo_booking
from bookme.bookings.actions.courses import book_course
from bookme.bookings.actions.deciding import (
    arrive_booking,
    complete_booking,
    confirm_booking,
    decline_booking,
    miss_booking,
)
from bookme.bookings.actions.moving import reschedule_booking, reschedule_visit
from bookme.bookings.actions.offering import accept_offer, decline_offer, leave_waitlist, offer_place, offer_to
from bookme.bookings.actions.overdue import expire_if_overdue
from bookme.bookings.actions.request import BookingRequest, Item
from bookme.bookings.actions.series import cancel_series, create_series, reschedule_series
from bookme.bookings.actions.updating import update_booking
from bookme.bookings.actions.waiting import join_waitlist, rank_entry

__all__ = [
    "BookingRequest",
    "Item",
    "accept_offer",
    "arrive_booking",
    "book_course",
    "cancel_booking",
    "cancel_series",
    "cancel_visits",
    "complete_booking",
    "confirm_booking",
    "create_bookings",
    "create_series",
    "create_visit",
    "decline_booking",
    "decline_offer",
    "expire_if_overdue",
    "join_waitlist",
    "leave_waitlist",
    "miss_booking",
    "offer_place",
    "offer_to",
    "rank_entry",
    "reschedule_booking",
    "reschedule_series",
    "reschedule_visit",
    "undo_booking",
    "update_booking",
]
