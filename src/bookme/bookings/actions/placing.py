"""Finding who and what takes a wish, under the lock, and putting it on their calendars."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError

from bookme.bookings.actions.limits import Counted
from bookme.bookings.actions.seats import release_expired_holds, staff_of_expired_holds, take_seats
from bookme.bookings.availability import Cause, Chain, Leg, Plan, Snapshot, takers
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, ResourceAllocation
from bookme.bookings.selectors.openings import max_gap, refusal, require_reach, snapshots_of
from bookme.bookings.wishes import SlotUnavailable, Wish
from bookme.core.time import MINUTE, instant_of, minute_of
from bookme.locations.models import Resource
from bookme.staff.models import StaffService

WALL = {"appointment_no_overlap": Cause.BOOKING, "allocation_no_overlap": Cause.RESOURCE}


@dataclass(frozen=True)
class Calendars:
    """Whose time and which units may be taken: all of them locked together.

    `overdue` are people with unpaid holds that ran out, which are released under the same lock.
    """

    owners: frozenset[UUID]
    overdue: frozenset[UUID] = frozenset()

    @classmethod
    def of_all(cls, several: Sequence["Calendars"]) -> "Calendars":
        """Those of several wishes."""
        owners = frozenset(owner for each in several for owner in each.owners)
        return cls(owners, frozenset(owner for each in several for owner in each.overdue))


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Who takes a wish, where and until when: in the appointment `joins`, or in a new one that needs `units`.

    The first of `staff_ids` leads.
    """

    staff_ids: tuple[UUID, ...]
    location_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    joins: UUID | None
    units: tuple[UUID, ...]


def free_calendars(*, wish: Wish, now: dt.datetime) -> Calendars:
    """All that a look without a lock shows free for the wish.

    Everything, where holds that ran out are in the way, or several services follow each other: there is more than one
    way to do them. Raises SlotUnavailable where the look shows no way: whoever comes late neither writes nor waits.
    """
    for each in wish.services:
        require_reach(each, now=now)
    overdue = staff_of_expired_holds(now=now)
    if overdue:
        return replace(every_calendar(wish), overdue=frozenset(overdue))
    snapshots = snapshots_of(wish, now=now)
    if wish.then:
        _plan(wish, snapshots)
        return every_calendar(wish)
    found = takers(snapshots[0], minute_of(wish.start))
    if not found:
        raise refusal(wish, snapshots)
    return Calendars(frozenset(UUID(owner) for owner in found))


def lock_calendars(calendars: Calendars, *, counted: Counted, now: dt.datetime) -> None:
    """Lock them all, and who is counted, in one statement, and release the expired holds among them."""
    lock(calendars.owners | calendars.overdue | counted.row_ids, contacts=counted.contacts)
    if calendars.overdue:
        release_expired_holds(staff_ids=calendars.overdue, now=now)


def every_calendar(wish: Wish) -> Calendars:
    """Everybody and everything that could ever take the wish, free or not."""
    owners: set[UUID] = set()
    for each in wish.services:
        units = Resource.objects.filter(kind__in=each.service.requirements.values("kind"), is_active=True)
        if each.location_ids is not None:
            units = units.filter(location__in=each.location_ids)
        owners.update(_staff_of(each), units.values_list("pk", flat=True))
    return Calendars(frozenset(owners))


def _staff_of(wish: Wish) -> Iterable[UUID]:
    """Who may lead, and where it needs several people, all who may help."""
    doing = StaffService.objects.filter(service=wish.service, staff__is_active=True)
    among = wish.staff_ids if wish.service.staff_needed == 1 else wish.staff_within
    if among is not None:
        doing = doing.filter(staff__in=among)
    return doing.values_list("staff", flat=True)


def choose(*, wish: Wish, calendars: Calendars, now: dt.datetime) -> list[Placement]:
    """Ask the engine once more, now that nobody else can book these; raises SlotUnavailable.

    One placement for each service: at the first place in order at which the start is offered, and there with whom the
    business's rule names first.
    """
    plan = _plan(wish, snapshots_of(wish, now=now), among=calendars.owners)
    return [_placement(leg, plan) for leg in plan.legs]


def _plan(wish: Wish, snapshots: Sequence[Snapshot], *, among: frozenset[UUID] | None = None) -> Plan:
    owners = None if among is None else frozenset(str(owner) for owner in among)
    plan = Chain(snapshots, max_gap=max_gap(wish), among=owners).at(minute_of(wish.start))
    if plan is None:
        raise refusal(wish, snapshots)
    return plan


def _placement(leg: Leg, plan: Plan) -> Placement:
    return Placement(
        staff_ids=tuple(UUID(each) for each in leg.staff),
        location_id=UUID(plan.place),
        starts_at=instant_of(leg.start),
        ends_at=instant_of(leg.end),
        joins=UUID(leg.joins) if leg.joins else None,
        units=tuple(UUID(each) for each in leg.units),
    )


