"""Bookings as a file that calendar programs read (RFC 5545). Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from icalendar import Calendar, Event, vCalAddress, vText

from bookme.bookings.states import KEEPS_SEATS, Status

PRODUCT = "-//BookMe//Bookings//EN"
_CLOSING = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class CalendarEntry:
    """`uid` stays the same for the booking's whole life; `sequence` grows with every change, so that a newer file wins.

    Instants are in UTC: calendar programs show them in their owner's zone, and no rule of any zone can be misread.
    """

    uid: str
    sequence: int
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    written_at: dt.datetime
    place: str = ""
    description: str = ""
    url: str = ""
    organizer_name: str = ""
    organizer_email: str = ""
    state: Status = Status.CONFIRMED


def calendar_file(*entries: CalendarEntry) -> bytes:
    """One file of them all, at least one; if all gave their seats back, it takes them out of a calendar that has them.

    Where only some did, each says so for itself.
    """
    is_over = all(each.state not in KEEPS_SEATS for each in entries)
    return b"".join(calendar_parts(entries, method="CANCEL" if is_over else "PUBLISH"))


def calendar_parts(entries: Iterable[CalendarEntry], *, method: str = "PUBLISH") -> Iterator[bytes]:
    """The file piece by piece, so that a long list need not be in memory; together they are one calendar."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    opening: bytes = calendar.to_ical()
    yield opening.removesuffix(_CLOSING)
    for entry in entries:
        yield _event(entry).to_ical()
    yield _CLOSING


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
    event.add("dtend", entry.ends_at.astimezone(dt.UTC))
    event.add("dtstamp", entry.written_at.astimezone(dt.UTC))
    event.add("status", _status(entry.state))
    for name, text in (("location", entry.place), ("description", entry.description), ("url", entry.url)):
        if text:
            event.add(name, text)
    if entry.organizer_email:
        organizer = vCalAddress(f"mailto:{entry.organizer_email}")
        organizer.params["cn"] = vText(entry.organizer_name)
        event.add("organizer", organizer, encode=False)
    return event


def _status(state: Status) -> str:
    if state not in KEEPS_SEATS:
        return "CANCELLED"
    return "TENTATIVE" if state in {Status.HELD, Status.PENDING} else "CONFIRMED"
