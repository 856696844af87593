"""Moving bookings to another time, person or session: through the same lock, check and wall as new ones."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from bookme.bookings.actions.facts import before_move, publish_together
from bookme.bookings.actions.limits import day_counted
from bookme.bookings.actions.overdue import let_expire
from bookme.bookings.actions.placing import (
    Calendars,
    Placement,
    choose,
    every_calendar,
    helpers_of,
    lay_anew,
    owners_of,
    seat,
)
from bookme.bookings.actions.powers import (
    BUSINESS,
    CUSTOMER,
    acts_for_business,
    forcing,
    require_in_scope,
    waivable_by,
)
from bookme.bookings.actions.seats import give_back_seats, lock_and_sweep, take_session_seats
from bookme.bookings.actions.terms import require_single
from bookme.bookings.actions.versions import swap
from bookme.bookings.availability import Cause
from bookme.bookings.events import BookingRescheduled
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.offer import (
    asked_session,
    require_location,
    require_session_as_asked,
    require_staff,
)
from bookme.bookings.selectors.openings import (
    require_reach,
    require_session_notice,
    session_as_data,
    session_causes,
)
from bookme.bookings.selectors.sessions import is_of_whole, sessions_at
from bookme.bookings.selectors.terms import move_terms_of
from bookme.bookings.states import Status
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish, each_or_refused
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid
from bookme.services.models import Service, ServiceKind

_WHY_NOT = {
    "wrong_status": "Only a booking that is still to come can be moved.",
    "too_late": "It is too late to move this booking.",
    "too_often": "This booking has been moved as often as it may be.",
}


@dataclass(frozen=True)
class Move:
    """Bookings of one visit that go together, in order, and what is wished for them.

    With `columns`, the team changes these and the start stays. Only what a customer moves is counted as a move. Of a
    class, `session` is the one that was named: it goes there or, at another time, to the one that is like it.
    """

    bookings: Sequence[Booking]
    wish: Wish
    columns: Mapping[str, Any] | None = None
    session: Appointment | None = None


class SessionAmbiguous(Conflict):
    """Several sessions of the class begin then, and none is named; `extra` has them as alternatives are."""

    default_code = "session_ambiguous"
    default_detail = "Several sessions of this class begin then. Say which."

    def __init__(self, sessions: Sequence[Appointment]) -> None:
        super().__init__(extra={"sessions": [session_as_data(each) for each in sessions]})


def reschedule_booking(
    *,
    booking: Booking,
    actor: Actor,
    now: dt.datetime,
    start: dt.datetime | None = None,
    session_id: UUID | None = None,
    staff_id: UUID | None = None,
    any_staff: bool = False,
    location_id: UUID | None = None,
    outside_hours: bool = False,
    overbook: bool = False,
) -> Booking:
    """Move to `start`, with the same person and place unless others are named; or of a class, to that session.

    A class goes by `start`, too, to its session at that time: Conflict `session_ambiguous` where there are several.

    The price stays. An appointment of one's own moves in place; of a shared one, only the seats do. Customers are bound
    by the policy that they booked under, and move a visit of several services as a whole; the team may move it
    `outside_hours` and `overbook`, as it books. Takes the lock. Publishes BookingRescheduled. Raises Conflict
    `wrong_status`, `too_late`, `too_often`, `part_of_visit` or `stale_version`, Invalid for unknown ids, NotAllowed
    `out_of_scope` or `team_only`, and SlotUnavailable. No customer moves to one date of a course that is booked as a
    whole: Invalid `course_only`.
    """
    if not acts_for_business(actor) and _is_one_of_several(booking):
        raise Conflict("It is one of several services of a visit. Move the visit as a whole.", code="part_of_visit")
    service = booking.appointment.service
    require_staff(service, staff_id)
    require_location(service, location_id)
    start, session = destination_of(service, start, session_id, actor=actor, staff_id=staff_id, location_id=location_id)
    wish = _wish(booking, start, staff_id=staff_id, any_staff=any_staff, location_id=location_id)
    may_waive = waivable_by(actor, outside_hours=outside_hours, overbook=overbook)
    wish = forcing(wish.within_scopes_of(actor), may_waive, actor)
    move_all([Move([booking], wish, session=session)], actor=actor, now=now)
    return booking


def reschedule_visit(
    *,
    bookings: Sequence[Booking],
    actor: Actor,
    now: dt.datetime,
    start: dt.datetime | None = None,
    session_id: UUID | None = None,
    any_staff: bool = False,
    location_id: UUID | None = None,
    outside_hours: bool = False,
    overbook: bool = False,
) -> None:
    """Move what of a visit is still to come, as `visit_move` says; otherwise as `reschedule_booking`."""
    may_waive = waivable_by(actor, outside_hours=outside_hours, overbook=overbook)
    service = bookings[0].appointment.service
    start, session = destination_of(service, start, session_id, actor=actor, location_id=location_id)
    move = visit_move(bookings=bookings, start=start, any_staff=any_staff, location_id=location_id, actor=actor)
    then = tuple(forcing(each, may_waive, actor) for each in move.wish.then)
    wish = forcing(replace(move.wish, then=then), may_waive, actor)
    move_all([replace(move, wish=wish, session=session)], actor=actor, now=now)


def destination_of(
    service: Service,
    start: dt.datetime | None,
    session_id: UUID | None,
    *,
    actor: Actor,
    staff_id: UUID | None = None,
    location_id: UUID | None = None,
) -> tuple[dt.datetime, Appointment | None]:
    """Where something of the service is to go: to `start` or, of a class, into a session, which has a start.

    Raises Invalid `required` for neither, `session_or_start` for both, `unknown_session`, `session_service` for one of
    another class, and as `require_session_as_asked` does; NotAllowed `out_of_scope`.
    """
    if session_id is None:
        if start is None:
            raise Invalid.field("/start", "Say when, or in which session.", code="required")
        return start, None
    if start is not None:
        raise Invalid.field("/session", "Give either a session, or a start.", code="session_or_start")
    session = asked_session(session_id)
    if session.service_id != service.pk:
        raise Invalid.field("/session", "This is a session of another class.", code="session_service")
    require_session_as_asked(session, staff_id=staff_id, location_id=location_id)
    require_in_scope(actor, session)
    return session.starts_at, session


def visit_move(
    *, bookings: Sequence[Booking], start: dt.datetime, any_staff: bool, location_id: UUID | None, actor: Actor
) -> Move:
    """What of a visit is still to come, at another start, in the same order and back to back; for `move_all`.

    With the same people and at the same place, unless anybody will do, or another place is named. Raises Invalid
    `unknown_location`, and Conflict `wrong_status` where nothing is to come.
    """
    ahead = [each for each in bookings if each.status in {Status.PENDING, Status.CONFIRMED}]
    if not ahead:
        raise Conflict(_WHY_NOT["wrong_status"], code="wrong_status")
    ahead.sort(key=lambda each: (each.appointment.starts_at, each.position))
    for booking in ahead:
        require_location(booking.appointment.service, location_id)
    first, *then = (_wish(each, start, any_staff=any_staff, location_id=location_id) for each in ahead)
    return Move(ahead, replace(first, then=tuple(then)).within_scopes_of(actor))


def _wish(
    booking: Booking,
    start: dt.datetime,
    *,
    staff_id: UUID | None = None,
    any_staff: bool = False,
    location_id: UUID | None = None,
) -> Wish:
    old, is_class = booking.appointment, booking.appointment.service.kind == ServiceKind.CLASS
    return Wish.to_move(
        booking,
        start=start,
        staff_id=staff_id or (None if any_staff or is_class else old.staff_id),
        location_id=location_id or (None if is_class else old.location_id),
    )


def _is_one_of_several(booking: Booking) -> bool:
    others = Booking.objects.filter(visit=booking.visit_id, status=booking.status).exclude(pk=booking.pk)
    return others.exists()


def move_all(moves: Sequence[Move], *, actor: Actor, now: dt.datetime) -> None:
    """Move visits, all or none, under one lock; one message tells of them all. As `reschedule_booking`."""
    by = BUSINESS if acts_for_business(actor) else CUSTOMER
    bookings = [each for move in moves for each in move.bookings]
    for move in moves:
        _require_may_move(move, by, now)
    told = {each.pk: {"by": by, **before_move(each.appointment)} for each in bookings}
    for booking_id, helper_ids in _helpers_before(bookings).items():
        told[booking_id]["old_helper_ids"] = helper_ids
    going = [replace(move, wish=replace(move.wish, leaving=tuple(bookings))) for move in moves]
    ways = each_or_refused(lambda move: _way_of(move, actor, now), going)
    _lock_all(bookings, ways, now)
    _note(moves, by)
    # Everybody is found a place while all count as gone, and all are gone before anybody takes theirs: what moves by
    # half an hour is not in its own way.
    placed = each_or_refused(lambda way: way.chosen(now), ways)
    for booking in bookings:
        give_back_seats(appointment_id=booking.appointment_id, seats=booking.party_size)
    for move, places in zip(going, placed, strict=True):
        for booking, wish, place in zip(move.bookings, move.wish.services, places, strict=True):
            _take_place(booking, wish, place)
            require_in_scope(actor, booking.appointment)
            told[booking.pk]["waived"] = [each.value for each in _waived(place, move.wish, now)]
    for move in moves:
        if move.bookings[0].status == Status.PENDING:
            let_expire(move.bookings[0], now=now)
    publish_together(BookingRescheduled, bookings, actor=actor, told=lambda booking: told[booking.pk])


def _helpers_before(bookings: Sequence[Booking]) -> Mapping[UUID, list[str]]:
    """Of the bookings that others help with: who they are, as a fact tells them."""
    helping = Appointment.objects.filter(lead__in={each.appointment_id for each in bookings})
    found = list(helping.order_by("staff").values_list("lead", "staff"))
    helpers = {each.pk: [str(staff) for lead, staff in found if lead == each.appointment_id] for each in bookings}
    return {booking_id: helper_ids for booking_id, helper_ids in helpers.items() if helper_ids}


def _note(moves: Sequence[Move], by: str) -> None:
    for move in moves:
        for booking in move.bookings:
            swap(booking, times_moved=booking.times_moved + (by == CUSTOMER), **(move.columns or {}))


def _waived(place: Placement | Appointment, wish: Wish, now: dt.datetime) -> tuple[Cause, ...]:
    return place.waived if isinstance(place, Placement) else session_causes(place, wish, now=now)


def _require_may_move(move: Move, by: str, now: dt.datetime) -> None:
    if move.columns is not None:
        return
    reason = move_terms_of(move.bookings, now=now).reason
    if reason and (by == CUSTOMER or reason == "wrong_status"):
        raise Conflict(_WHY_NOT[reason], code=reason, extra={"status": str(move.bookings[0].status)})


@dataclass(frozen=True)
class _Way:
    """Where a move goes: into the `session` of a class, or wherever the engine finds that its wish can be had."""

    wish: Wish
    calendars: Calendars
    session: Appointment | None = None

    def chosen(self, now: dt.datetime) -> Sequence[Placement | Appointment]:
        """One place for each service."""
        if self.session is not None:
            return [self.session]
        return choose(wish=self.wish, calendars=self.calendars, now=now)


def _way_of(move: Move, actor: Actor, now: dt.datetime) -> _Way:
    """Everybody who could take it, since a look before the lock would find the booking in its own way."""
    if move.wish.service.kind != ServiceKind.CLASS:
        for each in move.wish.services:
            require_reach(each, now=now)
        return _Way(move.wish, every_calendar(move.wish))
    session = _session_of(move, actor)
    require_single(session, actor, pointer="/start" if move.session is None else "/session")
    require_session_notice(session, move.wish, now=now)
    return _Way(move.wish, Calendars(frozenset({session.staff_id})), session)


def _session_of(move: Move, actor: Actor) -> Appointment:
    """The session that was named, or the only one that it can be. Who may go into single ones alone has those."""
    named = move.session
    if named is not None and named.starts_at == move.wish.start:
        return named
    found = sessions_at(move.wish)
    if not acts_for_business(actor):
        found = [each for each in found if not is_of_whole(each)] or found
    if named is not None:
        alike = (each for each in found if (each.staff_id, each.location_id) == (named.staff_id, named.location_id))
        found = list(alike) or found
    if not found:
        raise SlotUnavailable(wish=move.wish, causes=[SESSIONS_ONLY])
    if len(found) > 1:
        raise SessionAmbiguous(found)
    return found[0]


def _lock_all(bookings: Sequence[Booking], ways: Sequence[_Way], now: dt.datetime) -> None:
    owners = Calendars.of_all([way.calendars for way in ways]).owners
    old = {owner for each in bookings for owner in owners_of(each.appointment)}
    counted = {row for way in ways for each in way.wish.services for row in day_counted(each.service)}
    lock_and_sweep(owners | old | counted, now=now)


def _take_place(booking: Booking, wish: Wish, place: Placement | Appointment) -> None:
    """An appointment that others ever were in stays as it was: it is their history, too."""
    if isinstance(place, Appointment):
        take_session_seats(place, wish)
        found = place
    elif place.joins is not None or is_shared(booking):
        found = seat(wish=wish, placement=place)
    else:
        found = booking.appointment
        lay_anew(found, wish, place)
    if found.pk != booking.appointment_id:
        Booking.objects.filter(pk=booking.pk).update(appointment=found)
    booking.appointment = Appointment.objects.select_related("service", "staff", "location").get(pk=found.pk)
    booking.helper_ids = helpers_of(found)


def is_shared(booking: Booking) -> bool:
    """Whether anybody else is in its appointment, or ever was."""
    return Booking.objects.filter(appointment=booking.appointment_id).exclude(pk=booking.pk).exists()
