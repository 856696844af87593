"""Promise 6: the engine's slots equal the oracle's. With controls: an engine that forgets one rule is found out."""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookme.bookings.availability import (
    OUTSIDE_HOURS,
    OVERBOOKING,
    Cause,
    Hours,
    Person,
    Place,
    Snapshot,
    board,
    masks,
    offered,
    search,
    timeline,
)
from bookme.tenants.config import Policy, SlotAnchor
from tests.bookings.oracle import Found, Oracle
from tests.bookings.schedules import ZONES, change_days, lenient, minute_at, number, schedule

pytestmark = pytest.mark.no_cover

CONTROL_SEEDS = (8, 19, 73, 126, 272)  # between them, every rule decides a slot
LENIENT_SEEDS = (38, 80)  # between them, every cause that can be waived decides a slot
EVERY_WAIVABLE = OUTSIDE_HOURS | OVERBOOKING
FULL_SIZE = 5_000


def engine(snapshot: Snapshot) -> dict[dt.date, list[Found]]:
    return {day: [tuple(slot) for slot in slots] for day, slots in offered(snapshot).items()}


@given(st.integers(min_value=0, max_value=2**32).map(Random))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_slots_equal_the_oracle(random: Random) -> None:
    snapshot = schedule(random)
    assert engine(snapshot) == Oracle(snapshot).offered()


@given(st.integers(min_value=0, max_value=2**32).map(Random))
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_slots_equal_the_oracle_where_causes_are_waived(random: Random) -> None:
    snapshot = lenient(random, schedule(random))
    assert engine(snapshot) == Oracle(snapshot).offered()


@pytest.mark.proof
@pytest.mark.parametrize("part", range(10))
def test_slots_equal_the_oracle_at_full_size(part: int) -> None:
    size, found = FULL_SIZE // 10, 0
    for seed in range(part * size, (part + 1) * size):
        random = Random(seed)
        snapshot = schedule(random)
        if seed % 4 == 3:
            snapshot = lenient(random, snapshot)
        expected = Oracle(snapshot).offered()
        assert engine(snapshot) == expected, f"schedule {seed}"
        found += sum(len(slots) for slots in expected.values())
    print(f"{size} schedules, {found} slots, 0 differences")  # noqa: T201
    assert found > size


def changes() -> list[Any]:
    """The two change days of a year for every zone that has them, Ramadan's in Morocco, and Samoa's lost Friday."""
    days = [(zone, day) for zone in ZONES for day in change_days(zone, 2026)]
    return [*days, ("Pacific/Apia", dt.date(2011, 12, 30)), ("America/St_Johns", dt.date(2010, 11, 7))]


@pytest.mark.parametrize("anchor", SlotAnchor)
@pytest.mark.parametrize(("zone", "day"), changes())
def test_slots_equal_the_oracle_on_change_days(zone: str, day: dt.date, anchor: SlotAnchor) -> None:
    expected = Oracle(snapshot := change_day_schedule(zone, day, anchor)).offered()
    assert engine(snapshot) == expected
    assert len(expected[day]) > 10 or day == dt.date(2011, 12, 30)


def test_twenty_zones_change_twice() -> None:
    assert sum(len(change_days(zone, 2026)) >= 2 for zone in ZONES) >= 20


def change_day_schedule(zone: str, day: dt.date, anchor: SlotAnchor) -> Snapshot:
    """A night shift that lasts into the change, a day that begins before it, and one booking around it."""
    rows = [Hours(1320, 1440 + 195, weekday=weekday, breaks=((1500, 1510),)) for weekday in range(7)]
    rows += [Hours(25, 720, weekday=weekday, breaks=((300, 320),)) for weekday in range(7)]
    busy = (minute_at(day, 130), minute_at(day, 150))
    person = Person(id=number(1), duration=50, hours=tuple(rows), booked=(busy,), blocked=(busy,))
    return Snapshot(
        zone=zone,
        first=day,
        last=day,
        now=dt.datetime.combine(day, dt.time.min, dt.UTC) - dt.timedelta(days=3),
        policy=Policy(slot_interval_minutes=10, slot_anchor=anchor),
        places=(Place(number(100), zone),),
        people=(person,),
        padding_after=5,
    )


@lru_cache(maxsize=1)
def control_cases() -> list[tuple[Snapshot, dict[dt.date, list[Found]]]]:
    random_ones = [schedule(Random(seed)) for seed in CONTROL_SEEDS]
    on_changes = [
        change_day_schedule(zone, day, anchor)
        for zone in ("Europe/London", "Australia/Lord_Howe")
        for day in change_days(zone, 2026)
        for anchor in SlotAnchor
    ]
    return [(snapshot, Oracle(snapshot).offered()) for snapshot in random_ones + on_changes]