def seat(*, wish: Wish, placement: Placement) -> Appointment:
    """Take the seats: in the appointment that is joined, or in a new one. Raises SlotUnavailable."""
    if placement.joins is None:
        return _open(wish, placement)
    if not take_seats(appointment_id=placement.joins, seats=wish.party_size):
        raise SlotUnavailable(wish=wish, causes=[Cause.CAPACITY])
    return Appointment.objects.select_related("service", "staff", "location").get(pk=placement.joins)


def _open(wish: Wish, placement: Placement) -> Appointment:
    appointment = Appointment(service=wish.service, capacity=wish.service.capacity, seats_taken=wish.party_size)
    lay(appointment, placement)
    with the_wall(wish):
        appointment.save(force_insert=True)
        _take(appointment, placement)
    return appointment


def lay(appointment: Appointment, placement: Placement) -> None:
    """Set who leads, where and when; the service's padding widens the blocked range. Saves nothing."""
    service = appointment.service
    appointment.staff_id, appointment.location_id = placement.staff_ids[0], placement.location_id
    appointment.starts_at, appointment.ends_at = placement.starts_at, placement.ends_at
    appointment.blocked_start = placement.starts_at - service.padding_before_minutes * MINUTE
    appointment.blocked_end = placement.ends_at + service.padding_after_minutes * MINUTE


def lay_anew(appointment: Appointment, wish: Wish, placement: Placement) -> None:
    """Lay an appointment that is the wish's own elsewhere, with all that it needs there. Raises SlotUnavailable."""
    lay(appointment, placement)
    appointment.seats_taken = wish.party_size
    appointment.others.all().delete()
    with the_wall(wish):
        appointment.save()
        _take(appointment, placement)


def _take(appointment: Appointment, placement: Placement) -> None:
    """The time of who helps, and the units."""
    Appointment.objects.bulk_create(_helping(appointment, staff_id) for staff_id in placement.staff_ids[1:])
    hold_units(appointment, placement.units)


def _helping(lead: Appointment, staff_id: UUID) -> Appointment:
    return Appointment(
        lead=lead,
        staff_id=staff_id,
        service=lead.service,
        location_id=lead.location_id,
        starts_at=lead.starts_at,
        ends_at=lead.ends_at,
        blocked_start=lead.blocked_start,
        blocked_end=lead.blocked_end,
        capacity=lead.capacity,
        seats_taken=lead.seats_taken,
    )


def owners_of(appointment: Appointment) -> set[UUID]:
    """Whose time it takes: the lead's, and that of who helps."""
    return {appointment.staff_id, *helpers_of(appointment)}


def helpers_of(appointment: Appointment) -> list[UUID]:
    """Who helps, in the order of the staff."""
    others = Appointment.objects.filter(lead=appointment.pk).order_by("staff__position", "staff_id")
    return list(others.values_list("staff", flat=True))


def free_units_for(appointment: Appointment, wish: Wish) -> tuple[UUID, ...]:
    """One unit for each kind that the service requires, free for the blocked range; raises SlotUnavailable.

    The caller holds the lock on all units of these kinds.
    """
    chosen = []
    for kind in appointment.service.requirements.order_by("kind").values_list("kind", flat=True):
        taken = Resource.objects.filter(
            allocations__blocked_start__lt=appointment.blocked_end,
            allocations__blocked_end__gt=appointment.blocked_start,
        ).exclude(allocations__appointment=appointment.pk)
        free = Resource.objects.filter(location=appointment.location_id, kind=kind, is_active=True).exclude(
            pk__in=taken.values("pk")
        )
        unit = free.order_by("position", "id").first()
        if unit is None:
            raise SlotUnavailable(wish=wish, causes=[Cause.RESOURCE])
        chosen.append(unit.pk)
    return tuple(chosen)


def hold_units(appointment: Appointment, units: tuple[UUID, ...]) -> None:
    """Hold these units for the appointment's blocked range."""
    ResourceAllocation.objects.bulk_create(
        ResourceAllocation(
            appointment=appointment,
            resource_id=unit,
            blocked_start=appointment.blocked_start,
            blocked_end=appointment.blocked_end,
        )
        for unit in units
    )


@contextmanager
def the_wall(wish: Wish) -> Iterator[None]:
    """Here the exclusion constraints have the last word: what they refuse is SlotUnavailable.

    The transaction is over with it, which the door has to leave anyway: a savepoint for what the lock all but rules
    out would cost two statements a booking.
    """
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint not in WALL:
            raise
        raise SlotUnavailable(wish=wish, causes=[WALL[constraint]]) from error
