"""Finding who and what takes a wish, under the lock, and putting it on their calendars."""

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction

from bookme.bookings.actions.seats import release_expired_holds, staff_of_expired_holds, take_seats
from bookme.bookings.availability import Cause, Snapshot, candidates, free_units
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, ResourceAllocation
from bookme.bookings.selectors.openings import refusal, require_reach, snapshot_of
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

    staff: frozenset[UUID]
    units: frozenset[UUID]
    overdue: frozenset[UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Who takes a wish, where and until when: in the appointment `joins`, or in a new one that needs `units`."""

    staff_id: UUID
    location_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    joins: UUID | None
    units: tuple[UUID, ...]


def free_calendars(*, wish: Wish, now: dt.datetime) -> Calendars:
    """All that a look without a lock shows free for the wish; everything, where holds that ran out are in the way.

    Raises SlotUnavailable where the look shows nobody: whoever comes late neither writes nor waits.
    """
    require_reach(wish, now=now)
    overdue = staff_of_expired_holds(now=now)
    if overdue:
        return replace(every_calendar(wish), overdue=frozenset(overdue))
    snapshot = snapshot_of(wish, now=now)
    slots = candidates(snapshot, minute_of(wish.start))
    if not slots:
        raise refusal(wish, snapshot)
    units = (UUID(unit) for slot in slots for free in free_units(snapshot, slot).values() for unit in free)
    return Calendars(frozenset(UUID(staff) for slot in slots for staff in slot.staff), frozenset(units))


def lock_calendars(calendars: Calendars, *, contacts: Collection[str] = (), now: dt.datetime) -> None:
    """Lock them all, and who is counted, in one statement, and release the expired holds among them."""
    lock(staff_ids=calendars.staff | calendars.overdue, resource_ids=calendars.units, contacts=contacts)
    if calendars.overdue:
        release_expired_holds(staff_ids=calendars.overdue, now=now)


def every_calendar(wish: Wish) -> Calendars:
    """Everybody and everything that could ever take the wish, free or not."""
    staff = _staff_of(wish)
    units = Resource.objects.filter(kind__in=wish.service.requirements.values("kind"), is_active=True)
    if wish.location_ids is not None:
        units = units.filter(location__in=wish.location_ids)
    return Calendars(staff, frozenset(units.values_list("pk", flat=True)))


def _staff_of(wish: Wish) -> frozenset[UUID]:
    if wish.staff_id is not None:
        return frozenset({wish.staff_id})
    doing = StaffService.objects.filter(service=wish.service, staff__is_active=True)
    if wish.staff_within is not None:
        doing = doing.filter(staff__in=wish.staff_within)
    return frozenset(doing.values_list("staff", flat=True))


def choose(*, wish: Wish, calendars: Calendars, now: dt.datetime) -> Placement:
    """Ask the engine once more, now that nobody else can book these; raises SlotUnavailable.

    The first place in order at which the start is offered, and there whom the business's rule names first.
    """
    snapshot = snapshot_of(wish, now=now)
    return next(_placements(wish, snapshot, calendars), None) or _refuse(wish, snapshot)


def _refuse(wish: Wish, snapshot: Snapshot) -> Placement:
    raise refusal(wish, snapshot)


def _placements(wish: Wish, snapshot: Snapshot, calendars: Calendars) -> Iterator[Placement]:
    for slot in candidates(snapshot, minute_of(wish.start)):
        found = ([UUID(unit) for unit in units] for units in free_units(snapshot, slot).values())
        free = [[unit for unit in units if unit in calendars.units] for units in found]
        for staff_id, joins in ((UUID(each), slot.appointment_of(each)) for each in slot.staff):
            if staff_id not in calendars.staff or not (joins or all(free)):
                continue
            yield Placement(
                staff_id=staff_id,
                location_id=UUID(slot.place),
                starts_at=instant_of(slot.start),
                ends_at=instant_of(slot.end),
                joins=UUID(joins) if joins else None,
                units=() if joins else tuple(units[0] for units in free),
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
        hold_units(appointment, placement.units)
    return appointment


def lay(appointment: Appointment, placement: Placement) -> None:
    """Set who, where and when; the service's padding widens the blocked range. Saves nothing."""
    service = appointment.service
    appointment.staff_id, appointment.location_id = placement.staff_id, placement.location_id
    appointment.starts_at, appointment.ends_at = placement.starts_at, placement.ends_at
    appointment.blocked_start = placement.starts_at - service.padding_before_minutes * MINUTE
    appointment.blocked_end = placement.ends_at + service.padding_after_minutes * MINUTE


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
    """A savepoint in which the exclusion constraints have the last word: what they refuse is SlotUnavailable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint not in WALL:
            raise
        raise SlotUnavailable(wish=wish, causes=[WALL[constraint]]) from error
