"""Ids sort by when they were made, whatever the clock does."""

import datetime as dt
import uuid

import time_machine

from bookme.core.ids import uuid7


def test_it_is_a_version_7_of_now() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_the_first_bits_are_milliseconds() -> None:
    far = dt.datetime(2400, 1, 1, tzinfo=dt.UTC)
    with time_machine.travel(far, tick=False):
        assert uuid7().int >> 80 == int(far.timestamp() * 1000)


def test_each_is_larger_than_the_one_before_though_the_clock_stands_still() -> None:
    with time_machine.travel(dt.datetime(2500, 1, 1, tzinfo=dt.UTC), tick=False):
        made = [uuid7() for _ in range(5_000)]
    assert made == sorted(set(made))


def test_a_clock_put_back_a_little_changes_no_order() -> None:
    noon = dt.datetime(2450, 1, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        first = uuid7()
    with time_machine.travel(noon - dt.timedelta(milliseconds=900), tick=False):
        assert uuid7() > first
    with time_machine.travel(noon - dt.timedelta(hours=1), tick=False):
        assert uuid7() < first