def without_folds(name: str, window: timeline.Window) -> timeline.Clock:
    """The whole window read with its first offset."""
    right = REAL_CLOCK(name, window)
    segments = ((0, window.size, right.segments[0][2]),)
    return timeline.Clock(segments, right.dates, right.eves)


def without_dates(rows: tuple[Hours, ...], place: Any, window: timeline.Window) -> tuple[int, int]:
    return REAL_LINES(tuple(row for row in rows if row.on_date is None), place, window)


def without_nights(days: Any) -> int:
    return masks.joined([day & masks.ones(1440) for day in days])


REAL_CLOCK, REAL_LINES, REAL_FITTING = timeline.clock, timeline.hours_lines, masks.fitting
REAL_TIMELY, REAL_JOINABLE = board.Board.timely, board.Board.joinable

MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "padding": (board.Board, "_around", lambda self, free, duration: REAL_FITTING(free, duration)),
    "padding before": (
        board.Board,
        "_around",
        lambda self, free, duration: REAL_FITTING(free, duration + self.snapshot.padding_after),
    ),
    "folds and gaps": (board, "clock", without_folds),
    "the last minute": (board, "fitting", lambda mask, length: REAL_FITTING(mask, max(length - 1, 1))),
    "breaks": (board.OpenTime, "mask", property(lambda self: self.hours & ~(self.closures | self.time_off))),
    "closures": (board.OpenTime, "mask", property(lambda self: self.hours & ~(self.breaks | self.time_off))),
    "time off": (board.OpenTime, "mask", property(lambda self: self.hours & ~(self.breaks | self.closures))),
    "bookings": (board.Board, "clear", lambda self, person, duration: self.full),
    "night shifts": (timeline, "joined", without_nights),
    "hours of one date": (board, "hours_lines", without_dates),
    "opening hours": (board.Board, "_opening_of", lambda self, place: (self.full, self.covered(place.closures))),
    "hours of one place": (board, "hours_lines", lambda rows, place, window: REAL_LINES(rows, None, window)),
    "resources": (board.Board, "equipped", lambda self, place, duration: self.full),
    "the grid": (board.Board, "grid", lambda self, place, opened: self.full),
    "where a stretch begins": (board, "opening_grid", lambda opened, interval, clock: opened),
    "notice": (board.Board, "timely", lambda self, place: (self.full, REAL_TIMELY(self, place)[1])),
    "the horizon": (board.Board, "timely", lambda self, place: (REAL_TIMELY(self, place)[0], self.full)),
    "groups": (board.Board, "joinable", lambda self, person, place: {}),
    "where a group meets": (
        board.Board,
        "joinable",
        lambda self, person, place: {
            key: group for each in self.snapshot.places for key, group in REAL_JOINABLE(self, person, each).items()
        },
    ),
    "ways between places": (board.Board, "reachable", lambda self, person, place, duration: self.full),
    "hours of a service": (board.Board, "ruled", lambda self, place: self.full),
    "seasons": (board.Board, "in_season", lambda self, place: self.full),
    "full days": (board.Board, "not_full", lambda self, place: self.full),
    "areas": (board.Board, "within_area", lambda self, person, place: self.full),
    "work for several": (board.Board, "staffed", lambda self, place, duration: self.full),
    "who is chosen": (search, "ranked", lambda board, place, people, day: people),
}


@pytest.mark.parametrize("rule", MUTANTS)
def test_an_engine_without_a_rule_is_found_out(rule: str) -> None:
    owner, name, mutant = MUTANTS[rule]
    timeline.hours_lines.cache_clear()
    try:
        with patch.object(owner, name, mutant):
            assert any(differs(snapshot, expected) for snapshot, expected in control_cases())
    finally:
        timeline.hours_lines.cache_clear()
    assert not any(differs(snapshot, expected) for snapshot, expected in control_cases())


@lru_cache(maxsize=2)
def lenient_control_cases(waived: frozenset[Cause]) -> list[tuple[Snapshot, dict[dt.date, list[Found]]]]:
    cases = [replace(schedule(Random(seed)), waived=waived) for seed in LENIENT_SEEDS]
    return [(snapshot, Oracle(snapshot).offered()) for snapshot in cases]


@pytest.mark.parametrize("cause", sorted(EVERY_WAIVABLE))
def test_an_engine_that_counts_what_is_waived_is_found_out(cause: Cause) -> None:
    waived = EVERY_WAIVABLE - ({Cause.BOOKING} if cause is Cause.PADDING else set())
    counted = {Cause.BOOKING, Cause.PADDING} if cause is Cause.BOOKING else {cause}
    cases = lenient_control_cases(waived)
    assert any(differs(replace(snapshot, waived=waived - counted), expected) for snapshot, expected in cases)
    assert not any(differs(snapshot, expected) for snapshot, expected in cases)


def differs(snapshot: Snapshot, expected: dict[dt.date, list[Found]]) -> bool:
    return engine(snapshot) != expected
