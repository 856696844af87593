"""When a place is open: its week, and whether it is just now. Pure: rows of hours in, days out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookme.locations.models import Closure, DayHours

# The days from a Monday on: only their weekdays count.
_MONDAY = dt.date(2024, 1, 1)
_LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True)
class OpenDay:
    """A weekday with its hours as clock times; none: shut."""

    date: dt.date
    hours: list[tuple[dt.time, dt.time]]
    is_today: bool


@dataclass(frozen=True)
class OpenState:
    """Just now, in the wall time of the place: open until `changes_at`, or shut until then; None: nobody knows."""

    is_open: bool
    changes_at: dt.datetime | None
    is_today: bool


def week_of(rows: Iterable[DayHours], today: dt.date) -> list[OpenDay]:
    """From Monday to Sunday, of the rows of an ordinary week; nothing where there are none."""
    weekly = [row for row in rows if row.on_date is None]
    if not any(row.start is not None for row in weekly):
        return []
    return [
        OpenDay(
            date=_MONDAY + dt.timedelta(days=weekday),
            hours=[
                (_clock(start), _clock(end))
                for start, end in merged(_spans(row for row in weekly if row.weekday == weekday))
            ],
            is_today=weekday == today.weekday(),
        )
        for weekday in range(7)
    ]


def state_at(rows: Sequence[DayHours], closures: Iterable[Closure], tz: ZoneInfo, now: dt.datetime) -> OpenState | None:
    """Of rows of an ordinary week and of single dates, and what shuts the place; None where there are no hours."""
    if not any(row.start is not None for row in rows):
        return None
    here = now.astimezone(tz)
    open_ = _open_instants(rows, tz, here.date())
    for closure in closures:
        open_ = [part for span in open_ for part in _without(span, (closure.starts_at, closure.ends_at))]
    current = next((end for start, end in open_ if start <= now < end), None)
    changes_at = current or min((start for start, _end in open_ if start > now), default=None)
    local = changes_at.astimezone(tz) if changes_at else None
    return OpenState(current is not None, local, local is not None and local.date() == here.date())


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and touching spans as one, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


Span = tuple[dt.datetime, dt.datetime]


def _open_instants(rows: Sequence[DayHours], tz: ZoneInfo, today: dt.date) -> list[Span]:
    """From yesterday on, whose hours may reach into today; what touches at midnight is one."""
    found: list[Span] = []
    for step in range(-1, _LOOK_AHEAD_DAYS):
        day = today + dt.timedelta(days=step)
        dated = [row for row in rows if row.on_date == day]
        for start, end in merged(_spans(dated or (row for row in rows if row.weekday == day.weekday()))):
            span = (_instant(day, start, tz), _instant(day, end, tz))
            if found and span[0] <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], span[1]))
            else:
                found.append(span)
    return found


def _without(span: Span, shut: Span) -> list[Span]:
    before, after = (span[0], min(span[1], shut[0])), (max(span[0], shut[1]), span[1])
    return [part for part in (before, after) if part[0] < part[1]]


def _spans(rows: Iterable[DayHours]) -> list[tuple[int, int]]:
    return [(row.start, row.end) for row in rows if row.start is not None and row.end is not None]


def _instant(day: dt.date, minutes: int, tz: ZoneInfo) -> dt.datetime:
    at = dt.datetime.combine(day + dt.timedelta(days=minutes // 1440), _clock(minutes), tz)
    return at.astimezone(dt.UTC)


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60 % 24, minutes % 60)
