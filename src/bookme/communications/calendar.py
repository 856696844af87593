"""Bookings as they stand in the customer's calendar, whether they came there by mail or from the page. Pure."""

import datetime as dt

from django.utils.translation import gettext as _

from bookme.bookings.ics import CalendarEntry
from bookme.communications.itinerary import where_of
from bookme.communications.told import BookingFacts, Sender


def calendar_entry(*, sender: Sender, booking: BookingFacts, now: dt.datetime, url: str) -> CalendarEntry:
    """`url` is where its reader manages it: what opens the visit is for who booked it alone."""
    return CalendarEntry(
        uid=f"{booking.id}@bookme",
        sequence=booking.version,
        title=calendar_title(booking.service, sender.name),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        written_at=now,
        place=where_of(booking),
        description=f"{booking.reference}\n{url}",
        url=url,
        organizer_name=sender.name,
        organizer_email=sender.email,
        state=booking.state,
    )


def calendar_title(service: str, business: str) -> str:
    return _("%(service)s at %(business)s") % {"service": service, "business": business}
