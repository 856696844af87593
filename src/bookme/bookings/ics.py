"""A booking as a file that calendar programs read (RFC 5545). Pure."""

import datetime as dt
from dataclasses import dataclass

from icalendar import Calendar, Event, vCalAddress, vText

from bookme.bookings.states import KEEPS_SEATS, Status

PRODUCT = "-//BookMe//Bookings//EN"


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


def calendar_file(entry: CalendarEntry) -> bytes:
    """The file's bytes; one that gave its seats back removes the earlier one from a calendar that has it."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if entry.state in KEEPS_SEATS else "CANCEL")
    calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


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
