"""Several services in one go: the plans of a chain against every way there is, tried one by one."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookme.bookings.availability import OVERBOOKING, Chain, Hours, Id, Leg, Person, Place, Plan, Snapshot, Unit
from bookme.tenants.config import AnyStaff, Policy
from tests.bookings.oracle import Oracle, meets, show
from tests.bookings.schedules import lenient, minute_at, number, schedule

MONDAY = dt.date(2026, 3, 2)
ANN, BEN, CLO, SOHO, ROOM = (number(each) for each in (1, 2, 3, 100, 500))


def works(who: Id, duration: int, **values: object) -> Person:
    return Person(id=who, duration=duration, hours=(Hours(540, 720, weekday=0),), **values)  # type: ignore[arg-type]


def service(*people: Person, **values: object) -> Snapshot:
    first = Snapshot(
        zone="UTC",
        first=MONDAY,
        last=MONDAY,
        now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        policy=Policy(slot_interval_minutes=30, any_staff=AnyStaff.FIRST_FREE),
        places=(Place(SOHO, "UTC"),),
        people=people,
    )
    return replace(first, **values)  # type: ignore[arg-type]


def after(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, follows=True, last=snapshot.last + dt.timedelta(days=1))


def told(plan: Plan) -> list[tuple[str, str, int]]:
    return [(clock(leg.start), clock(leg.end), int(leg.staff[0][-2:])) for leg in plan.legs]


def clock(minute: int) -> str:
    return f"{(minute - minute_at(MONDAY)) // 60}:{minute % 60:02}"


def at(hours: int, minutes: int = 0) -> int:
    return minute_at(MONDAY, hours * 60 + minutes)


def test_back_to_back_with_whoever_does_it() -> None:
    chain = Chain([service(works(ANN, 45)), after(service(works(BEN, 60)))])
    plans = chain.offered()[MONDAY]
    assert [clock(plan.start) for plan in plans] == ["9:00", "9:30", "10:00"]
    assert told(plans[0]) == [("9:00", "9:45", 1), ("9:45", "10:45", 2)]


def test_a_gap_is_taken_only_where_it_has_to_be() -> None:
    busy = ((at(9, 30), at(10)),)
    parts = [service(works(ANN, 30)), after(service(works(BEN, 30, booked=busy, blocked=busy)))]
    assert next(clock(plan.start) for plan in Chain(parts).offered()[MONDAY]) == "9:30"
    plans = Chain(parts, max_gap=30).offered()[MONDAY]
    assert told(plans[0]) == [("9:00", "9:30", 1), ("10:00", "10:30", 2)]
    assert told(plans[2]) == [("10:00", "10:30", 1), ("10:30", "11:00", 2)]


def test_the_same_person_goes_on_and_needs_the_padding_between() -> None:
    parts = [service(works(ANN, 30), works(BEN, 30), padding_after=10)]
    parts.append(after(service(works(ANN, 30), works(BEN, 30))))
    assert told(Chain(parts).offered()[MONDAY][0]) == [("9:00", "9:30", 1), ("9:30", "10:00", 2)]
    alone = [service(works(ANN, 30), padding_after=10), after(service(works(ANN, 30)))]
    assert Chain(alone).offered()[MONDAY] == []
    assert told(Chain(alone, max_gap=15).offered()[MONDAY][0]) == [("9:00", "9:30", 1), ("9:40", "10:10", 1)]
    plain = [service(works(ANN, 30), works(BEN, 30)), after(service(works(BEN, 30), works(ANN, 30)))]
    assert [staff for _, _, staff in told(Chain(plain).offered()[MONDAY][0])] == [1, 1]


def test_one_unit_serves_one_service_at_a_time() -> None:
    room = Unit(ROOM, SOHO, "room")
    parts = [service(works(ANN, 30), padding_after=15, kinds=("room",), units=(room,))]
    parts.append(after(service(works(BEN, 30), kinds=("room",), units=(room,))))
    assert Chain(parts).offered()[MONDAY] == []
    second = replace(room, id=number(501))
    both = [replace(each, units=(room, second)) for each in parts]
    assert [leg.units for leg in Chain(both).offered()[MONDAY][0].legs] == [(ROOM,), (number(501),)]


def test_a_way_is_found_where_the_first_choice_would_shut_it() -> None:
    """The helper, or the unit, that the first service would take is the only one for the second."""
    parts = [service(works(ANN, 30), works(CLO, 30), works(BEN, 30), staff_needed=2, padding_after=60)]
    parts[0] = replace(parts[0], people=tuple(replace(each, asked=each.id == ANN) for each in parts[0].people))
    parts.append(after(service(works(CLO, 30))))
    assert Chain(parts).offered()[MONDAY][0].legs[0].staff == (ANN, BEN)
    rooms = Unit(ROOM, SOHO, "room"), Unit(number(501), SOHO, "room")
    parts = [service(works(ANN, 30), padding_after=60, kinds=("room",), units=rooms)]
    parts.append(after(service(works(BEN, 30), kinds=("room",), units=rooms[:1])))
    assert [leg.units for leg in Chain(parts).offered()[MONDAY][0].legs] == [(number(501),), (ROOM,)]


def test_only_who_is_among_those_locked() -> None:
    parts = [service(works(ANN, 30), works(BEN, 30)), after(service(works(ANN, 30), works(BEN, 30)))]
    plan = Chain(parts, among=frozenset({BEN})).at(at(9))
    assert plan is not None
    assert [leg.staff for leg in plan.legs] == [(BEN,), (BEN,)]
    assert Chain(parts, among=frozenset({CLO})).at(at(9)) is None


def test_who_and_what_is_free_is_taken_before_who_would_be_booked_over() -> None:
    """The lead is taken, so that somebody has to be booked over: but not the helper, and not the room."""
    busy = ((at(9), at(12)),)
    taken = {"booked": busy, "blocked": busy}
    people = works(ANN, 30, **taken), works(BEN, 30, **taken), works(CLO, 30)
    rooms = Unit(ROOM, SOHO, "room", blocked=busy), Unit(number(501), SOHO, "room")
    asked = service(*people, staff_needed=2, kinds=("room",), units=rooms)
    asked = replace(asked, people=tuple(replace(each, asked=each.id == ANN) for each in people))
    assert Chain([asked]).at(at(9)) is None
    plan = Chain([replace(asked, waived=OVERBOOKING)]).at(at(9))
    assert plan is not None
    assert (plan.legs[0].staff, plan.legs[0].units) == ((ANN, CLO), (number(501),))


def test_each_service_has_its_own_full_days() -> None:
    free = service(works(ANN, 30))
    full = replace(free, places=tuple(replace(each, full_days=frozenset({MONDAY})) for each in free.places))
    assert Chain([free, after(free)]).offered()[MONDAY] != []
    assert Chain([free, after(full)]).offered()[MONDAY] == []
    assert Chain([full, after(free)]).offered()[MONDAY] == []


def test_nearest_and_none() -> None:
    chain = Chain([service(works(ANN, 30)), after(service(works(BEN, 30)))])
    assert [clock(plan.start) for plan in chain.nearest(at(10), 3)] == ["10:30", "9:30", "11:00"]
    assert chain.at(at(9, 10)) is None


@pytest.mark.no_cover
@given(st.integers(min_value=0, max_value=2**32).map(Random))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_plans_equal_what_can_be_done(random: Random) -> None:
    require_every_way(visit(random), random.choice((0, 0, 5, 20)))


@pytest.mark.no_cover
@given(st.integers(min_value=0, max_value=2**32).map(Random))
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_plans_equal_what_can_be_done_where_causes_are_waived(random: Random) -> None:
    parts = visit(random)
    waived = lenient(random, parts[0]).waived
    require_every_way([replace(part, waived=waived) for part in parts], 0)


def require_every_way(parts: list[Snapshot], gap: int) -> None:
    every = AllWays(parts, gap)
    found = {(plan.start, plan.place): plan for plans in Chain(parts, max_gap=gap).offered().values() for plan in plans}
    assert set(found) == every.starts()
    for plan in found.values():
        assert every.allows(plan)


def visit(random: Random) -> list[Snapshot]:
    """Two or three services of the same people at the same places."""
    first = schedule(random)
    while first.first != first.last:
        first = schedule(random)
    first = replace(first, party_size=1, people=tuple(replace(each, groups=()) for each in first.people))
    parts = [first]
    for _ in range(random.choice((1, 1, 2))):
        minutes = random.choice((10, 30, 45))
        people = tuple(replace(each, duration=minutes) for each in first.people if random.random() < 0.8)
        parts.append(
            after(
                replace(
                    first,
                    places=tuple(replace(each, full_days=full_days(random, first)) for each in first.places),
                    people=people or first.people,
                    padding_before=random.choice((0, 0, 10)),
                    padding_after=random.choice((0, 0, 10)),
                    kinds=random.choice(((), first.kinds)),
                    staff_needed=random.choice((1, 1, 2)),
                )
            )
        )
    return parts


def full_days(random: Random, snapshot: Snapshot) -> frozenset[dt.date]:
    """Those of one service are not those of another."""
    return frozenset({snapshot.first} if random.random() < 0.5 else ())


@dataclass(frozen=True)
class Way:
    """One service: who and what it takes, and for how long."""

    span: tuple[int, int]
    block: tuple[int, int]
    takes: frozenset[Id]


class AllWays:
    """Every start of every place, every gap, every team, every choice of units."""

    def __init__(self, parts: list[Snapshot], gap: int) -> None:
        self.oracles, self.gap = [Oracle(part) for part in parts], gap

    def starts(self) -> set[tuple[int, Id]]:
        first = self.oracles[0]
        minutes = [
            minute
            for minute in range(first.begin + 2880, first.end)
            if show(minute, first.snapshot.zone).date == first.snapshot.first
        ]
        return {
            (minute, place.id)
            for place in first.snapshot.places
            for minute in minutes
            if self.goes(minute, place, (), range(1))
        }

    def goes(self, minute: int, place: Place, before: tuple[Way, ...], waits: range) -> bool:
        if len(before) == len(self.oracles):
            return True
        return any(
            self.goes(way.span[1], place, (*before, way), range(self.gap + 1))
            for wait in waits
            for way in self.ways(minute + wait, place, len(before))
            if not any(meets(way.block, other.block) and way.takes & other.takes for other in before)
        )

    def ways(self, minute: int, place: Place, index: int) -> Iterator[Way]:
        oracle = self.oracles[index]
        snapshot = oracle.snapshot
        place = next(each for each in snapshot.places if each.id == place.id)
        for lead in snapshot.people:
            duration = oracle.duration(lead)
            if not lead.asked or not oracle.could_begin(minute, lead, place, duration):
                continue
            block = minute - snapshot.padding_before, minute + duration + snapshot.padding_after
            others = [each.id for each in oracle.team_at(minute, place, duration) if each.id != lead.id]
            free = [self.free_units(oracle, kind, place, block) for kind in snapshot.kinds]
            for team in combinations(others, snapshot.staff_needed - 1):
                for units in product(*free):
                    yield Way((minute, minute + duration), block, frozenset((lead.id, *team, *units)))

    def free_units(self, oracle: Oracle, kind: str, place: Place, block: tuple[int, int]) -> list[Id]:
        return [
            unit.id
            for unit in oracle.snapshot.units
            if (unit.place, unit.kind) == (place.id, kind) and oracle.is_free(unit, block)
        ]

    def allows(self, plan: Plan) -> bool:
        place = next(each for each in self.oracles[0].snapshot.places if each.id == plan.place)
        before: list[Way] = []
        for index, leg in enumerate(plan.legs):
            way = next((each for each in self.ways(leg.start, place, index) if is_of(each, leg)), None)
            if way is None or any(meets(way.block, other.block) and way.takes & other.takes for other in before):
                return False
            if before and not 0 <= leg.start - before[-1].span[1] <= self.gap:
                return False
            before.append(way)
        return True


def is_of(way: Way, leg: Leg) -> bool:
    return way.span == (leg.start, leg.end) and way.takes == {*leg.staff, *leg.units}


def test_what_cannot_be_is_found_out_without_every_way_being_tried() -> None:
    """Of ten services one person does the last three, and their padding needs more than the ten minutes that are left.

    Eight people for each of the others, and eleven waits before each, are more ways than could ever be tried.
    """
    crew = [replace(works(number(each), 15), hours=(Hours(540, 700, weekday=0),)) for each in range(1, 9)]
    anybody = service(*crew, padding_after=10, policy=Policy(slot_interval_minutes=10))
    parts = [anybody] * 7 + [replace(anybody, people=(crew[0],))] * 3
    chain = Chain([parts[0], *(after(each) for each in parts[1:])], max_gap=10)
    assert chain.offered()[MONDAY] == []
