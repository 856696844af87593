"""The hours in which nobody is disturbed by what can wait. Pure."""

import datetime as dt
from zoneinfo import ZoneInfo


def is_quiet(instant: dt.datetime, *, zone: ZoneInfo, start: dt.time | None, end: dt.time | None) -> bool:
    """Whether it is within the quiet hours there: from `start`, until before `end`, which may be the next day's."""
    if start is None or end is None or start == end:
        return False
    wall = instant.astimezone(zone).time()
    return start <= wall < end if start < end else wall >= start or wall < end


def quiet_until(instant: dt.datetime, *, zone: ZoneInfo, start: dt.time | None, end: dt.time | None) -> dt.datetime:
    """The end of the quiet hours in which it lies; itself outside of them."""
    if end is None or not is_quiet(instant, zone=zone, start=start, end=end):
        return instant
    ends = (each for each in _passages(instant, end, zone, days=(0, 1, 2)) if each > instant)
    return min(each for each in ends if not is_quiet(each, zone=zone, start=start, end=end))


def before_quiet(instant: dt.datetime, *, zone: ZoneInfo, start: dt.time | None, end: dt.time | None) -> dt.datetime:
    """When the quiet hours begin in which it lies; itself outside of them."""
    if start is None or not is_quiet(instant, zone=zone, start=start, end=end):
        return instant
    return max(each for each in _passages(instant, start, zone, days=(-1, 0)) if each <= instant)


def _passages(instant: dt.datetime, at: dt.time, zone: ZoneInfo, *, days: tuple[int, ...]) -> list[dt.datetime]:
    """When clocks there show that time, on days around it. What comes twice is there twice.

    What the clock leaves out is there as it would be by the offset before, and by the one after.
    """
    today = instant.astimezone(zone).date()
    return [
        dt.datetime.combine(today + dt.timedelta(days=each), at, zone).replace(fold=fold).astimezone(dt.UTC)
        for each in days
        for fold in (0, 1)
    ]
