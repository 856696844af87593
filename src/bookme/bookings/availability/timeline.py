"""Wall clocks against real minutes: the UTC line of a window, and the lines that the clocks of its zones show.

On a wall clock's line, the days of a zone lie end to end, 1440 minutes each, so that weekly hours are laid on it by
arithmetic alone. Real minutes read it in pieces, one for each offset: an hour that comes twice is read twice, one that
is left out is not read. No day needs a look at every minute.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bookme.bookings.availability.masks import joined, ones, runs
from bookme.bookings.availability.snapshot import Hours, Id, Snapshot
from bookme.core.time import DAY_MINUTES, offset_minutes, zone

_EPOCH = dt.date(1970, 1, 1).toordinal()
_HALF_DAY = DAY_MINUTES // 2
_LAST_DATE_ENDS = _HALF_DAY + DAY_MINUTES + 60  # of the last start, at a place in another zone than the listed one


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> dt.date:
    """The date of a day number."""
    return dt.date.fromordinal(day + _EPOCH)


@dataclass(frozen=True, slots=True)
class Window:
    """`days` whole UTC days from the UTC day number `first`. Bit 0 of a mask is the minute `base`."""

    first: int
    days: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Window":
        """All that decides a start: in any zone, shifts and stretches from the day before it, dates to their end."""
        first, last = day_number(snapshot.first), day_number(snapshot.last)
        after = -(-max(_LAST_DATE_ENDS, _HALF_DAY + snapshot.longest) // DAY_MINUTES)
        return cls(first=first - 3, days=last - first + 4 + after)

    @property
    def base(self) -> int:
        return self.first * DAY_MINUTES

    @property
    def size(self) -> int:
        return self.days * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Clock:
    """One zone's clock over a window.

    Its line begins a day before the window and ends a day after it. `segments` are (from, to, shift): bits of the
    window, and what leads from there to the line. `dates` are (day number, from, to) in the order of time; where a
    clock is put back over midnight a date has two pieces, and a date left out by a zone has none. `eves` has for each
    of them the first bit of the date before, or of what comes after it where a zone left that date out.
    """

    segments: tuple[tuple[int, int, int], ...]
    dates: tuple[tuple[int, int, int], ...]
    eves: tuple[int, ...]

    def real(self, line: int) -> int:
        """The minutes of the window at which this clock shows a minute of the line's mask."""
        mask = 0
        for start, end, shift in self.segments:
            mask |= (line >> (start + shift) & ones(end - start)) << start
        return mask


@lru_cache(maxsize=128)
def clock(name: str, window: Window) -> Clock:
    """The clock of the zone of that name."""
    segments = tuple(_segments(name, window))
    dates = tuple(_dates(segments, window.first - 1))
    eves = tuple(next(start for number, start, _ in dates if number >= day - 1) for day, _, _ in dates)
    return Clock(segments, dates, eves)


def _segments(name: str, window: Window) -> Iterator[tuple[int, int, int]]:
    tz, start = zone(name), 0
    offset = offset_minutes(window.base, tz)
    for bit in range(DAY_MINUTES, window.size + 1, DAY_MINUTES):
        if offset_minutes(window.base + bit, tz) == offset:
            continue
        same, other = bit - DAY_MINUTES, bit
        while other - same > 1:
            middle = (same + other) // 2
            if offset_minutes(window.base + middle, tz) == offset:
                same = middle
            else:
                other = middle
        yield start, other, offset + DAY_MINUTES
        start, offset = other, offset_minutes(window.base + other, tz)
    if start < window.size:
        yield start, window.size, offset + DAY_MINUTES


def _dates(segments: tuple[tuple[int, int, int], ...], first: int) -> Iterator[tuple[int, int, int]]:
    for start, end, shift in segments:
        for day in range((start + shift) // DAY_MINUTES, -(-(end + shift) // DAY_MINUTES)):
            begins = day * DAY_MINUTES - shift
            yield first + day, max(start, begins), min(end, begins + DAY_MINUTES)


@lru_cache(maxsize=256)
def hours_lines(rows: tuple[Hours, ...], place: Id | None, window: Window) -> tuple[int, int]:
    """On a clock's line: the minutes that rows for that place or for every place cover, and those of their breaks."""
    weekdays: list[list[Hours]] = [[] for _ in range(7)]
    dates: dict[int, list[Hours]] = {}
    for row in rows:
        if row.on_date is not None:
            dates.setdefault(day_number(row.on_date), []).append(row)
        elif row.weekday is not None:
            weekdays[row.weekday].append(row)
    week = [_day_masks(rows_of_day, place) for rows_of_day in weekdays]
    first = window.first - 1
    days = [
        _day_masks(dates[day], place) if day in dates else week[(day + 3) % 7]
        for day in range(first, first + window.days + 2)
    ]
    return joined(shifts for shifts, _ in days), joined(breaks for _, breaks in days)


def _day_masks(rows: list[Hours], place: Id | None) -> tuple[int, int]:
    shifts = breaks = 0
    for row in rows:
        if row.start is None or row.end is None or (row.place is not None and row.place != place):
            continue
        shifts |= ones(row.end - row.start) << row.start
        for start, end in row.breaks:
            breaks |= ones(end - start) << start
    return shifts, breaks


@lru_cache(maxsize=32)
def grid_line(interval: int, window: Window) -> int:
    """On a clock's line: the minutes since midnight that `interval` divides."""
    return joined([_every(interval, DAY_MINUTES)] * (window.days + 2))


def opening_grid(opened: int, interval: int, clock: Clock) -> int:
    """Every `interval` minutes from the start of each stretch of open time.

    For the starts of one date a stretch counts from the first minute of the date before at the earliest: a place that
    never shuts would have no start otherwise, and the grid must not depend on the range that was asked.
    """
    mask, carried = 0, -1
    for (_, start, end), eve in zip(clock.dates, clock.eves, strict=True):
        begins, stop = carried, 0
        for run, stop in runs(opened >> start & ones(end - start)):
            begins = carried if run == 0 and carried >= 0 else start + run
            first = run + (max(begins, eve) - start - run) % interval
            mask |= _every(interval, stop - first) << start + first
        carried = begins if stop == end - start else -1
    return mask


@lru_cache(maxsize=1024)
def _every(interval: int, length: int) -> int:
    return sum(1 << minute for minute in range(0, length, interval))
