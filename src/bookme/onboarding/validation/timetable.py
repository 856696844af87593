"""Hours, breaks, sessions and closures that cannot be."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bookme.core.time import DAY_NAMES, clock_minutes
from bookme.core.weekly import Shift, clashes
from bookme.locations.rules import hours_faults, range_faults
from bookme.onboarding.validation.entries import by_key, entries, items, part, services_of, word
from bookme.onboarding.validation.faults import Fault, Path, of_rule
from bookme.onboarding.validation.formats import is_date
from bookme.services.rules import season_faults
from bookme.staff.rules import break_faults

_CLOCK = re.compile(r"\d\d:\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", re.ASCII)


def timetable_faults(data: dict[str, Any]) -> Iterator[Fault]:
    for path, place in entries(data, "locations"):
        yield from _hours_faults(place, "opening_hours", path)
    for path, person in entries(data, "staff"):
        yield from _hours_faults(person, "hours", path)
    for path, service in entries(data, "services"):
        yield from _hours_faults(service, "bookable_hours", path)
        yield from _season_faults(service, path)
    yield from _session_faults(data)
    yield from _closure_faults(data)


def _minutes(entry: dict[str, Any], name: str) -> int | None:
    text = word(entry, name)
    return clock_minutes(text) if text and _CLOCK.fullmatch(text) else None


def _hours_faults(owner: dict[str, Any], name: str, path: Path) -> Iterator[Fault]:
    """Each shift by itself, then all of them against each other."""
    good: list[tuple[Path, Shift]] = []
    for place, entry in entries(owner, name, path):
        shift = _shift(entry)
        if shift is None:
            continue
        found = list(hours_faults(asdict(shift)))
        yield from (of_rule(each, place) for each in found)
        if not found:
            yield from _break_faults(entry, place, shift)
            good.append((place, shift))
    for index in clashes([shift for _, shift in good]):
        yield Fault(good[index][0], "overlaps another one", "overlap")


def _season_faults(service: dict[str, Any], path: Path) -> Iterator[Fault]:
    for place, entry in entries(service, "bookable_dates", path):
        first, last = word(entry, "from"), word(entry, "to")
        if first and last and is_date(first) and is_date(last):
            found = season_faults(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
            yield from (of_rule(each, place) for each in found)


def _shift(entry: dict[str, Any]) -> Shift | None:
    """The entry as the rules know it; None where the schema tells what is wrong with it."""
    day, date = word(entry, "day"), word(entry, "on_date")
    start, end = _minutes(entry, "start"), _minutes(entry, "end")
    on_date = dt.date.fromisoformat(date) if date and is_date(date) else None
    is_shut = not {"start", "end"} & set(entry)
    if (day in DAY_NAMES) == bool(on_date) or ((start is None or end is None) and not (is_shut and on_date)):
        return None
    return Shift(DAY_NAMES.index(day) if day in DAY_NAMES else None, on_date, start, end)


_BREAKS = {
    "end_before_start": (("end",), "must be after start", "range"),
    "outside_shift": ((), "must lie within the hours it interrupts", "range"),
    "overlap": ((), "overlaps another one", "overlap"),
}


def _break_faults(entry: dict[str, Any], path: Path, shift: Shift) -> Iterator[Fault]:
    found = [(place, _minutes(each, "start"), _minutes(each, "end")) for place, each in entries(entry, "breaks", path)]
    breaks = [(place, (start, end)) for place, start, end in found if start is not None and end is not None]
    for index, why in break_faults(shift.start, shift.end, [minutes for _, minutes in breaks]):
        steps, message, code = _BREAKS[why]
        yield Fault((*breaks[index][0], *steps), message, code)


def _session_faults(data: dict[str, Any]) -> Iterator[Fault]:
    services, staff, resources = (by_key(data, section) for section in ("services", "staff", "resources"))
    seen: set[tuple[Any, ...]] = set()
    for path, entry in entries(data, "sessions"):
        names = {name: word(entry, name) or "" for name in ("service", "staff", "location", "resource")}
        service, person = services.get(names["service"]), staff.get(names["staff"])
        if service is not None and service.get("kind") != "class":
            yield Fault((*path, "service"), "must be a service of the kind class", "not_a_class")
        if service is not None and person is not None and names["service"] not in dict(services_of(person)):
            yield Fault((*path, "staff"), f'"{names["staff"]}" does not do this service', "not_theirs")
        places = [value for _, value in items(service, "locations")]
        if places and names["location"] not in places:
            yield Fault((*path, "location"), "is not one of the service's locations", "wrong_location")
        resource = resources.get(names["resource"])
        if resource is not None and resource.get("location") != names["location"]:
            yield Fault((*path, "resource"), "is at another location", "wrong_location")
        weekly = part(entry, "weekly")
        run = (names["service"], names["staff"], names["location"], word(weekly, "day"), word(weekly, "start"))
        if run in seen:
            yield Fault(path, "is there twice", "repeated")
        seen.add(run)


def _closure_faults(data: dict[str, Any]) -> Iterator[Fault]:
    seen: set[tuple[Any, ...]] = set()
    for path, entry in entries(data, "closures"):
        first, last = word(entry, "from"), word(entry, "to")
        start, end = _instant(first, last=False), _instant(last, last=True)
        if start and end:
            yield from (of_rule(each, path) for each in range_faults({"starts_at": start, "ends_at": end}))
        one = (word(entry, "name"), first, last, word(entry, "location"))
        if one in seen:
            yield Fault(path, "is there twice", "repeated")
        seen.add(one)


def _instant(text: str | None, *, last: bool) -> dt.datetime | None:
    if text is None or not _INSTANT.fullmatch(text):
        return None
    try:
        return closure_edge(text, last=last)
    except (ValueError, OverflowError):
        return None


def closure_edge(text: str, *, last: bool) -> dt.datetime:
    """The local wall time, without zone, at which a closure begins or ends; a date as `to` counts to its end."""
    edge = dt.datetime.fromisoformat(text)
    return edge + dt.timedelta(days=1) if last and "T" not in text else edge
