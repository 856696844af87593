"""Rule 15: what the team waives does not count. The board of an ordinary question knows nothing of it."""

from collections.abc import Iterable

from bookme.bookings.availability.board import Board, OpenTime
from bookme.bookings.availability.causes import Cause
from bookme.bookings.availability.masks import fitting
from bookme.bookings.availability.snapshot import Id, Person, Place, Snapshot, Span, Unit


def board_of(snapshot: Snapshot | Board) -> Board:
    """The board that answers for this snapshot, with what it waives. A board, whose masks are kept, is its own."""
    if isinstance(snapshot, Board):
        return snapshot
    return LenientBoard(snapshot) if snapshot.waived else Board(snapshot)


def taken_then(snapshot: Snapshot, people: Iterable[Id], units: Iterable[Id], span: Span) -> set[Id]:
    """Who and what of these is taken during the blocked range of a booking at that span, as the wall sees it."""
    begin, stop = span[0] - snapshot.padding_before, span[1] + snapshot.padding_after
    rows: dict[Id, tuple[Span, ...]] = {each.id: each.blocked for each in snapshot.people}
    rows |= {each.id: each.blocked for each in snapshot.units}
    owners = (*people, *units)
    return {each for each in owners if any(start < stop and begin < end for start, end in rows[each])}


def free_people_first(board: Board, people: list[Person], duration: int, bit: int) -> list[Person]:
    """The people in the same order, but those last who are taken and would be booked over."""
    if not board.snapshot.waived:
        return people
    return sorted(people, key=lambda person: ~Board.clear(board, person, duration) >> bit & 1)


def free_units_first(board: Board, units: list[Unit], duration: int, bit: int) -> list[Unit]:
    """The units in the same order, but those last that are taken."""
    if not board.snapshot.waived:
        return units
    return sorted(units, key=lambda unit: ~Board.unit_clear(board, unit, duration) >> bit & 1)


class LenientBoard(Board):
    """A board on which the causes that its snapshot waives keep nobody from anything."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.waived = snapshot.waived

    def open_time(self, person: Person, place: Place) -> OpenTime:
        time = super().open_time(person, place)
        return OpenTime(
            hours=self.full if Cause.HOURS in self.waived else time.hours,
            breaks=0 if Cause.BREAK in self.waived else time.breaks,
            closures=0 if Cause.CLOSURE in self.waived else time.closures,
            time_off=0 if Cause.TIME_OFF in self.waived else time.time_off,
        )

    def clear(self, person: Person, duration: int) -> int:
        """Without PADDING appointments must not meet themselves; without BOOKING they do not count at all."""
        free = self.full
        if Cause.PADDING in self.waived and Cause.BOOKING not in self.waived:
            free &= fitting(self.full & ~self.covered(person.booked), duration)
        elif Cause.BOOKING not in self.waived:
            free &= self._around(self.full & ~self.covered(person.blocked), duration)
        if Cause.EXTERNAL not in self.waived:
            free &= self._around(self.full & ~self.covered(person.external), duration)
        return free

    def reachable(self, person: Person, place: Place, duration: int) -> int:
        return self.full if Cause.TRAVEL in self.waived else super().reachable(person, place, duration)

    def unit_clear(self, unit: Unit, duration: int) -> int:
        """A unit has to be there; what it is taken by does not count."""
        return self.full if Cause.RESOURCE in self.waived else super().unit_clear(unit, duration)

    def grid(self, place: Place, opened: int) -> int:
        return self.full if Cause.GRID in self.waived else super().grid(place, opened)

    def timely(self, place: Place) -> tuple[int, int]:
        noticed, near = super().timely(place)
        return (
            self.full if Cause.NOTICE in self.waived else noticed,
            self.full if Cause.HORIZON in self.waived else near,
        )

    def ruled(self, place: Place) -> int:
        return self.full if Cause.RULE in self.waived else super().ruled(place)

    def in_season(self, place: Place) -> int:
        return self.full if Cause.RULE in self.waived else super().in_season(place)

    def not_full(self, place: Place) -> int:
        return self.full if Cause.DAY_LIMIT in self.waived else super().not_full(place)

    def within_area(self, person: Person, place: Place) -> int:
        return self.full if Cause.AREA in self.waived else super().within_area(person, place)
