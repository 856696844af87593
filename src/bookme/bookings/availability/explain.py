"""Why a time is not offered: the same masks, asked for their names."""

from bookme.bookings.availability.board import Board
from bookme.bookings.availability.causes import Cause
from bookme.bookings.availability.masks import ones
from bookme.bookings.availability.snapshot import Group, Id, Person, Place, Snapshot
from bookme.bookings.availability.waiving import board_of
from bookme.tenants.config import SlotAnchor


def explain(asked: Snapshot | Board, staff_id: Id, start: int) -> list[Cause]:
    """Every cause for which that person cannot be booked at that minute, which lies on a date of the snapshot.

    Empty: it is offered. Of several places, the one with the fewest causes answers, the first in order of equals.
    Raises LookupError where the snapshot has no such person or no place, or its dates do not have that minute.
    """
    board = board_of(asked)
    snapshot = board.snapshot
    person = next((each for each in snapshot.people if each.id == staff_id and each.asked), None)
    if person is None or not snapshot.places or not board.bit(start) & board.asked:
        raise LookupError("not a person, place or time of this snapshot")
    return min((_causes(board, person, place, start) for place in snapshot.places), key=len)


def _causes(board: Board, person: Person, place: Place, start: int) -> list[Cause]:
    if board.bit(start) & board.starts(person, place):
        return []
    at = start - board.base
    time = board.open_time(person, place)
    whole = ones(board.duration(person)) << at
    noticed, near = board.timely(place)
    group = _group_at(board, person, place, start)
    found = {
        Cause.HOURS: whole & ~time.hours,
        Cause.BREAK: whole & time.breaks,
        Cause.CLOSURE: whole & time.closures,
        Cause.TIME_OFF: whole & time.time_off,
        Cause.NOTICE: ~noticed >> at & 1,
        Cause.HORIZON: ~near >> at & 1,
        Cause.RULE: whole & ~board.ruled(place) or ~board.in_season(place) >> at & 1,
        Cause.AREA: ~board.within_area(person, place) >> at & 1,
        Cause.CAPACITY: board.snapshot.party_size > (board.snapshot.capacity if group is None else group.seats_left),
    }
    if group is None:
        found |= _clashes(board, person, place, at)
        anchored = board.snapshot.policy.slot_anchor is SlotAnchor.OPENING and not time.mask >> at & 1
        found[Cause.GRID] = not anchored and ~board.grid(place, time.mask) >> at & 1
    return [cause for cause in Cause if found.get(cause)]


def _group_at(board: Board, person: Person, place: Place, start: int) -> Group | None:
    """The group appointment that a booking of this start would have to join."""
    length = board.duration(person)
    same = (group for group in person.groups if group.place == place.id and group.start == start)
    return next((group for group in same if group.end - group.start == length), None)


def _clashes(board: Board, person: Person, place: Place, at: int) -> dict[Cause, int]:
    duration, snapshot = board.duration(person), board.snapshot
    whole = ones(duration) << at
    block = ones(snapshot.padding_before + duration + snapshot.padding_after) << at - snapshot.padding_before
    waived = snapshot.waived
    booked = 0 if Cause.BOOKING in waived else whole & board.covered(person.booked)
    padded = not booked and not waived & {Cause.BOOKING, Cause.PADDING}
    others = board.staffed(place, duration) >> at & 1 or not board.opens(person, place, duration) >> at & 1
    return {
        Cause.DAY_LIMIT: ~board.not_full(place) >> at & 1,
        Cause.TRAVEL: 0 if booked else ~board.reachable(person, place, duration) >> at & 1,
        Cause.STAFF: not others,
        Cause.BOOKING: booked,
        Cause.PADDING: block & board.covered(person.blocked) if padded else 0,
        Cause.RESOURCE: ~board.equipped(place, duration) >> at & 1,
        Cause.EXTERNAL: 0 if Cause.EXTERNAL in waived else block & board.covered(person.external),
    }
