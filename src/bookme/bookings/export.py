"""Bookings as a file: the lines of a CSV, or one calendar."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookme.bookings.ics import CalendarEntry, calendar_parts
from bookme.bookings.models import Booking
from bookme.bookings.wording import address_text
from bookme.core.money import amount_text
from bookme.core.spreadsheets import csv_lines

AT_ONCE = 200
_BLOCK = 32 * 1024
COLUMNS = (
    "reference",
    "status",
    "start",
    "end",
    "service",
    "staff",
    "location",
    "party_size",
    "price",
    "currency",
    "payment_due",
    "fee",
    "name",
    "email",
    "phone",
    "notes",
    "internal_notes",
    "created_at",
)


class ExportFormat(StrEnum):
    CSV = "csv"
    ICS = "ics"


@dataclass(frozen=True)
class Export:
    """A file, piece by piece: it is read from the database as it is sent, and is never in memory as a whole."""

    filename: str
    content_type: str
    parts: Iterator[bytes]


def export_of(
    bookings: QuerySet[Booking], *, wanted: ExportFormat, tz: ZoneInfo, url_of: Callable[[Booking], str]
) -> Export:
    """In the order of the bookings. CSV has instants as ISO 8601 in that zone; a calendar leads to `url_of` each."""
    rows = bookings.iterator(chunk_size=AT_ONCE)
    if wanted is ExportFormat.CSV:
        lines = (line.encode() for line in booking_lines(rows, tz))
        return Export("bookings.csv", "text/csv; charset=utf-8", in_blocks(lines))
    entries = (_entry(booking, url_of(booking)) for booking in rows)
    return Export("bookings.ics", "text/calendar; charset=utf-8", in_blocks(calendar_parts(entries)))


def booking_lines(bookings: Iterable[Booking], tz: ZoneInfo) -> Iterator[str]:
    """A line of names, and one for each booking; instants are ISO 8601 in that zone."""
    return csv_lines(chain([COLUMNS], (_cells(booking, tz) for booking in bookings)))


def in_blocks(parts: Iterable[bytes], *, size: int = _BLOCK) -> Iterator[bytes]:
    """The same bytes in pieces of at least that size: one write each for many lines."""
    block = bytearray()
    for part in parts:
        block += part
        if len(block) >= size:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _cells(booking: Booking, tz: ZoneInfo) -> tuple[Any, ...]:
    appointment, visit = booking.appointment, booking.visit
    return (
        visit.reference,
        booking.status,
        appointment.starts_at.astimezone(tz).isoformat(),
        appointment.ends_at.astimezone(tz).isoformat(),
        appointment.service.name,
        appointment.staff.name,
        appointment.location.name,
        booking.party_size,
        amount_text(booking.price, booking.currency),
        booking.currency,
        amount_text(booking.still_due, booking.currency),
        amount_text(booking.fee, booking.currency),
        visit.contact_name,
        visit.contact_email,
        visit.contact_phone,
        visit.notes,
        booking.internal_notes,
        booking.created_at.astimezone(tz).isoformat(),
    )


def _entry(booking: Booking, url: str) -> CalendarEntry:
    """As the team sees it: what, for whom, with whom, and where; a change raises its sequence."""
    appointment, visit = booking.appointment, booking.visit
    told = (visit.reference, appointment.staff.name, visit.contact_phone, visit.contact_email, visit.notes, url)
    return CalendarEntry(
        uid=f"{booking.pk}@bookme",
        sequence=booking.version,
        title=f"{appointment.service.name}: {visit.contact_name}",
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        written_at=booking.updated_at.astimezone(dt.UTC),
        place=address_text(visit.address) or appointment.location.name,
        description="\n".join(filter(None, told)),
        url=url,
        state=booking.state,
    )
