"""The slot rules, one by one, and that list, check and explanation agree."""

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookme.bookings.availability import (
    OUTSIDE_HOURS,
    OVERBOOKING,
    Cause,
    Chain,
    Group,
    Hours,
    Id,
    Person,
    Place,
    Slot,
    Snapshot,
    Unit,
    candidates,
    explain,
    nearest,
    offered,
    takers,
)
from bookme.bookings.availability.masks import fitting, joined, positions, runs, union
from bookme.tenants.config import AnyStaff, Policy, SlotAnchor
from tests.bookings.schedules import lenient, minute_at, number, schedule

MONDAY = dt.date(2027, 3, 8)
SUNDAY_FORWARD = dt.date(2027, 3, 28)
SUNDAY_BACK = dt.date(2027, 10, 31)
SOHO, CAMDEN = number(100), number(101)
ANN, BOB, CAT = number(1), number(2), number(3)


def at(hours: int, minutes: int = 0, day: dt.date = MONDAY) -> int:
    return minute_at(day, hours * 60 + minutes)


def works(*shifts: tuple[int, int], weekday: int = 0, **values: Any) -> tuple[Hours, ...]:
    return tuple(Hours(start * 60, end * 60, weekday=weekday, **values) for start, end in shifts)


def ann(**values: Any) -> Person:
    return Person(**{"id": ANN, "duration": 60, "hours": works((9, 12)), **values})


def snapshot(*people: Person, policy: dict[str, Any] | None = None, **values: Any) -> Snapshot:
    """A Monday in London, hourly starts, asked a week before."""
    kept = {"slot_interval_minutes": 60, **(policy or {})}
    asked: dict[str, Any] = {
        "zone": "Europe/London",
        "first": MONDAY,
        "last": MONDAY,
        "now": dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC),
        "policy": Policy(**kept),
        "places": (Place(SOHO, "Europe/London"),),
        "people": people or (ann(),),
    }
    return Snapshot(**{**asked, **values})


def clocks(asked: Snapshot) -> list[str]:
    """Every offered start, in UTC."""
    return [clock(slot.start) for slots in offered(asked).values() for slot in slots]


def clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def test_every_date_is_listed_with_its_slots_in_order() -> None:
    asked = snapshot(last=MONDAY + dt.timedelta(days=7))
    days = offered(asked)
    assert list(days) == [MONDAY + dt.timedelta(days=each) for each in range(8)]
    assert days[MONDAY] == [Slot(at(hour), at(hour + 1), SOHO, (ANN,)) for hour in (9, 10, 11)]
    assert [len(slots) for slots in days.values()] == [3, 0, 0, 0, 0, 0, 0, 3]


@pytest.mark.parametrize(
    ("person", "starts"),
    [
        (ann(hours=works((9, 12), breaks=((600, 630),))), ["09:00", "11:00"]),
        (ann(time_off=((at(10), at(10, 1)),)), ["09:00", "11:00"]),
        (ann(hours=(*works((9, 12)), Hours(None, None, on_date=MONDAY))), []),
        (ann(hours=(*works((9, 12)), Hours(780, 900, on_date=MONDAY))), ["13:00", "14:00"]),
        (ann(hours=(*works((9, 12)), Hours(780, 900, on_date=MONDAY, place=CAMDEN))), []),
        (ann(hours=works((9, 12), place=CAMDEN)), []),
        (ann(hours=works((9, 12), place=SOHO)), ["09:00", "10:00", "11:00"]),
        (ann(hours=works((22, 26), weekday=6)), ["00:00", "01:00"]),
        (ann(hours=works((22, 26))), ["22:00", "23:00"]),
        (ann(hours=works((22, 26), (25, 28), weekday=6)), ["00:00", "01:00", "02:00", "03:00"]),
        (ann(hours=works((22, 28), weekday=6, breaks=((1500, 1510),))), ["00:00", "02:00", "03:00"]),
        (ann(hours=works((9, 10), (10, 11))), ["09:00", "10:00"]),
        (ann(duration=90), ["09:00", "10:00"]),
        (ann(booked=((at(10), at(11)),), blocked=((at(10), at(11)),)), ["09:00", "11:00"]),
        (ann(booked=((at(10), at(11)),), blocked=((at(9, 59), at(11)),)), ["11:00"]),
        (ann(external=((at(11, 30), at(20)),)), ["09:00", "10:00"]),
    ],
)
def test_a_persons_own_time(person: Person, starts: list[str]) -> None:
    assert clocks(snapshot(person)) == starts


