"""When people and units are busy, over a long time and for many questions: read once under the lock, then added to."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar
from uuid import UUID

By = TypeVar("By")
Range = tuple[dt.datetime, dt.datetime]

_DAY = dt.timedelta(days=1)


class Busy(Generic[By]):
    """Ranges of people and units, half open, each with what has it. Kept by day, so that few are looked at."""

    def __init__(self) -> None:
        self._days: dict[UUID, dict[dt.date, list[tuple[Range, By]]]] = defaultdict(lambda: defaultdict(list))

    def mark(self, owner_id: UUID, when: Range, by: By) -> None:
        for day in _days(when):
            self._days[owner_id][day].append((when, by))

    def met(self, owner_id: UUID, when: Range) -> By | None:
        """What has that time, or some of it; None if it is free."""
        days = self._days.get(owner_id, {})
        for day in _days(when):
            for (start, end), by in days.get(day, ()):
                if start < when[1] and end > when[0]:
                    return by
        return None


def _days(when: Range) -> Iterator[dt.date]:
    """The days, in UTC, that a range touches."""
    day, last = (each.astimezone(dt.UTC).date() for each in when)
    while day <= last:
        yield day
        day += _DAY
