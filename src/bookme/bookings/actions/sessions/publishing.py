"""Publishing the sessions of classes: one, or a run of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from uuid import UUID

from bookme.bookings.actions.facts import session_fact
from bookme.bookings.actions.powers import require_calendar
from bookme.bookings.actions.rows import allocation
from bookme.bookings.actions.seats import lock_and_sweep
from bookme.bookings.actions.sessions.deciding import decide_all_at, decision_point
from bookme.bookings.actions.sessions.planning import (
    Calendar,
    Dated,
    LeftOut,
    Plan,
    SessionsClash,
    dates_at,
    needs_of,
    units_for,
)
from bookme.bookings.events import SessionPublished
from bookme.bookings.models import Appointment, ResourceAllocation, SessionRun
from bookme.bookings.recurrence import Recurrence
from bookme.bookings.selectors.offer import asked_service, require_location, require_staff
from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.ids import uuid7
from bookme.core.permissions import Permission
from bookme.core.time import MINUTE
from bookme.eventlog.actions import publish
from bookme.locations.models import Location, Resource
from bookme.locations.selectors import zone_of
from bookme.services.models import Service, ServiceKind
from bookme.staff.models import Staff

MOST_AT_ONCE = 100  # sessions: fewer than a rule ends at by itself, so that none is cut short unseen


@dataclass(frozen=True, kw_only=True)
class SessionsRequest:
    """A class to publish: at `start`, and then by `repeat` at the same local time.

    The capacity and the minimum to run are the service's unless given; a minimum of None is none. `resource_id` is the
    unit that each session takes.
    """

    service_id: UUID
    staff_id: UUID
    location_id: UUID
    start: dt.datetime
    capacity: int | None = None
    min_to_run: int | EllipsisType | None = ...
    resource_id: UUID | None = None
    repeat: Recurrence | None = None


@dataclass(frozen=True)
class Published:
    """The sessions, by start, and the dates that were left out."""

    sessions: Sequence[Appointment]
    left_out: Sequence[LeftOut]


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A plan, and what its sessions are beside time and place."""

    plan: Plan
    capacity: int
    min_to_run: int | None
    course_id: UUID | None = None
    run: SessionRun | None = None

    def sessions(self, now: dt.datetime) -> list[Appointment]:
        plan = self.plan
        return [
            Appointment(
                service=plan.service,
                staff=plan.staff,
                location=plan.location,
                run=self.run,
                course_id=self.course_id,
                starts_at=spot.starts_at,
                ends_at=spot.ends_at,
                blocked_start=spot.blocked[0],
                blocked_end=spot.blocked[1],
                capacity=self.capacity,
                min_to_run=self.min_to_run,
                decide_at=decision_point(plan.service, spot.starts_at, self.min_to_run, now=now),
                published=True,
            )
            for spot in plan.spots
        ]