@pytest.mark.parametrize(
    ("values", "starts"),
    [
        ({"places": (Place(SOHO, "Europe/London", hours=works((10, 20))),)}, ["10:00", "11:00"]),
        ({"places": (Place(SOHO, "Europe/London", hours=(Hours(None, None, on_date=MONDAY),)),)}, []),
        ({"places": (Place(SOHO, "Europe/London", closures=((at(0), at(10, 30)),)),)}, ["11:00"]),
        ({"places": ()}, []),
        ({"padding_before": 60, "padding_after": 480}, ["09:00", "10:00", "11:00"]),
        ({"extra_minutes": 30}, ["09:00", "10:00"]),
        ({"kinds": ("room",)}, []),
        ({"kinds": ("room",), "units": (Unit(number(9), CAMDEN, "room"),)}, []),
        ({"kinds": ("room",), "units": (Unit(number(9), SOHO, "room", ((at(9, 30), at(10)),)),)}, ["10:00", "11:00"]),
        ({"policy": {"slot_interval_minutes": 45}}, ["09:00", "09:45", "10:30"]),
        ({"policy": {"slot_interval_minutes": 50}}, ["09:10", "10:00", "10:50"]),
        ({"policy": {"slot_interval_minutes": 50, "slot_anchor": SlotAnchor.OPENING}}, ["09:00", "09:50", "10:40"]),
        ({"policy": {"min_notice_minutes": 60}, "now": dt.datetime(2027, 3, 8, 9, tzinfo=dt.UTC)}, ["10:00", "11:00"]),
        ({"policy": {"min_notice_minutes": 60}, "now": dt.datetime(2027, 3, 8, 9, 0, 1, tzinfo=dt.UTC)}, ["11:00"]),
        ({"policy": {"max_days_ahead": 7}}, ["09:00", "10:00", "11:00"]),
        ({"policy": {"max_days_ahead": 6}}, []),
        ({"policy": {"max_days_ahead": 100_000}}, ["09:00", "10:00", "11:00"]),
        ({"policy": {"min_notice_minutes": 10**9}}, []),
        ({"party_size": 2}, []),
    ],
)
def test_places_resources_grid_notice_and_horizon(values: dict[str, Any], starts: list[str]) -> None:
    values = dict(values)
    assert clocks(snapshot(policy=values.pop("policy", None), **values)) == starts


def test_padding_of_both_bookings_counts() -> None:
    busy = ann(booked=((at(10, 15), at(10, 45)),), blocked=((at(10, 5), at(10, 55)),))
    assert clocks(snapshot(busy, padding_after=5)) == ["09:00", "11:00"]
    assert clocks(snapshot(busy, padding_after=6)) == ["11:00"]
    assert clocks(snapshot(busy, padding_before=6)) == ["09:00"]


def test_a_break_starts_a_new_stretch_of_the_opening_grid() -> None:
    person = ann(duration=30, hours=works((9, 11), breaks=((595, 610),)))
    asked = snapshot(person, policy={"slot_interval_minutes": 25, "slot_anchor": SlotAnchor.OPENING})
    assert clocks(asked) == ["09:00", "09:25", "10:10"]


def test_a_place_that_never_shuts_has_one_grid_whatever_is_asked() -> None:
    person = ann(duration=20, hours=tuple(Hours(0, 1440, weekday=weekday) for weekday in range(7)))
    policy = {"slot_interval_minutes": 50, "slot_anchor": SlotAnchor.OPENING}
    days = [MONDAY + dt.timedelta(days=each) for each in range(5)]
    together = offered(snapshot(person, policy=policy, first=days[0], last=days[-1]))
    for day in days:
        assert offered(snapshot(person, policy=policy, first=day, last=day))[day] == together[day]
    assert {(slot.start - at(0, day=MONDAY - dt.timedelta(days=1))) % 50 for slot in together[MONDAY]} == {0}


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (SUNDAY_FORWARD, ["00:00", "00:30", "01:00", "01:30"]),
        (SUNDAY_BACK, ["23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]),
    ],
)
def test_the_clock_goes_forward_and_back(day: dt.date, starts: list[str]) -> None:
    """Midnight to 03:30 has two and a half real hours, or four and a half; the last start leaves a whole one."""
    policy = {"slot_interval_minutes": 30, "max_days_ahead": 365}
    asked = snapshot(ann(hours=(Hours(0, 210, weekday=6),)), policy=policy, first=day, last=day)
    assert clocks(asked) == starts


