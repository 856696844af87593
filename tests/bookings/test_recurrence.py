"""Which dates repeat, and when that is."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookme.bookings.recurrence import Frequency, Recurrence, instant_on

WEEKLY, MONTHLY = Frequency.WEEKLY, Frequency.MONTHLY


def days(first: str, **rule: object) -> list[str]:
    recurrence = Recurrence(**rule)  # type: ignore[arg-type]
    assert Recurrence.from_data(recurrence.to_data()) == recurrence
    return [date.isoformat() for date in recurrence.dates(dt.date.fromisoformat(first))]


def test_weekly() -> None:
    assert days("2026-03-04", frequency=WEEKLY, count=3) == ["2026-03-04", "2026-03-11", "2026-03-18"]
    assert days("2026-03-04", frequency=WEEKLY, interval=3, until=dt.date(2026, 4, 15)) == [
        "2026-03-04",
        "2026-03-25",
        "2026-04-15",
    ]
    assert days("2026-03-04", frequency=WEEKLY, interval=2, weekdays=(0, 2), count=4) == [
        "2026-03-04",
        "2026-03-16",
        "2026-03-18",
        "2026-03-30",
    ]


def test_monthly_by_weekday() -> None:
    second_tuesdays = ["2026-01-13", "2026-02-10", "2026-03-10"]
    assert days("2026-01-13", frequency=MONTHLY, count=3) == second_tuesdays
    last_thursdays = ["2026-01-29", "2026-02-26", "2026-03-26", "2026-04-30"]
    assert days("2026-01-29", frequency=MONTHLY, count=4) == last_thursdays
    fourth = ["2026-01-22", "2026-02-26", "2026-03-26", "2026-04-23"]
    assert days("2026-01-22", frequency=MONTHLY, count=4) == fourth
    assert days("2026-02-26", frequency=MONTHLY, count=3, last=True) == ["2026-02-26", "2026-03-26", "2026-04-30"]
    assert days("2026-01-13", frequency=MONTHLY, interval=6, count=2) == ["2026-01-13", "2026-07-14"]


def test_it_ends() -> None:
    assert len(days("2026-03-04", frequency=WEEKLY, count=104)) == 104
    assert len(days("2026-03-04", frequency=WEEKLY, count=10_000)) == 105
    assert days("2026-03-04", frequency=MONTHLY, until=dt.date(9999, 1, 1))[-1] == "2029-02-07"
    assert days("2026-03-04", frequency=WEEKLY, until=dt.date(2026, 3, 3)) == []
    assert days("9999-12-24", frequency=WEEKLY, count=2) == ["9999-12-24", "9999-12-31"]


@pytest.mark.parametrize(
    ("rule", "is_cut"),
    [
        ({"interval": 52, "count": 4}, False),
        ({"interval": 52, "count": 5}, True),
        ({"interval": 4, "until": dt.date(2029, 3, 6)}, False),
        ({"interval": 4, "until": dt.date(2029, 3, 7)}, True),
    ],
)
def test_what_three_years_cut_off(rule: dict[str, Any], is_cut: bool) -> None:
    recurrence, first = Recurrence(frequency=WEEKLY, **rule), dt.date(2026, 3, 4)
    assert recurrence.is_cut(first, recurrence.dates(first)) == is_cut


@pytest.mark.parametrize(
    ("date", "time", "utc"),
    [
        ((2026, 3, 28), (10, 0), "2026-03-28T10:00:00+00:00"),
        ((2026, 3, 30), (10, 0), "2026-03-30T09:00:00+00:00"),
        ((2026, 3, 29), (1, 30), None),
        ((2026, 10, 25), (1, 30), "2026-10-25T00:30:00+00:00"),
    ],
)
def test_the_same_local_time_across_a_change(
    date: tuple[int, int, int], time: tuple[int, int], utc: str | None
) -> None:
    found = instant_on(dt.date(*date), dt.time(*time), ZoneInfo("Europe/London"))
    assert (found and found.isoformat()) == utc