def publish_sessions(*, request: SessionsRequest, actor: Actor, now: dt.datetime) -> Published:
    """Publish one session or a run, all or nothing. Dates of a run that are closed, or lack that time, are left out.

    Joins the caller's transaction; locks the calendars of the person and of every unit that may be taken, in one
    statement. Publishes SessionPublished for each. Raises NotAllowed `out_of_scope`, Invalid for what does not fit
    together, and SessionsClash.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    service = asked_class(request.service_id)
    require_staff(service, request.staff_id)
    require_location(service, request.location_id)
    staff, location = Staff.objects.get(pk=request.staff_id), Location.objects.get(pk=request.location_id)
    require_calendar(actor, staff, location.pk)
    capacity = service.capacity if request.capacity is None else request.capacity
    min_to_run = service.min_to_run if isinstance(request.min_to_run, EllipsisType) else request.min_to_run
    require_seats(capacity=capacity, min_to_run=min_to_run)
    require_start(request.start, now=now)
    plan = Plan(
        service=service,
        staff=staff,
        location=location,
        needs=needs_of(service, _unit(request.resource_id, location)),
        dates=_dates(request, location),
        duration=service.duration_minutes * MINUTE,
        skips=request.repeat is not None,
        needs_one=True,
    )
    settle([plan], now=now)
    course_id = None if request.repeat is None else uuid7()
    publication = Publication(plan=plan, capacity=capacity, min_to_run=min_to_run, course_id=course_id)
    sessions = write_sessions([publication], actor=actor, now=now)
    return Published(sessions, plan.left_out)


def settle(plans: Sequence[Plan], *, now: dt.datetime) -> None:
    """Lock the calendars of all plans, in one statement, and find every spot; raises SessionsClash."""
    units = units_for(plans)
    lock_and_sweep({*(plan.staff.pk for plan in plans), *(unit.pk for unit in units)}, now=now)
    place_all(plans, units)


def place_all(plans: Sequence[Plan], units: Sequence[Resource]) -> None:
    """Find every spot; raises SessionsClash with all that cannot be. The caller holds the lock."""
    calendar = Calendar(plans, units)
    for plan in plans:
        plan.place(calendar)
    if clashes := [clash for plan in plans for clash in plan.clashes]:
        raise SessionsClash(clashes)


def write_sessions(publications: Sequence[Publication], *, actor: Actor, now: dt.datetime) -> list[Appointment]:
    """The rows of settled plans with what they take, their decisions to come, and the facts."""
    sessions, held = [], []
    for each in publications:
        made = each.sessions(now)
        sessions += made
        for session, spot in zip(made, each.plan.spots, strict=True):
            held += [allocation(session, unit_id) for unit_id in spot.unit_ids]
    Appointment.objects.bulk_create(sessions)
    ResourceAllocation.objects.bulk_create(held)
    decide_all_at(sessions, now=now)
    for session in sessions:
        publish(session_fact(SessionPublished, session), actor=actor)
    return sessions


def asked_class(service_id: UUID) -> Service:
    """Raises Invalid `unknown_service` or `not_a_class`."""
    service = asked_service(service_id)
    if service.kind != ServiceKind.CLASS:
        raise Invalid.field("/service", "Only a class has sessions.", code="not_a_class")
    return service


def require_seats(*, capacity: int, min_to_run: int | None) -> None:
    """Raises Invalid `too_large` where the places are fewer than what it takes to run."""
    if min_to_run is not None and min_to_run > capacity:
        raise Invalid.field("/min_to_run", f"This must be at most the capacity, {capacity}.", code="too_large")


def require_start(start: dt.datetime, *, now: dt.datetime) -> None:
    """Raises Invalid `past` or `whole_minutes`."""
    if start <= now:
        raise Invalid.field("/start", "This has passed.", code="past")
    if start.second or start.microsecond:
        raise Invalid.field("/start", "A session begins at a whole minute.", code="whole_minutes")


def _unit(resource_id: UUID | None, location: Location) -> Resource | None:
    if resource_id is None:
        return None
    found = Resource.objects.filter(pk=resource_id, location=location, is_active=True).first()
    if found is None:
        raise Invalid.field("/resource", "There is no unit of this id at this place.", code="unknown_resource")
    return found


def _dates(request: SessionsRequest, location: Location) -> list[Dated]:
    """The start as it was given, then the same time by the clock of the place."""
    local = request.start.astimezone(zone_of(location))
    if request.repeat is None:
        return [(local.date(), request.start)]
    dates = request.repeat.dates(local.date())
    _require_dates(dates, request.repeat, local.date())
    return [(local.date(), request.start), *dates_at(dates[1:], local.time().replace(fold=0), location)]


def _require_dates(dates: Sequence[dt.date], repeat: Recurrence, first: dt.date) -> None:
    if repeat.until is not None and repeat.until < first:
        raise Invalid.field("/repeat/until", "This is before the first date.", code="end_before_start")
    if not dates or dates[0] != first:
        raise Invalid.field("/repeat", "The start is not on a date of this rule.", code="start_not_in_repeat")
    bound = "/repeat/until" if repeat.until is not None else "/repeat/count"
    if len(dates) > MOST_AT_ONCE:
        detail = f"At most {MOST_AT_ONCE} sessions are published at once."
        raise Invalid.field(bound, detail, code="too_many_sessions")
    if repeat.is_cut(first, dates):
        raise Invalid.field(bound, "A run lasts at most three years.", code="out_of_range")
