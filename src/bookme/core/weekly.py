"""Shifts of a week, as minutes: which two are in each other's way. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bookme.core.time import DAY_MINUTES

WEEK_MINUTES = 7 * DAY_MINUTES


@dataclass(frozen=True)
class Shift:
    """Minutes since the midnight of a weekday (Monday is 0) or of a date. Without minutes: shut that day."""

    weekday: int | None
    on_date: dt.date | None
    start: int | None
    end: int | None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Shift":
        return cls(values.get("weekday"), values.get("on_date"), values.get("start"), values.get("end"))


def clashes(shifts: Sequence[Shift]) -> list[int]:
    """The indexes of the shifts that overlap an earlier one of the list.

    Weekly shifts lie on a circle, so that Sunday night runs into Monday; a date's shifts are compared with that
    date's and its neighbours'. A date that is shut clashes with any other shift of that date.
    """
    return [index for index, shift in enumerate(shifts) if any(_meet(shift, other) for other in shifts[:index])]


def _meet(one: Shift, other: Shift) -> bool:
    if one.on_date is not None and other.on_date is not None:
        days = (one.on_date - other.on_date).days
        if one.start is None or other.start is None:
            return days == 0
        return _overlap(_span(one, days * DAY_MINUTES), _span(other, 0))
    if one.weekday is not None and other.weekday is not None:
        ours, theirs = _span(one, one.weekday * DAY_MINUTES), _span(other, other.weekday * DAY_MINUTES)
        return any(_overlap(ours, (theirs[0] + turn, theirs[1] + turn)) for turn in (-WEEK_MINUTES, 0, WEEK_MINUTES))
    return False


def _span(shift: Shift, offset: int) -> tuple[int, int]:
    return (shift.start or 0) + offset, (shift.end or 0) + offset


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
