"""Days and times as the time step shows them. Pure: slots in, a picture of them out."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookme.bookings.availability import Chain, Plan, Slot, Snapshot, offered
from bookme.core.time import instant_of

STRIP_DAYS = 14
FEW = 3
NOON, EVENING = dt.time(12), dt.time(17)

Days = Mapping[dt.date, Sequence[dt.datetime]]


@dataclass(frozen=True)
class Day:
    """One date: `level` is `shut`, `full`, `few` or `plenty`; `is_blank` pads a month to whole weeks."""

    date: dt.date
    level: str
    is_today: bool = False
    is_chosen: bool = False
    is_blank: bool = False


@dataclass(frozen=True)
class Part:
    """A part of the day, `morning`, `afternoon` or `evening`, with the starts in it."""

    name: str
    starts: list[dt.datetime]


@dataclass(frozen=True)
class Picker:
    """One month with a chosen day. `previous` and `following` are days of the neighbour months, if there are any."""

    chosen: dt.date
    weeks: list[list[Day]]
    strip: list[Day]
    parts: list[Part]
    next_start: dt.datetime | None
    previous: dt.date | None
    following: dt.date | None
    is_month_empty: bool = False

    def noon(self, tz: ZoneInfo) -> dt.datetime:
        """Of the chosen day in that zone."""
        return dt.datetime.combine(self.chosen, NOON, tz)

    @property
    def count(self) -> int:
        return sum(len(part.starts) for part in self.parts)

    def has(self, start: dt.datetime | None) -> bool:
        """It is among the times of the chosen day."""
        return any(start in part.starts for part in self.parts)

    @property
    def level(self) -> str:
        return next(day.level for day in self.strip if day.is_chosen)


@dataclass(frozen=True)
class Openings:
    """What is free on some dates: the starts of each, and the dates on which somebody works."""

    days: Days
    worked: set[dt.date]


def openings(snapshots: Sequence[Snapshot], tz: ZoneInfo, *, max_gap: int = 0) -> Openings:
    """Of a service, or of several one after another with up to so many minutes between them, in order."""
    return Openings(starts_by_day(offered_as_one(snapshots, max_gap=max_gap), tz), worked_days(snapshots[0]))


def offered_as_one(snapshots: Sequence[Snapshot], *, max_gap: int) -> Mapping[dt.date, Sequence[Slot | Plan]]:
    """The same as the engine says it."""
    return offered(snapshots[0]) if len(snapshots) == 1 else Chain(snapshots, max_gap=max_gap).offered()


def starts_by_day(slots: Mapping[dt.date, Sequence[Slot | Plan]], tz: ZoneInfo) -> dict[dt.date, list[dt.datetime]]:
    """The starts of each date, each once, in the wall time of the zone."""
    return {
        day: [instant_of(minute).astimezone(tz) for minute in sorted({slot.start for slot in found})]
        for day, found in slots.items()
    }


def worked_days(snapshot: Snapshot) -> set[dt.date]:
    """The dates on which somebody works in the hours of that day: without a slot they are full, others are shut."""
    days = (snapshot.first + dt.timedelta(days=step) for step in range((snapshot.last - snapshot.first).days + 1))
    return {day for day in days if any(_works(snapshot, index, day) for index in range(len(snapshot.people)))}


def _works(snapshot: Snapshot, index: int, day: dt.date) -> bool:
    hours = snapshot.people[index].hours
    dated = [each for each in hours if each.on_date == day]
    rows = dated or [each for each in hours if each.weekday == day.weekday()]
    return any(each.start is not None for each in rows)


def picture(
    *,
    days: Days,
    worked: set[dt.date],
    today: dt.date,
    horizon: dt.date,
    chosen: dt.date,
    first_weekday: int,
    next_start: dt.datetime | None,
) -> Picker:
    """The month of the chosen day and the strip of days around it. `days` holds at least that month from today on."""

    def shown(day: dt.date) -> Day:
        return Day(day, _level(days.get(day, ()), day in worked), day == today, day == chosen)

    first, last = month_bounds(chosen)
    strip_first = max(today, first)
    strip_last = min(horizon, max(last, strip_first + dt.timedelta(days=STRIP_DAYS - 1)))
    return Picker(
        chosen=chosen,
        weeks=[
            [shown(day) if day.month == chosen.month else Day(day, "shut", is_blank=True) for day in week]
            for week in calendar.Calendar(first_weekday).monthdatescalendar(chosen.year, chosen.month)
        ],
        strip=[shown(strip_first + dt.timedelta(days=step)) for step in range((strip_last - strip_first).days + 1)],
        parts=parts_of_day(days.get(chosen, ())),
        next_start=next_start,
        previous=max(today, first - dt.timedelta(days=1)) if first > today else None,
        following=last + dt.timedelta(days=1) if last < horizon else None,
        is_month_empty=not any(starts for day, starts in days.items() if first <= day <= last),
    )


def parts_of_day(starts: Sequence[dt.datetime]) -> list[Part]:
    """Those parts of a day that have starts."""
    morning = [each for each in starts if each.time() < NOON]
    afternoon = [each for each in starts if NOON <= each.time() < EVENING]
    evening = [each for each in starts if each.time() >= EVENING]
    named = [("morning", morning), ("afternoon", afternoon), ("evening", evening)]
    return [Part(name, found) for name, found in named if found]


def month_bounds(day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of its month."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _level(starts: Sequence[dt.datetime], is_worked: bool) -> str:
    if not starts:
        return "full" if is_worked else "shut"
    return "few" if len(starts) <= FEW else "plenty"
