"""Whether a place is open just now, and its week."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bookme.locations.models import Closure, OpeningHours
from bookme.web.site.opening import OpenState, state_at, week_of

LONDON = ZoneInfo("Europe/London")
MONDAY_TO_FRIDAY = [OpeningHours(weekday=day, start=540, end=1020) for day in range(5)]
LATE = [OpeningHours(weekday=4, start=1200, end=1560)]  # Friday, 20:00 to 02:00


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("rows", "now", "is_open", "changes_at"),
    [
        (MONDAY_TO_FRIDAY, "2030-01-02T09:00", True, "2030-01-02T17:00"),
        (MONDAY_TO_FRIDAY, "2030-01-02T08:59", False, "2030-01-02T09:00"),
        (MONDAY_TO_FRIDAY, "2030-01-02T17:00", False, "2030-01-03T09:00"),
        (MONDAY_TO_FRIDAY, "2030-01-04T18:00", False, "2030-01-07T09:00"),
        (LATE, "2030-01-05T01:30", True, "2030-01-05T02:00"),
        (LATE, "2030-01-05T02:00", False, "2030-01-11T20:00"),
        ([*MONDAY_TO_FRIDAY, OpeningHours(on_date=dt.date(2030, 1, 2))], "2030-01-02T10:00", False, "2030-01-03T09:00"),
        (
            [*MONDAY_TO_FRIDAY, OpeningHours(on_date=dt.date(2030, 1, 5), start=600, end=720)],
            "2030-01-05T10:30",
            True,
            "2030-01-05T12:00",
        ),
        # The night the clocks go forward: the place opens at nine by the wall, whatever that is in UTC.
        ([OpeningHours(weekday=6, start=540, end=600)], "2030-03-31T08:30", False, "2030-03-31T09:00"),
    ],
)
def test_until_when(rows: list[OpeningHours], now: str, is_open: bool, changes_at: str) -> None:
    found = state_at(rows, [], LONDON, at(now).astimezone(dt.UTC))
    assert found == OpenState(is_open, at(changes_at), is_today=at(changes_at).date() == at(now).date())


def test_what_shuts_it_counts() -> None:
    closure = Closure(starts_at=at("2030-01-02T12:00"), ends_at=at("2030-01-03T10:00"))
    before = state_at(MONDAY_TO_FRIDAY, [closure], LONDON, at("2030-01-02T11:00"))
    during = state_at(MONDAY_TO_FRIDAY, [closure], LONDON, at("2030-01-02T13:00"))
    assert before == OpenState(True, at("2030-01-02T12:00"), True)
    assert during == OpenState(False, at("2030-01-03T10:00"), False)


def test_always_shut_and_nothing_known() -> None:
    closure = Closure(starts_at=at("2030-01-01T00:00"), ends_at=at("2031-01-01T00:00"))
    assert state_at(MONDAY_TO_FRIDAY, [closure], LONDON, at("2030-01-02T13:00")) == OpenState(False, None, False)
    assert state_at([], [], LONDON, at("2030-01-02T13:00")) is None
    assert week_of([], dt.date(2030, 1, 2)) == []


def test_a_week_is_that_of_ordinary_days() -> None:
    single = OpeningHours(on_date=dt.date(2030, 1, 5), start=600, end=720)
    week = week_of([*MONDAY_TO_FRIDAY, single], dt.date(2030, 1, 2))
    assert [len(day.hours) for day in week] == [1, 1, 1, 1, 1, 0, 0]
    assert [day.is_today for day in week].index(True) == 2
