"""The slots of a snapshot: listed by date, for one start, or around one."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import compress, repeat
from math import inf
from operator import attrgetter, or_
from typing import NamedTuple, Protocol, TypeVar

from bookme.bookings.availability.board import Board
from bookme.bookings.availability.masks import picker, positions
from bookme.bookings.availability.snapshot import Id, Person, Place, Snapshot
from bookme.bookings.availability.timeline import date_of, day_number
from bookme.bookings.availability.waiving import board_of
from bookme.core.time import DAY_MINUTES
from bookme.tenants.config import AnyStaff

_RADII = (DAY_MINUTES // 8, DAY_MINUTES, 3 * DAY_MINUTES)


class Timed(Protocol):
    """What begins at a minute."""

    @property
    def start(self) -> int: ...


Found = TypeVar("Found", bound=Timed)


class Slot(NamedTuple):
    """`start` and `end` are minutes; `staff` who can take it, in the order in which the business's rule would choose.

    `team` is everybody who is free for it, in the same order, where it needs several people.
    """

    start: int
    end: int
    place: Id
    staff: tuple[Id, ...]
    team: tuple[Id, ...] = ()


def offered(snapshot: Snapshot) -> dict[dt.date, list[Slot]]:
    """Every date asked, in order, with its slots by start, then by place in order, then by end.

    Dates are those of `snapshot.zone`. A slot is listed once for each (place, start, end).
    """
    board = board_of(snapshot)
    slots = _slots(board, board.full)
    starts = [slot.start - board.base for slot in slots]
    first, last = day_number(snapshot.first), day_number(snapshot.last)
    days: dict[dt.date, list[Slot]] = {date_of(day): [] for day in range(first, last + 1)}
    for day, start, end in board.clock(snapshot.zone).dates:
        if first <= day <= last:
            days[date_of(day)] += slots[bisect_left(starts, start) : bisect_left(starts, end)]
    return days


def candidates(snapshot: Snapshot, start: int) -> list[Slot]:
    """The slots that begin at that minute, by place in order, then by end. Empty: the start is not offered."""
    board = board_of(snapshot)
    return _slots(board, board.bit(start))


def nearest(asked: Snapshot | Board, start: int, count: int, *, reach: int | None = None) -> list[Slot]:
    """Up to `count` slots of the snapshot's dates, those nearest to that minute first; of two as near, the later.

    None is more than `reach` minutes away.
    """
    board = board_of(asked)
    return nearest_found(board, start, count, reach=reach, find=lambda within: _slots(board, within))


def nearest_found(
    board: Board, start: int, count: int, *, reach: int | None, find: Callable[[int], Iterable[Found]]
) -> list[Found]:
    """The nearest of what `find` finds on a mask. It is asked about wider and wider rings, until there are enough."""
    found: list[Found] = []
    seen = board.bit(start)
    whole = board.full if reach is None else board.around(start, reach)
    for within in (*(board.around(start, each) & whole for each in _RADII), whole):
        found += find(within & ~seen)
        seen |= within
        if len(found) >= count:
            break
    return sorted(found, key=lambda each: (abs(each.start - start), -each.start))[:count]


def takers(snapshot: Snapshot, start: int) -> set[Id]:
    """Every person and unit that a booking of that minute may take. Empty: the start is not offered."""
    board = board_of(snapshot)
    found: set[Id] = set()
    for slot in _slots(board, board.bit(start)):
        found.update(slot.staff, slot.team)
        duration = slot.end - slot.start
        found.update(
            unit.id
            for unit in snapshot.units
            if unit.place == slot.place and board.unit_clear(unit, duration) & board.bit(start)
        )
    return found


def _slots(board: Board, within: int) -> list[Slot]:
    slots: list[Slot] = []
    for place in board.snapshot.places:
        for duration in sorted({board.duration(person) for person in board.snapshot.people}):
            people = [person for person in board.snapshot.people if board.duration(person) == duration]
            slots += _slots_at(board, place, people, within)
    slots.sort(key=attrgetter("start"))  # of those with the same start, the order stays that of places and ends
    return slots


def _slots_at(board: Board, place: Place, people: list[Person], within: int) -> Iterable[Slot]:
    """The slots of one place and one length, by start."""
    starts = {person.id: mask for person in people if (mask := board.starts(person, place) & within)}
    bits = positions(reduce(or_, starts.values(), 0))
    pick = picker(bits)
    takes = {person: pick(mask) for person, mask in starts.items()}
    able = [person for person in people if person.id in takes]
    base, duration, is_team = board.base, board.duration(people[0]), board.snapshot.staff_needed > 1
    for day, begin, end in board.clock(place.zone).dates:
        of_day = slice(bisect_left(bits, begin), bisect_left(bits, end))
        begins = bits[of_day]
        if not begins:
            continue
        staff = [person.id for person in ranked(board, place, able, day)]
        takers = map(tuple, map(compress, repeat(staff), zip(*(takes[each][of_day] for each in staff), strict=True)))
        teams = [_team(board, place, duration, bit) for bit in begins] if is_team else repeat(())
        starts_at = [bit + base for bit in begins]
        yield from map(Slot, starts_at, [each + duration for each in starts_at], repeat(place.id), takers, teams)


def _team(board: Board, place: Place, duration: int, bit: int) -> tuple[Id, ...]:
    able = [person for person in board.snapshot.people if board.opens(person, place, duration) >> bit & 1]
    day = next(day for day, begin, end in board.clock(place.zone).dates if begin <= bit < end)
    return tuple(person.id for person in ranked(board, place, able, day))


def ranked(board: Board, place: Place, people: list[Person], day: int) -> list[Person]:
    """Rule 7: the people, given in order, in the order in which the business would choose them on that date."""
    rule = board.snapshot.policy.any_staff
    if len(people) < 2 or rule is AnyStaff.FIRST_FREE:
        return people
    if rule is AnyStaff.IN_TURN:
        return sorted(people, key=lambda person: -inf if person.last_booked is None else person.last_booked)
    if rule is AnyStaff.NEAREST and any(person.distance is not None for person in board.snapshot.people):
        return sorted(people, key=lambda person: inf if person.distance is None else person.distance)
    return sorted(people, key=lambda person: board.booked_minutes(person, place)[day])
