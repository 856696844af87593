"""Bookings as the lines of a CSV file."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from bookme.bookings.models import Booking
from bookme.core.money import amount_text
from bookme.core.spreadsheets import csv_lines

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


def booking_lines(bookings: Iterable[Booking], tz: ZoneInfo) -> Iterator[str]:
    """A line of names, and one for each booking; instants are ISO 8601 in that zone."""
    return csv_lines(chain([COLUMNS], (_cells(booking, tz) for booking in bookings)))


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
