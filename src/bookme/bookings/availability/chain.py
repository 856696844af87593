"""Several services one after another at one place: the starts at which a whole visit fits, and how it is done then.

Masks tell at which starts each service, and what comes after it, can find anybody. Only there is a way looked for that
also keeps the services of the visit out of each other's way: the same person, the same unit, their padding.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import combinations, islice, product
from typing import NamedTuple

from bookme.bookings.availability.board import Board
from bookme.bookings.availability.masks import ones, positions, reaching
from bookme.bookings.availability.search import nearest_found, ranked
from bookme.bookings.availability.snapshot import Id, Person, Place, Snapshot, Span
from bookme.bookings.availability.timeline import date_of, day_number
from bookme.bookings.availability.waiving import board_of, free_people_first, free_units_first


class Leg(NamedTuple):
    """One service of a plan, in minutes. `staff` has who leads first; `joins` is the group appointment joined."""

    start: int
    end: int
    staff: tuple[Id, ...]
    units: tuple[Id, ...] = ()
    joins: Id | None = None


class Plan(NamedTuple):
    """A whole visit: one leg for each snapshot, in the same order, all at one place."""

    start: int
    end: int
    place: Id
    legs: tuple[Leg, ...]


class Chain:
    """The snapshots of a visit's services, in order, with up to `max_gap` minutes between one and the next.

    All begin on the same date, and have the same places, or the visit is at those that they share; all but the first
    have `follows` set, and dates that reach to where the visit may have got by then. `among` bounds who and what may
    be taken: None for everybody and everything.
    """

    def __init__(
        self, snapshots: Sequence[Snapshot | Board], *, max_gap: int = 0, among: frozenset[Id] | None = None
    ) -> None:
        self.boards = [board_of(snapshot) for snapshot in snapshots]
        self.max_gap, self.among = max_gap, among
        self.base = self.boards[0].base

    def may_take(self, owner: Id) -> bool:
        return self.among is None or owner in self.among

    @cached_property
    def places(self) -> list[Place]:
        """Where all of the services are given, in order."""
        shared = set.intersection(*({place.id for place in board.snapshot.places} for board in self.boards))
        return [place for place in self.boards[0].snapshot.places if place.id in shared]

    def offered(self) -> dict[dt.date, list[Plan]]:
        """Every date of the first snapshot, with a plan for each start and place, by start, then by place in order."""
        board = self.boards[0]
        snapshot = board.snapshot
        days: dict[dt.date, list[Plan]] = {
            date_of(day): [] for day in range(day_number(snapshot.first), day_number(snapshot.last) + 1)
        }
        found = sorted((plan.start, order, plan) for order, plan in self._plans(board.full))
        at = 0
        for day, _, end in board.clock(snapshot.zone).dates:
            while at < len(found) and found[at][0] - self.base < end:
                days[date_of(day)].append(found[at][2])
                at += 1
        return days

    def at(self, start: int) -> Plan | None:
        """The plan at that minute, at the first place in order that has one; None if there is none."""
        return self.at_each([start]).get(start)

    def at_each(self, starts: Iterable[int]) -> dict[int, Plan]:
        """The same for each of these minutes that has one."""
        wanted = 0
        for start in starts:
            wanted |= self.boards[0].bit(start)
        found: dict[int, Plan] = {}
        for _, plan in self._plans(wanted):
            found.setdefault(plan.start, plan)
        return found

    def nearest(self, start: int, count: int, *, reach: int | None = None) -> list[Plan]:
        """Up to `count` plans of the asked dates, those nearest to that minute first; of two as near, the later.

        None is more than `reach` minutes away.
        """

        def find(within: int) -> Iterable[Plan]:
            return (plan for _, plan in self._plans(within))

        return nearest_found(self.boards[0], start, count, reach=reach, find=find)

    @cached_property
    def _searches(self) -> list[tuple[Place, "_Search"]]:
        """What was found at one start of ways that lead nowhere holds for every other."""
        return [(place, _Search(self, place)) for place in self.places]

    def _plans(self, within: int) -> Iterable[tuple[int, Plan]]:
        for order, (place, search) in enumerate(self._searches):
            for bit in positions(search.able[0] & within):
                legs = search.legs_from(bit)
                if legs:
                    yield order, Plan(legs[0].start, legs[-1].end, place.id, legs)


class _Search:
    """A chain at one place: `starts[i]` has for each person the starts of service i, `able[i]` those with a sequel."""

    def __init__(self, chain: Chain, place: Place) -> None:
        self.chain, self.place = chain, place
        # Zone and hours are the same on each snapshot's own row of the place; which days are full is not.
        self.own = {
            board: next(each for each in board.snapshot.places if each.id == place.id) for board in chain.boards
        }
        self.starts: list[dict[Id, int]] = [self._starts_on(board) for board in chain.boards]
        self.able = [0] * len(chain.boards)
        self.earliest = max(board.snapshot.padding_before for board in chain.boards)
        self.nowhere: set[tuple[int, int, frozenset[tuple[int, Id]]]] = set()
        for index in reversed(range(len(chain.boards))):
            self.able[index] = self._able(index)

    def _starts_on(self, board: Board) -> dict[Id, int]:
        people = (each for each in board.snapshot.people if self.chain.may_take(each.id))
        return {each.id: starts for each in people if (starts := board.starts(each, self.own[board]))}

    def _able(self, index: int) -> int:
        board, able = self.chain.boards[index], 0
        is_last = index == len(self.able) - 1
        sequel = 0 if is_last else reaching(self.able[index + 1], self.chain.max_gap)
        for person in board.snapshot.people:
            starts = self.starts[index].get(person.id, 0)
            able |= starts if is_last else starts & sequel >> board.duration(person)
        return able

    def legs_from(self, bit: int) -> tuple[Leg, ...]:
        """A whole way from that bit, with the shortest gaps, and people as the business chooses; empty if none."""
        return self._next((), bit, 0)

    def _next(self, legs: tuple[Leg, ...], bit: int, gap: int) -> tuple[Leg, ...]:
        index = len(legs)
        if index == len(self.able):
            return legs
        # What follows depends on where one has got to and on what of the legs before is still in the way. Where that
        # led nowhere once, it does not have to be tried again, or the ways would be multiplied by every service.
        here = (index, bit, self._in_the_way(legs, bit))
        if here in self.nowhere:
            return ()
        for waited in positions(self.able[index] >> bit & ones(gap + 1)):
            for leg in self._ways(legs, index, bit + waited):
                found = self._next((*legs, leg), leg.end - self.chain.base, self.chain.max_gap)
                if found:
                    return found
        self.nowhere.add(here)
        return ()

    def _in_the_way(self, legs: tuple[Leg, ...], bit: int) -> frozenset[tuple[int, Id]]:
        """Whom and what the padding of these legs keeps from what begins at that bit or later, and until when."""
        found: set[tuple[int, Id]] = set()
        for leg, earlier in zip(legs, self.chain.boards, strict=False):
            until = leg.end + earlier.snapshot.padding_after - self.chain.base
            if leg.joins is None and until + self.earliest > bit:
                found.update((until, owner) for owner in (*leg.staff, *leg.units))
        return frozenset(found)

    def _ways(self, legs: tuple[Leg, ...], index: int, bit: int) -> Iterable[Leg]:
        """Everybody who can lead this service then, with every team and unit, beside what the legs before it take."""
        board, starts = self.chain.boards[index], self.starts[index]
        able = [each for each in board.snapshot.people if starts.get(each.id, 0) >> bit & 1]
        for person in _same_first(self._ranked(board, able, bit), legs):
            ways = self._led_by(person, legs, board, bit)
            yield from ways if self._may_meet_later(index) else islice(ways, 1)

    def _may_meet_later(self, index: int) -> bool:
        """Whether padding can bring this service into the way of a later one: only then a second way is worth a try."""
        later = self.chain.boards[index + 1 :]
        padded = self.chain.boards[index].snapshot.padding_after or any(each.snapshot.padding_before for each in later)
        return bool(later and padded)

    def _ranked(self, board: Board, people: list[Person], bit: int) -> list[Person]:
        if len(people) < 2:
            return people
        day = next(day for day, begin, end in board.clock(self.place.zone).dates if begin <= bit < end)
        return ranked(board, self.place, people, day)

    def _led_by(self, lead: Person, legs: tuple[Leg, ...], board: Board, bit: int) -> Iterable[Leg]:
        duration = board.duration(lead)
        start, end = bit + board.base, bit + board.base + duration
        group = board.joinable(lead, self.place).get(start)
        if group is not None:
            yield Leg(start, end, (lead.id,), joins=group.id)
            return
        taken = self._taken_by(legs, board, (start, end))
        if lead.id in taken:
            return
        free = [self._free_units(board, kind, duration, bit, taken) for kind in board.snapshot.kinds]
        for helpers in combinations(self._helpers(board, lead, bit, taken), board.snapshot.staff_needed - 1):
            for units in product(*free):
                yield Leg(start, end, (lead.id, *helpers), units)

    def _taken_by(self, legs: tuple[Leg, ...], board: Board, span: Span) -> set[Id]:
        """People and units that the legs before keep during the blocked range of a service at that span."""
        snapshot = board.snapshot
        begin, stop = span[0] - snapshot.padding_before, span[1] + snapshot.padding_after
        taken: set[Id] = set()
        for leg, earlier in zip(legs, self.chain.boards, strict=False):
            before, after = earlier.snapshot.padding_before, earlier.snapshot.padding_after
            if leg.joins is None and leg.start - before < stop and begin < leg.end + after:
                taken.update(leg.staff, leg.units)
        return taken

    def _helpers(self, board: Board, lead: Person, bit: int, taken: set[Id]) -> list[Id]:
        """Who else is free as long as the lead is busy, in the order in which the business would choose."""
        if board.snapshot.staff_needed == 1:
            return []
        duration = board.duration(lead)
        able = [
            each
            for each in board.snapshot.people
            if each.id != lead.id
            and each.id not in taken
            and self.chain.may_take(each.id)
            and board.opens(each, self.own[board], duration) >> bit & 1
        ]
        return [each.id for each in free_people_first(board, self._ranked(board, able, bit), duration, bit)]

    def _free_units(self, board: Board, kind: str, duration: int, bit: int, taken: set[Id]) -> list[Id]:
        free = [
            unit
            for unit in board.snapshot.units
            if (unit.kind, unit.place) == (kind, self.place.id)
            and unit.id not in taken
            and self.chain.may_take(unit.id)
            and board.unit_clear(unit, duration) >> bit & 1
        ]
        return [unit.id for unit in free_units_first(board, free, duration, bit)]


def _same_first(people: list[Person], legs: tuple[Leg, ...]) -> list[Person]:
    """Whoever did the service before goes on, if they can: a visitor is handed over no more often than needed."""
    before = legs[-1].staff[0] if legs else None
    return sorted(people, key=lambda person: person.id != before)
