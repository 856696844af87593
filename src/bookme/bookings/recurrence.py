"""The dates of what repeats, in local time. Pure: a rule and a first date in, dates and instants out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

MOST = 104  # two years of weeks
LONGEST = dt.timedelta(days=3 * 366)


class Frequency(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """Every `interval` weeks or months, for `count` dates or through `until`; exactly one of the two is set.

    Weekly on the `weekdays` (Monday is 0), or with none on that of the first date. Monthly on the weekday of the first
    date, as the how-many-eth of the month it is there; the fifth, or with `last`, is the last.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: dt.date | None = None
    weekdays: tuple[int, ...] = ()
    last: bool = False

    def dates(self, first: dt.date) -> list[dt.date]:
        """In order, from `first` on, within three years. `first` is one of them if the rule meets it.

        Of more than 104 there are 105: they are too many, and never the first of them alone.
        """
        rule = rrule(
            freq=WEEKLY if self.frequency is Frequency.WEEKLY else MONTHLY,
            interval=self.interval,
            byweekday=self._days(first),
            wkst=0,
            dtstart=dt.datetime.combine(first, dt.time.min),
        )
        end = min(self.until or dt.date.max, first + min(LONGEST, dt.date.max - first))
        most = MOST + 1 if self.count is None else min(self.count, MOST + 1)
        return list(islice(takewhile(lambda date: date <= end, (each.date() for each in rule)), most))

    def is_cut(self, first: dt.date, dates: Sequence[dt.date]) -> bool:
        """Whether it goes on beyond the three years for which these, its `dates`, are told."""
        return (self.until is not None and self.until - first > LONGEST) or len(dates) < (self.count or 0)

    def _days(self, first: dt.date) -> tuple[weekday, ...]:
        if self.frequency is Frequency.WEEKLY:
            return tuple(weekday(day) for day in self.weekdays or (first.weekday(),))
        week = (first.day - 1) // 7 + 1
        return (weekday(first.weekday(), -1 if self.last or week == 5 else week),)

    def to_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "frequency": self.frequency.value,
            "interval": self.interval,
            "count": self.count,
            "until": None if self.until is None else self.until.isoformat(),
            "weekdays": list(self.weekdays),
            "last": self.last,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Recurrence":
        """From what `to_data` made."""
        until = data["until"]
        return cls(
            frequency=Frequency(data["frequency"]),
            interval=data["interval"],
            count=data["count"],
            until=None if until is None else dt.date.fromisoformat(until),
            weekdays=tuple(data["weekdays"]),
            last=data["last"],
        )


def instant_on(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime | None:
    """When the zone's clock shows that time on that date, in UTC.

    Of two passages of a repeated hour the first; None for a time that the clock skips.
    """
    wall = dt.datetime.combine(date, time)
    instant = wall.replace(tzinfo=zone).astimezone(dt.UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == wall else None
