"""Shifts of a week: which are in each other's way."""

import datetime as dt

import pytest

from bookme.core.weekly import Shift, clashes

MONDAY, NEXT_DAY = dt.date(2030, 1, 7), dt.date(2030, 1, 8)


def weekly(day: int, start: int, end: int) -> Shift:
    return Shift(weekday=day, on_date=None, start=start, end=end)


def dated(day: dt.date, start: int | None = None, end: int | None = None) -> Shift:
    return Shift(weekday=None, on_date=day, start=start, end=end)


@pytest.mark.parametrize(
    ("shifts", "clash"),
    [
        ([], None),
        ([weekly(0, 540, 720), weekly(0, 720, 900)], None),
        ([weekly(0, 540, 721), weekly(0, 720, 900)], 1),
        ([weekly(0, 540, 900), weekly(1, 540, 900), weekly(0, 600, 610)], 2),
        ([weekly(0, 1200, 1500), weekly(1, 60, 120)], None),
        ([weekly(0, 1200, 1501), weekly(1, 60, 120)], 1),
        ([weekly(6, 1200, 1500), weekly(0, 30, 120)], 1),
        ([weekly(0, 30, 120), weekly(6, 1200, 1500)], 1),
        ([weekly(0, 540, 900), dated(MONDAY, 540, 900)], None),
        ([dated(MONDAY, 540, 900), dated(MONDAY, 900, 960)], None),
        ([dated(MONDAY, 540, 900), dated(MONDAY, 899, 960)], 1),
        ([dated(MONDAY, 1200, 1500), dated(NEXT_DAY, 30, 60)], 1),
        ([dated(NEXT_DAY, 30, 60), dated(MONDAY, 1200, 1500)], 1),
        ([dated(MONDAY), dated(NEXT_DAY, 30, 60)], None),
        ([dated(MONDAY), dated(MONDAY, 30, 60)], 1),
        ([dated(MONDAY), dated(MONDAY)], 1),
    ],
)
def test_the_first_shift_that_overlaps_an_earlier_one(shifts: list[Shift], clash: int | None) -> None:
    assert clashes(shifts)[:1] == ([] if clash is None else [clash])
