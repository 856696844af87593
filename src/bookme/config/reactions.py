"""What follows what: the one table. Every event of every app is in it, if only with nothing."""

from bookme.bookings.events import (
    BookingArrived,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingUndone,
    BookingUpdated,
)
from bookme.eventlog.registry import wire
from bookme.onboarding.events import BusinessClosed, BusinessConfigured, BusinessResumed, BusinessSuspended

wire(
    {
        BusinessConfigured: (),
        BusinessSuspended: (),
        BusinessResumed: (),
        BusinessClosed: (),
        BookingRequested: (),
        BookingConfirmed: (),
        BookingDeclined: (),
        BookingRescheduled: (),
        BookingCancelled: (),
        BookingArrived: (),
        BookingCompleted: (),
        BookingNoShow: (),
        BookingUndone: (),
        BookingExpired: (),
        BookingUpdated: (),
    }
)