def test_dates_of_the_listed_zone_hold_slots_of_places_elsewhere() -> None:
    far = Place(SOHO, "Pacific/Auckland")
    asked = snapshot(ann(hours=works((9, 12), weekday=1)), places=(far,))
    assert [clock(slot.start) for slot in offered(asked)[MONDAY]] == ["20:00", "21:00", "22:00"]


def test_people_share_a_slot_of_one_place_and_length() -> None:
    people = (ann(), ann(id=BOB), ann(id=CAT, duration=30))
    slots = offered(snapshot(*people, places=(Place(CAMDEN, "UTC"), Place(SOHO, "Europe/London"))))[MONDAY]
    assert [(slot.place, slot.end - slot.start, slot.staff) for slot in slots if slot.start == at(9)] == [
        (CAMDEN, 30, (CAT,)),
        (CAMDEN, 60, (ANN, BOB)),
        (SOHO, 30, (CAT,)),
        (SOHO, 60, (ANN, BOB)),
    ]


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        (AnyStaff.FIRST_FREE, (ANN, BOB, CAT)),
        (AnyStaff.LEAST_BUSY, (CAT, BOB, ANN)),
        (AnyStaff.IN_TURN, (BOB, CAT, ANN)),
        (AnyStaff.NEAREST, (CAT, ANN, BOB)),
    ],
)
def test_who_gets_it_with_any(rule: AnyStaff, chosen: tuple[Id, ...]) -> None:
    other_day = (at(9, day=MONDAY + dt.timedelta(days=1)), at(19, day=MONDAY + dt.timedelta(days=1)))
    people = (
        ann(booked=((at(14), at(17)),), last_booked=20.0, distance=4.0),
        ann(id=BOB, booked=((at(14), at(16)),)),
        ann(id=CAT, booked=((at(14), at(15)), other_day), last_booked=10.0, distance=1.0),
    )
    asked = snapshot(*people, policy={"any_staff": rule})
    assert [slot.staff for slot in candidates(asked, at(9))] == [chosen]


def test_nearest_without_distances_is_least_busy() -> None:
    people = (ann(booked=((at(14), at(17)),)), ann(id=BOB))
    asked = snapshot(*people, policy={"any_staff": AnyStaff.NEAREST})
    assert candidates(asked, at(9))[0].staff == (BOB, ANN)


def test_whether_distances_count_does_not_hang_on_who_is_free_then() -> None:
    people = (ann(booked=((at(14), at(17)),)), ann(id=BOB), ann(id=CAT, hours=works((11, 13)), distance=1.0))
    asked = snapshot(*people, policy={"any_staff": AnyStaff.NEAREST})
    assert [slot.staff for slot in offered(asked)[MONDAY]][:3] == [(ANN, BOB), (ANN, BOB), (CAT, ANN, BOB)]


def group(seats_left: int, *, minutes: int = 60, place: Id = SOHO) -> Person:
    """Ann has a group at 10:20, off the grid."""
    start, end = at(10, 20), at(10, 20) + minutes
    made = Group(number(7), place, start, end, seats_left)
    return ann(booked=((start, end),), blocked=((start, end),), groups=(made,))


def test_a_group_with_seats_left_is_joined() -> None:
    asked = snapshot(group(2), ann(id=BOB), capacity=4, party_size=2, kinds=("mat",))
    assert candidates(asked, at(10, 20)) == [Slot(at(10, 20), at(11, 20), SOHO, (ANN,))]
    plan = Chain([asked]).at(at(10, 20))
    assert plan is not None
    assert [(leg.staff, leg.joins) for leg in plan.legs] == [((ANN,), number(7))]


