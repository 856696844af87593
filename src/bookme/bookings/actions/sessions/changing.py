"""Changing a session: its time, who gives it, where, its places. Everybody who booked it goes with it, and is told."""

import datetime as dt
from dataclasses import dataclass
from types import EllipsisType
from typing import Any
from uuid import UUID

from bookme.bookings.actions.facts import before_move, fact_of, session_fact
from bookme.bookings.actions.overdue import let_expire
from bookme.bookings.actions.powers import BUSINESS, require_calendar
from bookme.bookings.actions.rows import allocation
from bookme.bookings.actions.seats import lock_and_sweep
from bookme.bookings.actions.sessions.cancelling import seated_in
from bookme.bookings.actions.sessions.deciding import decide_all_at, decision_point, forget_decision
from bookme.bookings.actions.sessions.planning import Need, Plan, Spot, dated, units_for
from bookme.bookings.actions.sessions.publishing import place_all, require_seats, require_start
from bookme.bookings.actions.sessions.versions import fresh, require_to_come, stale_session
from bookme.bookings.actions.versions import swap
from bookme.bookings.events import BookingRescheduled, SessionChanged
from bookme.bookings.models import Appointment, ResourceAllocation
from bookme.bookings.selectors.offer import require_location, require_staff
from bookme.bookings.states import Status
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.locations.models import Location
from bookme.staff.models import Staff


@dataclass(frozen=True, kw_only=True)
class SessionChanges:
    """What is to be different; None, and for the minimum `...`, leaves it. A minimum of None is none."""

    start: dt.datetime | None = None
    staff_id: UUID | None = None
    location_id: UUID | None = None
    capacity: int | None = None
    min_to_run: int | EllipsisType | None = ...


@dataclass(frozen=True)
class _Target:
    """What the session is to be."""

    start: dt.datetime
    staff: Staff
    location: Location
    capacity: int
    min_to_run: int | None

    @classmethod
    def of(cls, session: Appointment, changes: SessionChanges) -> "_Target":
        require_staff(session.service, changes.staff_id)
        require_location(session.service, changes.location_id)
        return cls(
            start=changes.start or session.starts_at,
            staff=Staff.objects.get(pk=changes.staff_id) if changes.staff_id else session.staff,
            location=Location.objects.get(pk=changes.location_id) if changes.location_id else session.location,
            capacity=session.capacity if changes.capacity is None else changes.capacity,
            min_to_run=session.min_to_run if isinstance(changes.min_to_run, EllipsisType) else changes.min_to_run,
        )

    def changed_in(self, session: Appointment) -> list[str]:
        """The names of what is different."""
        pairs = {
            "start": (self.start, session.starts_at),
            "staff": (self.staff.pk, session.staff_id),
            "location": (self.location.pk, session.location_id),
            "capacity": (self.capacity, session.capacity),
            "min_to_run": (self.min_to_run, session.min_to_run),
        }
        return [name for name, (new, old) in pairs.items() if new != old]


_MOVES = frozenset({"start", "staff", "location"})


def change_session(
    *, session: Appointment, changes: SessionChanges, actor: Actor, now: dt.datetime, version: int | None = None
) -> Appointment:
    """Change what differs, if `version`, where given, is still the session's. The length stays, and so do prices.

    A new time, person or place is looked at as in publishing; units are kept where they are free. Bookings go with it:
    none of a customer's own moves is used up. What is decided stays decided; what is not is decided as long before the
    new start. Takes the lock. Publishes BookingRescheduled for everybody in it, and SessionChanged. Raises NotAllowed,
    Invalid for what does not fit together, SessionsClash, and Conflict `too_late`, `seats_taken`, `decided` or
    `stale_version`.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    if version is not None and version != session.version:
        raise stale_session()
    require_to_come(session, now=now)
    target = _Target.of(session, changes)
    require_calendar(actor, target.staff, target.location.pk)
    changed = target.changed_in(session)
    if not changed:
        return session
    require_seats(capacity=target.capacity, min_to_run=target.min_to_run)
    if "start" in changed:
        require_start(target.start, now=now)
    plan = _plan(session, target) if _MOVES & set(changed) else None
    units = units_for([plan]) if plan else []
    lock_and_sweep({session.staff_id, target.staff.pk, *(unit.pk for unit in units)}, now=now)
    found = fresh(session)
    if target.capacity < found.seats_taken:
        detail = f"{found.seats_taken} places are taken already: it cannot have fewer."
        raise Conflict(detail, code="seats_taken", extra={"seats_taken": found.seats_taken})
    was = before_move(found)
    decide_at = _decision(found, target, now)
    if plan:
        place_all([plan], units)
        _lay(found, target, plan.spots[0])
    _save(found, target, decide_at, now)
    bookings = _tell_all(found, was, actor, now) if plan else 0
    fact = session_fact(SessionChanged, found, fields=changed, bookings=bookings, old_capacity=session.capacity, **was)
    publish(fact, actor=actor)
    return found


def _plan(session: Appointment, target: _Target) -> Plan:
    """The same length, there; and the units that it has, or others of their kinds."""
    held = ResourceAllocation.objects.filter(appointment=session).select_related("resource")
    return Plan(
        service=session.service,
        staff=target.staff,
        location=target.location,
        needs=[Need(each.resource.kind, each.resource) for each in held.order_by("id")],
        dates=[dated(target.start, target.location)],
        duration=session.ends_at - session.starts_at,
        moving=session.pk,
    )


def _lay(session: Appointment, target: _Target, spot: Spot) -> None:
    session.staff, session.location = target.staff, target.location
    session.starts_at, session.ends_at = spot.starts_at, spot.ends_at
    session.blocked_start, session.blocked_end = spot.blocked
    session.allocations.all().delete()
    ResourceAllocation.objects.bulk_create(allocation(session, unit_id) for unit_id in spot.unit_ids)


def _decision(session: Appointment, target: _Target, now: dt.datetime) -> dt.datetime | None:
    """When it is decided now. Raises Conflict `decided` for another minimum where nothing is decided any more."""
    is_decided = session.min_to_run is not None and session.decide_at is None
    point = decision_point(session.service, target.start, target.min_to_run, now=now)
    if target.min_to_run == session.min_to_run:
        return None if is_decided else point
    if target.min_to_run is not None and (is_decided or point is None):
        raise Conflict("It is decided already: this session takes place.", code="decided")
    return point


def _save(session: Appointment, target: _Target, decide_at: dt.datetime | None, now: dt.datetime) -> None:
    session.capacity, session.min_to_run, session.decide_at = target.capacity, target.min_to_run, decide_at
    session.version += 1
    session.save()
    if decide_at is None:
        forget_decision(session.pk)
    else:
        decide_all_at([session], now=now)


def _tell_all(session: Appointment, was: dict[str, Any], actor: Actor, now: dt.datetime) -> int:
    """Everybody's booking is a newer version, and a fact that letters, reminders and history follow; how many."""
    bookings = seated_in(session)
    for booking in bookings:
        swap(booking)
        if booking.state in {Status.HELD, Status.PENDING}:
            let_expire(booking, now=now)
        publish(fact_of(BookingRescheduled, booking, by=BUSINESS, of_session=True, **was), actor=actor)
    return len(bookings)
