"""What happened to a booking, in words."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import history_of
from bookme.core.actor import ActorKind
from bookme.core.formats import Formats
from bookme.eventlog.models import Event

ICONS = {
    "booking.requested": "inbox",
    "booking.confirmed": "check",
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
    """One fact: when, what, and who made it true."""

    at: dt.datetime
    icon: str
    text: str
    who: str
    reason: str = ""


def history_lines(booking: Booking, *, formats: Formats, zone: ZoneInfo) -> list[HistoryLine]:
    """The latest first."""
    events = list(history_of(booking))
    lines = [
        HistoryLine(
            at=each.occurred_at.astimezone(zone),
            icon=ICONS.get(each.name, "circle"),
            text=_text(each, index == 0, formats, zone),
            who=_who(each),
            reason=str(each.payload.get("reason", "")),
        )
        for index, each in enumerate(events)
    ]
    return lines[::-1]


def _text(event: Event, is_first: bool, formats: Formats, zone: ZoneInfo) -> str:
    if event.name == "booking.rescheduled":
        return _moved(event.payload, formats, zone)
    if event.name == "booking.confirmed" and is_first:
        return _("Booked")
    says = _SAYS.get(event.name)
    return says(event.payload) if says else event.name


def _moved(payload: Mapping[str, Any], formats: Formats, zone: ZoneInfo) -> str:
    old, new = (dt.datetime.fromisoformat(payload[key]).astimezone(zone) for key in ("old_start", "start"))
    return _("Moved from %(old)s to %(new)s") % {"old": formats.moment_short(old), "new": formats.moment_short(new)}


def _cancelled(payload: Mapping[str, Any]) -> str:
    return _("Cancelled by the customer") if payload["by"] == "customer" else _("Cancelled by the business")


def _updated(payload: Mapping[str, Any]) -> str:
    return _("Notes changed") if payload["fields"] == ["internal_notes"] else _("Changed")


_SAYS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "booking.requested": lambda _payload: _("Asked for"),
    "booking.confirmed": lambda _payload: _("Confirmed"),
    "booking.declined": lambda _payload: _("Declined"),
    "booking.cancelled": _cancelled,
    "booking.arrived": lambda _payload: _("Checked in"),
    "booking.completed": lambda _payload: _("Done"),
    "booking.no_show": lambda _payload: _("Did not come"),
    "booking.undone": lambda _payload: _("Last step taken back"),
    "booking.expired": lambda _payload: _("Expired without an answer"),
    "booking.updated": _updated,
}


def _who(event: Event) -> str:
    if event.actor_kind == ActorKind.GUEST:
        return _("Customer")
    if event.actor_kind == ActorKind.SYSTEM:
        return "BookMe"
    return event.actor_name
