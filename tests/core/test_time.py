"""Days as instants, and which days are near enough."""

import datetime as dt

import pytest

from bookme.core.time import EARLIEST, LATEST, day_bounds, is_calendar_day, zone

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "start", "hours"),
    [
        ("2030-01-07", "2030-01-07", "2030-01-07T00:00", 24),
        ("2030-03-31", "2030-03-31", "2030-03-31T00:00", 23),
        ("2030-10-27", "2030-10-27", "2030-10-26T23:00", 25),
        ("2030-07-01", "2030-07-02", "2030-06-30T23:00", 48),
    ],
)
def test_a_local_day_begins_and_ends_at_its_own_midnights(first: str, last: str, start: str, hours: int) -> None:
    bounds = day_bounds(dt.date.fromisoformat(first), dt.date.fromisoformat(last), zone("Europe/London"))
    begins = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
    assert bounds == (begins, begins + dt.timedelta(hours=hours))
    assert {each.tzinfo for each in bounds} == {dt.UTC}


def test_a_day_is_near_enough_or_not() -> None:
    assert is_calendar_day(EARLIEST)
    assert is_calendar_day(LATEST)
    assert not is_calendar_day(EARLIEST - DAY)
    assert not is_calendar_day(LATEST + DAY)
    assert not is_calendar_day(dt.date.max)
