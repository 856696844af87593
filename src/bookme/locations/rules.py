"""What places, their hours and closures must be. Pure: values in, faults out, each with the name of its column.

The actions refuse what breaks a rule, whoever calls them; the check of a config file asks for all faults at once.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bookme.core.errors import FieldError
from bookme.core.time import DAY_MINUTES, zone_names
from bookme.core.weekly import Shift, clashes
from bookme.locations.models import DAY_END

LATEST_START = DAY_MINUTES - 1
LONGEST_DAYS = 366 * 2

Faults = Iterator[FieldError]


def location_faults(values: Mapping[str, Any]) -> Faults:
    """`timezone`, `latitude` and `longitude`."""
    zone = values.get("timezone")
    if zone and zone not in zone_names():
        yield FieldError("/timezone", "unknown_timezone", "There is no such time zone.")
    if (values.get("latitude") is None) != (values.get("longitude") is None):
        yield FieldError("/longitude", "point", "Latitude and longitude come together.")


def hours_faults(values: Mapping[str, Any]) -> Faults:
    """One row of hours: `weekday` or `on_date`, `start` and `end` in minutes. A date without minutes is shut."""
    weekday, on_date, start, end = (values.get(name) for name in ("weekday", "on_date", "start", "end"))
    if (weekday is None) == (on_date is None):
        yield FieldError("/weekday", "weekday_or_date", "Give either a weekday or a date.")
    elif (start is None) != (end is None):
        yield FieldError("/end", "required", "Start and end come together.")
    elif start is None and on_date is None:
        yield FieldError("/start", "required", "Only a single date can be shut.")
    elif start is not None and end is not None:
        yield from _minutes_faults(start, end)


def _minutes_faults(start: int, end: int) -> Faults:
    if not 0 <= start <= LATEST_START:
        yield FieldError("/start", "max_value", f"This must be a minute of the day, from 0 to {LATEST_START}.")
    elif end > DAY_END:
        yield FieldError("/end", "max_value", f"This must be at most {DAY_END}, the end of the next day.")
    elif end <= start:
        yield FieldError("/end", "end_before_start", "This must be after the start.")


def set_faults(
    rows: Sequence[Mapping[str, Any]],
    *,
    rule: Callable[[Mapping[str, Any]], Iterable[FieldError]] = hours_faults,
    overlap: str = "This overlaps other opening hours.",
) -> Faults:
    """A whole set of hours, each fault at its index: what `rule` says of each row, else which rows overlap."""
    found = [at_index(index, fault) for index, row in enumerate(rows) for fault in rule(row)]
    yield from found
    if not found:
        for index in clashes([Shift.of(each) for each in rows]):
            yield FieldError(f"/{index}", "overlap", overlap)


def at_index(index: int, fault: FieldError) -> FieldError:
    """The fault of one row as one of the list that it stands in."""
    return replace(fault, pointer=f"/{index}{fault.pointer}")


def range_faults(values: Mapping[str, Any]) -> Faults:
    """A closure or an absence: `starts_at` and `ends_at`, two instants, or two wall times of one zone."""
    start, end = values["starts_at"], values["ends_at"]
    if end <= start:
        yield FieldError("/ends_at", "end_before_start", "This must be after the start.")
    elif end - start > dt.timedelta(days=LONGEST_DAYS):
        yield FieldError("/ends_at", "too_long", f"This must be at most {LONGEST_DAYS} days after the start.")
