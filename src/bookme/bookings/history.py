"""What happened to a booking, in words, in the active language. Pure: what was written down in, sentences out."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookme.bookings.availability import OVERBOOKING
from bookme.bookings.wording import cause_text
from bookme.core.actor import ActorKind, shown_name
from bookme.core.formats import Formats


@dataclass(frozen=True)
class Fact:
    """An event of a booking as it was written down; `is_first` is how the booking came about.

    `names` has people and places by id, as far as the payload speaks of them.
    """

    name: str
    payload: Mapping[str, Any]
    actor_kind: str
    actor_name: str
    is_first: bool
    names: Mapping[str, str]


def fact_text(fact: Fact, *, formats: Formats, zone: ZoneInfo) -> str:
    """A sentence without its full stop: `Moved by Ana from Mon 7 Jan, 10:00 to Tue 8 Jan, 9:00, now with Ben`."""
    said = _said(fact, formats, zone)
    causes = [str(each) for each in fact.payload.get("waived", ())]
    if not causes:
        return said
    told = {"said": said, "why": " ".join(cause_text(each) for each in causes)}
    if OVERBOOKING & set(causes):
        return _("%(said)s, overbooked on purpose: %(why)s") % told
    return _("%(said)s, outside of the offered hours on purpose: %(why)s") % told


def _said(fact: Fact, formats: Formats, zone: ZoneInfo) -> str:
    if fact.name == "booking.rescheduled":
        return _moved(fact, formats, zone)
    if fact.name == "booking.confirmed" and fact.is_first:
        return _("Booked by %(who)s") % {"who": _who(fact)}
    says = _SAYS.get(fact.name)
    return says(fact) % {"who": _who(fact)} if says else fact.name


def _moved(fact: Fact, formats: Formats, zone: ZoneInfo) -> str:
    payload = fact.payload
    said = _span_text(fact, formats, zone)
    if payload.get("old_staff_id", payload["staff_id"]) != payload["staff_id"]:
        person = fact.names.get(payload["staff_id"], _("somebody else"))
        said = _("%(said)s, now with %(person)s") % {"said": said, "person": person}
    if payload.get("old_location_id", payload["location_id"]) != payload["location_id"]:
        place = fact.names.get(payload["location_id"], _("another place"))
        said = _("%(said)s, now at %(place)s") % {"said": said, "place": place}
    return said


def _span_text(fact: Fact, formats: Formats, zone: ZoneInfo) -> str:
    old, old_end, new, end = (
        dt.datetime.fromisoformat(fact.payload[key]).astimezone(zone)
        for key in ("old_start", "old_end", "start", "end")
    )
    told = {"who": _who(fact), "old": formats.moment_short(old), "new": formats.moment_short(new)}
    if new != old:
        return _("Moved by %(who)s from %(old)s to %(new)s") % told
    if end == old_end:
        return _("Moved by %(who)s") % told
    told["end"] = formats.clock(end) if end.date() == new.date() else formats.moment_short(end)
    if end > old_end:
        return _("Lengthened by %(who)s until %(end)s") % told
    return _("Shortened by %(who)s until %(end)s") % told


def _updated(fact: Fact) -> str:
    fields = set(fact.payload["fields"])
    if fields == {"internal_notes"}:
        return _("Notes changed by %(who)s")
    if fields == {"answers"}:
        return _("Answers changed by %(who)s")
    return _("Changed by %(who)s")


_SAYS: dict[str, Callable[[Fact], str]] = {
    "booking.requested": lambda _fact: _("Asked for by %(who)s"),
    "booking.held": lambda _fact: _("Held by %(who)s"),
    "booking.confirmed": lambda _fact: _("Confirmed by %(who)s"),
    "booking.imported": lambda _fact: _("Imported by %(who)s"),
    "booking.declined": lambda _fact: _("Declined by %(who)s"),
    "booking.cancelled": lambda _fact: _("Cancelled by %(who)s"),
    "booking.arrived": lambda _fact: _("Checked in by %(who)s"),
    "booking.completed": lambda _fact: _("Marked as done by %(who)s"),
    "booking.no_show": lambda _fact: _("Marked as a no-show by %(who)s"),
    "booking.undone": lambda _fact: _("Last step taken back by %(who)s"),
    "booking.expired": lambda _fact: _("Expired without an answer"),
    "booking.updated": _updated,
}


def _who(fact: Fact) -> str:
    if fact.actor_kind == ActorKind.GUEST or fact.payload.get("by") == "customer":
        return _("the customer")
    return shown_name(fact.actor_kind, fact.actor_name) or _("the business")