@pytest.mark.parametrize(
    ("person", "values"),
    [
        (group(1), {}),
        (group(2, minutes=45), {}),
        (group(2, place=CAMDEN), {}),
        (group(2), {"policy": {"min_notice_minutes": 10**5}}),
        (replace(group(2), time_off=((at(11), at(12)),)), {}),
    ],
)
def test_a_group_that_cannot_be_joined(person: Person, values: dict[str, Any]) -> None:
    assert candidates(snapshot(person, capacity=4, party_size=2, **values), at(10, 20)) == []


def test_who_and_what_a_time_may_take() -> None:
    room, other, chair = number(9), number(10), number(11)
    units = (
        Unit(room, SOHO, "room", ((at(8, 55), at(9)),)),
        Unit(other, SOHO, "room"),
        Unit(chair, SOHO, "chair"),
        Unit(number(12), CAMDEN, "chair"),
    )
    asked = snapshot(kinds=("chair", "room"), units=units, padding_before=5)
    assert takers(asked, at(9)) == {ANN, chair, other}
    assert takers(asked, at(10)) == {ANN, chair, other, room}
    assert takers(asked, at(23)) == set()


def test_nearest_alternatives() -> None:
    asked = snapshot(policy={"slot_interval_minutes": 30})
    assert [clock(slot.start) for slot in nearest(asked, at(10), 3)] == ["10:30", "09:30", "11:00"]
    assert [clock(slot.start) for slot in nearest(asked, at(23), 2)] == ["11:00", "10:30"]
    assert nearest(asked, at(10), 0) == []


BOOKED = {"booked": ((at(10), at(11)),), "blocked": ((at(9, 50), at(11, 10)),)}


@pytest.mark.parametrize(
    ("person", "values", "start", "causes"),
    [
        (ann(), {}, at(9), []),
        (ann(), {}, at(12), [Cause.HOURS]),
        (ann(), {}, at(11, 30), [Cause.HOURS, Cause.GRID]),
        (ann(hours=works((9, 12), breaks=((630, 640),))), {}, at(10), [Cause.BREAK]),
        (ann(), {"places": (Place(SOHO, "UTC", hours=works((8, 10))),)}, at(10), [Cause.HOURS]),
        (ann(), {"places": (Place(SOHO, "UTC", closures=((at(9), at(10)),)),)}, at(9), [Cause.CLOSURE]),
        (ann(time_off=((at(9), at(10)),)), {}, at(9), [Cause.TIME_OFF]),
        (ann(**BOOKED), {}, at(10), [Cause.BOOKING]),
        (ann(**BOOKED), {}, at(9), [Cause.PADDING]),
        (ann(external=((at(9), at(9, 1)),)), {}, at(9), [Cause.EXTERNAL]),
        (ann(), {"policy": {"min_notice_minutes": 99999}}, at(9), [Cause.NOTICE]),
        (ann(), {"policy": {"max_days_ahead": 1}}, at(9), [Cause.HORIZON]),
        (ann(), {"kinds": ("room",)}, at(9), [Cause.RESOURCE]),
        (ann(), {"party_size": 2}, at(9), [Cause.CAPACITY]),
        (group(1), {"capacity": 4, "party_size": 2}, at(10, 20), [Cause.CAPACITY]),
        (group(2), {"capacity": 4, "party_size": 2}, at(10, 20), []),
        (ann(), {"policy": {"slot_anchor": SlotAnchor.OPENING}}, at(9, 1), [Cause.GRID]),
        (ann(), {"policy": {"slot_anchor": SlotAnchor.OPENING}}, at(8, 1), [Cause.HOURS]),
        (ann(hours=()), {"kinds": ("room",), "policy": {"max_days_ahead": 1}}, at(9, 1),
         [Cause.HOURS, Cause.HORIZON, Cause.GRID, Cause.RESOURCE]),
    ],
)  # fmt: skip
def test_why_not(person: Person, values: dict[str, Any], start: int, causes: list[Cause]) -> None:
    values = dict(values)
    assert explain(snapshot(person, policy=values.pop("policy", None), **values), ANN, start) == causes


