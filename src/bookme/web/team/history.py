"""What happened to a booking, as its page shows it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookme.bookings.models import Booking
from bookme.bookings.selectors.history import history_of, told_history

ICONS = {
    "booking.requested": "inbox",
    "booking.confirmed": "check",
    "booking.imported": "download",
    "booking.declined": "x",
    "booking.rescheduled": "move-right",
    "booking.cancelled": "calendar-x-2",
    "booking.arrived": "user-check",
    "booking.completed": "check-check",
    "booking.no_show": "user-x",
    "booking.undone": "undo-2",
    "booking.expired": "timer-off",
    "booking.updated": "pencil",
}


@dataclass(frozen=True)
class HistoryLine:
    """One fact: when, and what by whom."""

    at: dt.datetime
    icon: str
    text: str
    reason: str


def history_lines(booking: Booking, *, zone: ZoneInfo) -> list[HistoryLine]:
    """The latest first."""
    lines = [
        HistoryLine(
            at=told.event.occurred_at.astimezone(zone),
            icon=ICONS.get(told.event.name, "circle"),
            text=told.text,
            reason=str(told.event.payload.get("reason", "")),
        )
        for told in told_history(booking, list(history_of(booking)))
    ]
    return lines[::-1]
