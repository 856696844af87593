"""Hours, breaks, sessions and closures that cannot be."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from bookme.core.time import DAY_MINUTES, clock_minutes
from bookme.onboarding.validation.entries import DAYS, by_key, entries, items, part, services_of, word
from bookme.onboarding.validation.faults import Fault, Path

WEEK_MINUTES = 7 * DAY_MINUTES

_CLOCK = re.compile(r"\d\d:\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", re.ASCII)

Span = tuple[int, int, Path]


def timetable_faults(data: dict[str, Any]) -> Iterator[Fault]:
    for path, place in entries(data, "locations"):
        yield from _hours_faults(place, "opening_hours", path)
    for path, person in entries(data, "staff"):
        yield from _hours_faults(person, "hours", path)
    yield from _session_faults(data)
    yield from _closure_faults(data)


def _minutes(entry: dict[str, Any], name: str) -> int | None:
    text = word(entry, name)
    return clock_minutes(text) if text and _CLOCK.fullmatch(text) else None


def _hours_faults(owner: dict[str, Any], name: str, path: Path) -> Iterator[Fault]:
    """Each shift by itself, then those of one week, and of one date, against each other."""
    week: list[Span] = []
    dates: dict[str, list[Span]] = defaultdict(list)
    shut: dict[str, Path] = {}
    for place, shift in entries(owner, name, path):
        start, end = _minutes(shift, "start"), _minutes(shift, "end")
        day, date = word(shift, "day"), word(shift, "on_date")
        if date and not {"start", "end"} & set(shift):
            shut[date] = place
        if start is None or end is None:
            continue
        yield from _shift_faults(shift, place, start, end)
        if date:
            dates[date].append((start, end, place))
        elif day in DAYS and end > start:
            midnight = DAYS.index(day) * DAY_MINUTES
            week.append((midnight + start, midnight + end, place))
    yield from _overlaps(week, WEEK_MINUTES)
    for date, spans in dates.items():
        yield from _overlaps([span for span in spans if span[1] > span[0]], None)
        if date in shut:
            yield Fault(shut[date], "shuts a date that another entry opens", "overlap")


def _shift_faults(shift: dict[str, Any], path: Path, start: int, end: int) -> Iterator[Fault]:
    if end <= start:
        yield Fault((*path, "end"), "must be after start", "range")
    else:
        yield from _break_faults(shift, path, start, end)


def _overlaps(spans: list[Span], circle: int | None) -> Iterator[Fault]:
    """Spans that begin before an earlier one ends; on the circle of a week, Sunday night runs into Monday."""
    ordered = sorted(spans)
    for (_, end, _), (start, _, path) in pairwise(ordered):
        if start < end:
            yield Fault(path, "overlaps another one", "overlap")
    if circle and len(ordered) > 1 and max(end for _, end, _ in ordered) - circle > ordered[0][0]:
        yield Fault(ordered[0][2], "overlaps the night before", "overlap")


def _break_faults(shift: dict[str, Any], path: Path, shift_start: int, shift_end: int) -> Iterator[Fault]:
    spans: list[Span] = []
    for place, pause in entries(shift, "breaks", path):
        start, end = _minutes(pause, "start"), _minutes(pause, "end")
        if start is None or end is None:
            continue
        if end <= start:
            yield Fault((*place, "end"), "must be after start", "range")
        elif start < shift_start or end > shift_end:
            yield Fault(place, "must lie within the hours it interrupts", "range")
        else:
            spans.append((start, end, place))
    yield from _overlaps(spans, None)


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
        if start and end and end <= start:
            yield Fault((*path, "to"), "must be after from", "range")
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
