"""What people's hours, offers and areas must be. Pure: values in, faults out, each with the name of its column."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from bookme.core.errors import FieldError
from bookme.locations.rules import Faults, hours_faults, set_faults

MOST_BREAKS = 10
Break = Sequence[int]


def shift_faults(values: Mapping[str, Any]) -> Faults:
    """A shift: hours as a place has them, and `breaks` within them."""
    found = list(hours_faults(values))
    yield from found
    if not found and any(break_faults(values.get("start"), values.get("end"), values.get("breaks") or ())):
        yield FieldError("/breaks", "outside_shift", "Breaks lie within the shift and do not overlap.")


def break_faults(start: int | None, end: int | None, breaks: Sequence[Break]) -> Iterator[tuple[int, str]]:
    """The index of each break that cannot be, with why: `end_before_start`, `outside_shift` or `overlap`."""
    good: list[int] = []
    for index in sorted(range(len(breaks)), key=lambda each: tuple(breaks[each])):
        first, last = breaks[index]
        if last <= first:
            yield index, "end_before_start"
        elif start is None or end is None or first < start or last > end:
            yield index, "outside_shift"
        elif good and first < max(breaks[each][1] for each in good):
            yield index, "overlap"
        else:
            good.append(index)


def week_faults(rows: Sequence[Mapping[str, Any]]) -> Faults:
    """All of a person's hours, each fault at its index."""
    return set_faults(rows, rule=shift_faults, overlap="This overlaps other hours of this person.")


def offers_faults(service_ids: Sequence[UUID]) -> Faults:
    """What a person does: each service once."""
    for index, each in enumerate(service_ids):
        if each in service_ids[:index]:
            yield FieldError(f"/{index}/service", "twice", "This service is there twice.")


def area_faults(values: Mapping[str, Any]) -> Faults:
    """`days`: weekdays, each once."""
    days = values.get("days") or []
    if len(set(days)) < len(days):
        yield FieldError("/days", "twice", "A day is there twice.")
