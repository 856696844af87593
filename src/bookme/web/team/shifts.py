"""The hours of an ordinary week as rows of a form: read from the database or from what was sent, and back. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bookme.core.time import DAY_MINUTES, clock_text
from bookme.staff.models import WorkingHours

MOST_SHIFTS = 6
MOST_BREAKS = 3


class NotAClock(Exception):
    """A text that is no time of day."""


@dataclass
class ShiftRow:
    """One shift as texts: `09:00`, empty for none. A shift that ends before it starts ends on the next day."""

    weekday: int
    number: int
    start: str = ""
    end: str = ""
    place: str = ""
    breaks: list[tuple[str, str]] = field(default_factory=list)
    wants_break: bool = False
    error: str = ""

    @property
    def prefix(self) -> str:
        return f"d{self.weekday}-{self.number}"

    @property
    def is_blank(self) -> bool:
        return not (self.start or self.end or any(any(each) for each in self.breaks))

    @property
    def break_rows(self) -> list[tuple[int, str, str]]:
        """The breaks with their number; one to fill in where there is none, or one more is wanted."""
        blank = [("", "")] if self.wants_break or not self.breaks else []
        return [(number, start, end) for number, (start, end) in enumerate([*self.breaks, *blank])]

    @property
    def takes_another_break(self) -> bool:
        return not self.is_blank and len(self.break_rows) < MOST_BREAKS

    def to_data(self) -> dict[str, Any]:
        """The row as the API takes it. Raises NotAClock."""
        start = _minutes(self.start)
        end = _after(start, _minutes(self.end))
        pairs = [(_minutes(one), _minutes(other)) for one, other in self.breaks if one or other]
        return {
            "weekday": self.weekday,
            "start": start,
            "end": end,
            "location": self.place or None,
            "breaks": [_break(start, one, other) for one, other in pairs],
        }


def rows_of(hours: Iterable[WorkingHours]) -> list[ShiftRow]:
    """The shifts of the week, at least one row for each day."""
    found: dict[int, list[ShiftRow]] = defaultdict(list)
    for each in hours:
        if each.weekday is None or each.start is None or each.end is None:
            continue
        row = ShiftRow(each.weekday, len(found[each.weekday]), _text(each.start), _text(each.end))
        row.place = str(each.location_id or "")
        row.breaks = [(_text(start), _text(end)) for start, end in each.breaks]
        found[each.weekday].append(row)
    return [row for weekday in range(7) for row in found[weekday] or [ShiftRow(weekday, 0)]]


def rows_sent(data: Mapping[str, str]) -> list[ShiftRow]:
    """What a form of these rows says, blank ones included. `add` names a weekday that gets one more, or a row that gets
    one more break."""
    rows = []
    for weekday in range(7):
        numbers = [number for number in range(MOST_SHIFTS) if f"d{weekday}-{number}-start" in data]
        rows += [_row_sent(data, weekday, number) for number in numbers or [0]]
        if data.get("add") == str(weekday) and len(numbers) < MOST_SHIFTS:
            rows.append(ShiftRow(weekday, max(numbers, default=-1) + 1))
    return rows


def is_too_long(hours: Iterable[WorkingHours]) -> bool:
    """A shift of more than a day cannot be written as two times of day."""
    return any((each.end or 0) - (each.start or 0) > DAY_MINUTES for each in hours)


def _row_sent(data: Mapping[str, str], weekday: int, number: int) -> ShiftRow:
    row = ShiftRow(weekday, number)
    row.start, row.end, row.place = (_sent(data, row, name) for name in ("start", "end", "place"))
    pairs = [(_sent(data, row, f"b{each}-start"), _sent(data, row, f"b{each}-end")) for each in range(MOST_BREAKS)]
    row.breaks = [each for each in pairs if any(each)]
    row.wants_break = data.get("add") == row.prefix and len(row.breaks) < MOST_BREAKS
    return row


def _sent(data: Mapping[str, str], row: ShiftRow, name: str) -> str:
    return data.get(f"{row.prefix}-{name}", "").strip()[:40]


def _minutes(text: str) -> int:
    try:
        clock = dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of every week
    except ValueError as error:
        raise NotAClock(text) from error
    return clock.hour * 60 + clock.minute


def _after(start: int, end: int) -> int:
    return end if end > start else end + DAY_MINUTES


def _break(shift_start: int, start: int, end: int) -> dict[str, int]:
    """A break after midnight belongs to the day on which its shift began."""
    begins = start if start >= shift_start else start + DAY_MINUTES
    return {"start": begins, "end": end if end > begins else end + DAY_MINUTES}


def _text(minutes: int) -> str:
    return clock_text(minutes % DAY_MINUTES)
