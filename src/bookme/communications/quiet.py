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
    local = instant.astimezone(zone)
    day = local.date() if local.time() < end else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, end, zone).astimezone(dt.UTC)


def before_quiet(instant: dt.datetime, *, zone: ZoneInfo, start: dt.time | None, end: dt.time | None) -> dt.datetime:
    """When the quiet hours begin in which it lies; itself outside of them."""
    if start is None or not is_quiet(instant, zone=zone, start=start, end=end):
        return instant
    local = instant.astimezone(zone)
    day = local.date() if local.time() >= start else local.date() - dt.timedelta(days=1)
    return dt.datetime.combine(day, start, zone).astimezone(dt.UTC)
