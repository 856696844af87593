"""Bookings as the lines of a CSV file."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from bookme.bookings.models import Booking
from bookme.core.money import amount_text

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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(bookings: Iterable[Booking], tz: ZoneInfo) -> Iterator[str]:
    """A line of names, and one for each booking; instants are ISO 8601 in that zone."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for booking in bookings:
        yield writer.writerow([safe_cell(value) for value in _cells(booking, tz)])


def safe_cell(value: Any) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


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
