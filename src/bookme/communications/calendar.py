"""Bookings as they stand in their readers' calendars, whether they came there by mail or from the page. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from bookme.bookings.ics import CalendarEntry, calendar_file
from bookme.bookings.states import Status
from bookme.communications.itinerary import where_of
from bookme.communications.told import BookingFacts, Sender
from bookme.core.formats import in_line


def customer_calendar(*, sender: Sender, bookings: Sequence[BookingFacts], now: dt.datetime) -> bytes:
    """The file of bookings, at least one, for who booked them."""
    return calendar_file(
        *(calendar_entry(sender=sender, booking=each, now=now, url=each.manage_url) for each in bookings)
    )


def team_calendar(*, sender: Sender, bookings: Sequence[BookingFacts], now: dt.datetime, is_gone: bool) -> bytes:
    """The same for whoever works there; what has left its reader's calendar (`is_gone`) is taken out of it.

    Empty where there is nothing of which they have heard.
    """
    entries = [_team_entry(sender, each, now, is_gone=is_gone) for each in bookings if each.is_known]
    return calendar_file(*entries) if entries else b""


def booking_url(sender: Sender, booking: BookingFacts, *, is_gone: bool) -> str:
    """Of the team's page; who has it no longer may not see it, and comes to the first one."""
    return sender.team_url if is_gone else f"{sender.team_url}bookings/{booking.id}/"


def _team_entry(sender: Sender, booking: BookingFacts, now: dt.datetime, *, is_gone: bool) -> CalendarEntry:
    """Titled by who comes, and for what: where, they know."""
    url = booking_url(sender, booking, is_gone=is_gone)
    entry = calendar_entry(sender=sender, booking=booking, now=now, url=url)
    title = _as_it_stands(in_line((booking.customer_name, booking.service)), booking)
    return replace(entry, title=title, state=Status.CANCELLED if is_gone else entry.state)


def calendar_entry(*, sender: Sender, booking: BookingFacts, now: dt.datetime, url: str) -> CalendarEntry:
    """`url` is where its reader manages it: what opens the visit is for who booked it alone."""
    return CalendarEntry(
        uid=f"{booking.id}@bookme",
        sequence=booking.version,
        title=_as_it_stands(calendar_title(booking.service, sender.name), booking),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        written_at=now,
        place=where_of(booking),
        description=f"{_('Reference')} {booking.reference}\n{url}",
        url=url,
        organizer_name=sender.name,
        organizer_email=sender.email,
        state=booking.state,
    )


def calendar_title(service: str, business: str) -> str:
    return _("%(service)s at %(business)s") % {"service": service, "business": business}


def _as_it_stands(title: str, booking: BookingFacts) -> str:
    """Says what is not certain: there are programs that show what is tentative like anything else."""
    is_open = booking.state in {Status.HELD, Status.PENDING}
    return _("%(title)s (not confirmed yet)") % {"title": title} if is_open else title
