"""Instants are aware and in UTC; a wall time is always joined with a zone.

A door asks `now()` and hands it on to all that decides by it. Only a stamp reads the clock where it is written:
`created_at`, `updated_at`, `occurred_at`, and what the outbox notes while it runs.
"""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones, reset_tzpath

# The locked tzdata package decides, not the machine: Morocco changes its clocks by decree, and late.
reset_tzpath(to=())

MINUTE = dt.timedelta(minutes=1)
DAY_MINUTES = 24 * 60
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as files and the API have them; Monday is 0

# A day beyond these is a slip of the pen, and too near to the ends of time to reckon with.
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)


def now() -> dt.datetime:
    """This instant, in UTC."""
    return dt.datetime.now(dt.UTC)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every IANA zone that the locked tzdata package knows."""
    return frozenset(available_timezones())


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def zone_if_known(name: str) -> ZoneInfo | None:
    """The zone of that IANA name; None for an empty one, and for one that is not known (any more)."""
    try:
        return zone(name) if name else None
    except ValueError:
        return None


def minute_of(instant: dt.datetime) -> int:
    """Whole minutes since 1970-01-01T00:00Z."""
    return int(instant.timestamp() // 60)


def instant_of(minute: int) -> dt.datetime:
    """The UTC instant of a minute counted as in `minute_of`."""
    return dt.datetime.fromtimestamp(minute * 60, dt.UTC)


@lru_cache(maxsize=16384)
def iso_text(minute: int, tz: ZoneInfo) -> str:
    """A minute as ISO 8601 with the zone's offset. Kept: lists of times ask for the same ones again and again."""
    return dt.datetime.fromtimestamp(minute * 60, tz).isoformat()


def offset_minutes(minute: int, tz: ZoneInfo) -> int:
    """How far the wall clock of a zone is ahead of UTC at that minute, in whole minutes."""
    return (dt.datetime.fromtimestamp(minute * 60, tz).utcoffset() or dt.timedelta()) // MINUTE


def is_calendar_day(day: dt.date) -> bool:
    """Near enough for a calendar."""
    return EARLIEST <= day <= LATEST


def day_bounds(first: dt.date, last: dt.date, tz: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The half-open range of instants, in UTC, of the local days `first` to `last`, both inclusive."""
    midnights = (dt.datetime.combine(day, dt.time.min, tzinfo=tz) for day in (first, last + dt.timedelta(days=1)))
    start, end = (each.astimezone(dt.UTC) for each in midnights)
    return start, end


def clock_minutes(text: str) -> int:
    """`"09:30"` as minutes since midnight; `"24:00"` to `"48:00"` are allowed for the end of a night shift."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_text(minutes: int) -> str:
    """Minutes since midnight as `"09:30"`; past midnight it counts on (`"25:00"`)."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
