"""Bookings as calendar programs read them: several in one file, whole or piece by piece."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest
from icalendar import Calendar

from bookme.bookings.ics import CalendarEntry, calendar_file, calendar_parts
from bookme.bookings.states import Status

START = dt.datetime(2030, 1, 7, 10, tzinfo=dt.UTC)
CUT = CalendarEntry(
    uid="cut@bookme",
    sequence=1,
    title="Cut at House of Hair",
    starts_at=START,
    ends_at=START + dt.timedelta(hours=1),
    written_at=START,
)
COLOUR = dataclasses.replace(CUT, uid="colour@bookme", title="Colour; with\nEND:VCALENDAR", starts_at=CUT.ends_at,
                             ends_at=CUT.ends_at + dt.timedelta(hours=1))  # fmt: skip


def test_each_booking_is_an_event_of_one_calendar() -> None:
    written = calendar_file(CUT, COLOUR)
    assert written.count(b"BEGIN:VCALENDAR\r\n") == written.count(b"\r\nEND:VCALENDAR\r\n") == 1
    assert written.endswith(b"END:VCALENDAR\r\n")
    calendar = Calendar.from_ical(written)
    assert calendar.errors == []
    told = [(str(each["UID"]), each["DTSTART"].dt, str(each["SUMMARY"])) for each in calendar.walk("VEVENT")]
    assert told == [(each.uid, each.starts_at, each.title) for each in (CUT, COLOUR)]


@pytest.mark.parametrize(
    ("states", "method"),
    [
        ((Status.CONFIRMED, Status.CONFIRMED), "PUBLISH"),
        ((Status.CANCELLED, Status.CANCELLED), "CANCEL"),
        ((Status.CONFIRMED, Status.CANCELLED), "PUBLISH"),
    ],
)
def test_only_if_all_gave_their_seats_back_the_file_takes_them_out(states: tuple[Status, Status], method: str) -> None:
    cut, colour = (dataclasses.replace(each, state=state) for each, state in zip((CUT, COLOUR), states, strict=True))
    calendar = Calendar.from_ical(calendar_file(cut, colour))
    assert str(calendar["METHOD"]) == method
    assert [str(each["STATUS"]) for each in calendar.walk("VEVENT")] == [each.value.upper() for each in states]


def test_a_long_list_is_written_as_it_is_read() -> None:
    read: list[int] = []

    def entries() -> Iterator[CalendarEntry]:
        for number in range(3):
            read.append(number)
            yield dataclasses.replace(CUT, uid=f"{number}@bookme")

    parts = calendar_parts(entries())
    begun = next(parts)
    assert read == []
    first = next(parts)
    assert read == [0]
    whole = b"".join([begun, first, *parts])
    assert len(Calendar.from_ical(whole).walk("VEVENT")) == 3


def test_a_list_of_nothing_is_a_calendar_still() -> None:
    assert Calendar.from_ical(b"".join(calendar_parts([]))).walk("VEVENT") == []
