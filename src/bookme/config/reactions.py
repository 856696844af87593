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
from bookme.customers.events import CustomerChanged
from bookme.eventlog.registry import wire
from bookme.locations.events import LocationsChanged
from bookme.onboarding.events import BusinessClosed, BusinessConfigured, BusinessResumed, BusinessSuspended
from bookme.services.events import CatalogueChanged
from bookme.staff.events import StaffChanged

wire(
    {
        BusinessConfigured: (),
        BusinessSuspended: (),
        BusinessResumed: (),
        BusinessClosed: (),
        LocationsChanged: (),
        CatalogueChanged: (),
        StaffChanged: (),
        CustomerChanged: (),
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