def test_what_is_waived_is_no_cause() -> None:
    asked = snapshot(ann(**BOOKED), kinds=("room",), policy={"max_days_ahead": 1})
    assert explain(asked, ANN, at(10, 1)) == [Cause.BOOKING, Cause.HORIZON, Cause.GRID, Cause.RESOURCE]
    outside = replace(asked, waived=OUTSIDE_HOURS)
    assert explain(outside, ANN, at(10, 1)) == [Cause.BOOKING, Cause.RESOURCE]
    over = replace(asked, waived=OUTSIDE_HOURS | OVERBOOKING)
    assert explain(over, ANN, at(10, 1)) == [Cause.RESOURCE], "there is no unit at all"
    room = Unit(number(500), SOHO, "room", blocked=((at(0), at(24)),))
    assert explain(replace(over, units=(room,)), ANN, at(10, 1)) == []


def test_padding_alone_can_be_waived_and_goes_with_what_is_booked() -> None:
    asked = snapshot(ann(**BOOKED))
    only = {cause: replace(asked, waived=frozenset({cause})) for cause in (Cause.PADDING, Cause.BOOKING)}
    assert [explain(asked, ANN, at(9)), explain(asked, ANN, at(10))] == [[Cause.PADDING], [Cause.BOOKING]]
    assert [explain(only[Cause.PADDING], ANN, at(hour)) for hour in (9, 10)] == [[], [Cause.BOOKING]]
    assert [explain(only[Cause.BOOKING], ANN, at(hour)) for hour in (9, 10)] == [[], []]


def test_of_several_places_the_one_with_fewest_causes_answers() -> None:
    shut = Place(CAMDEN, "Europe/London", hours=works((1, 2)))
    asked = snapshot(ann(**BOOKED), places=(shut, Place(SOHO, "Europe/London")))
    assert explain(asked, ANN, at(10)) == [Cause.BOOKING]
    assert explain(asked, ANN, at(11)) == [Cause.PADDING]


@pytest.mark.parametrize(
    ("values", "staff", "start"),
    [({}, BOB, at(9)), ({"places": ()}, ANN, at(9)), ({}, ANN, at(33)), ({}, ANN, -(10**12))],
)
def test_nothing_to_explain(values: dict[str, Any], staff: Id, start: int) -> None:
    with pytest.raises(LookupError):
        explain(snapshot(**values), staff, start)
    assert start == at(9) or candidates(snapshot(**values), start) == []


@given(st.integers(min_value=0, max_value=2**32).map(Random))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_list_check_and_explanation_agree(random: Random) -> None:
    asked = schedule(random)
    if random.random() < 0.4:
        asked = lenient(random, asked)
    slots = [slot for slots in offered(asked).values() for slot in slots]
    first = minute_at(asked.first) + 14 * 60
    for start in [*random.sample(slots, min(5, len(slots))), *(random.randrange(0, 600, 5) for _ in range(5))]:
        minute = start.start if isinstance(start, Slot) else first + start
        found = candidates(asked, minute)
        assert found == [slot for slot in slots if slot.start == minute]
        able = {staff for slot in found for staff in slot.staff}
        try:
            people = [person for person in asked.people if person.asked]
            assert all((explain(asked, person.id, minute) == []) == (person.id in able) for person in people)
        except LookupError:
            assert found == []
    around = nearest(asked, first, 4)
    assert (
        around
        == sorted(
            (slot for slot in slots if slot.start != first), key=lambda slot: (abs(slot.start - first), -slot.start)
        )[:4]
    )


@given(st.sets(st.integers(min_value=0, max_value=4000)), st.integers(min_value=1, max_value=70))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_masks_are_sets_of_minutes(minutes: set[int], length: int) -> None:
    mask = sum(1 << minute for minute in minutes)
    assert positions(mask) == sorted(minutes)
    assert set(positions(fitting(mask, length))) == {
        minute for minute in minutes if all(minute + each in minutes for each in range(length))
    }
    assert [each for start, end in runs(mask) for each in range(start, end)] == sorted(minutes)
    assert all(end not in minutes for _, end in runs(mask))
    assert union([(minute, minute + 1) for minute in minutes], base=0, days=3) == mask


def test_a_union_is_cut_to_its_window() -> None:
    assert union([(-5, 2), (2870, 9999), (99, 98)], base=0, days=2) == 0b11 | sum(1 << bit for bit in range(2870, 2880))
    assert joined([1 << 1440, 0]) == 1 << 1440
