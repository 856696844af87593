"""Finding who and what takes a wish, under the lock, and putting it on their calendars."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError

from bookme.bookings.actions.limits import Counted
from bookme.bookings.actions.rows import allocation, blocked_range, helping
from bookme.bookings.actions.seats import release_expired_holds, staff_of_expired_holds, take_seats
from bookme.bookings.availability import OVERBOOKING, Cause, Chain, Leg, Plan, Snapshot, explain, taken_then, takers
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, ResourceAllocation
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.openings import lenient, max_gap, refusal, require_reach, snapshots_of
from bookme.bookings.wishes import SlotUnavailable, Wish
from bookme.core.time import instant_of, minute_of
from bookme.locations.models import Resource
from bookme.staff.models import StaffService
from bookme.tenants.config import AnyStaff
from bookme.tenants.statements import insert

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

    The first of `staff_ids` leads. `overbooked` are those of its people and units that are taken then all the same, and
    `waived` is what stood against it: the team has said that it does not count.
    """

    staff_ids: tuple[UUID, ...]
    location_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    joins: UUID | None
    units: tuple[UUID, ...]
    overbooked: frozenset[UUID] = frozenset()
    waived: tuple[Cause, ...] = ()

    @property
    def is_of_one(self) -> bool:
        """A new appointment with nobody who helps."""
        return self.joins is None and len(self.staff_ids) == 1


def free_calendars(*, wish: Wish, now: dt.datetime) -> Calendars:
    """All that a look without a lock shows free for the wish.

    Everything, where there is more to choose from than the look tells: holds that ran out are in the way, several
    services follow each other, causes may be waived. Raises SlotUnavailable where the look shows no way: whoever comes
    late neither writes nor waits.
    """
    for each in wish.services:
        require_reach(each, now=now)
    overdue = staff_of_expired_holds(now=now)
    if overdue:
        return replace(every_calendar(wish), overdue=frozenset(overdue))
    snapshots = snapshots_of(wish, now=now)
    if wish.then or wish.may_waive:
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
    snapshots = snapshots_of(_among(wish, calendars.owners), now=now)
    plan, waived = _plan(wish, snapshots, among=calendars.owners)
    placements = [_placement(leg, plan) for leg in plan.legs]
    if not waived:
        return placements
    return [
        _forced(placement, leg, snapshot, waived, moot=wish.moot)
        for placement, leg, snapshot in zip(placements, plan.legs, snapshots, strict=True)
    ]


def _among(wish: Wish, owners: frozenset[UUID]) -> Wish:
    """Whoever waits for the lock waits for this look: who is not locked is not read again.

    But by `nearest` it matters whether anybody's distance is known, and a visit is for everybody.
    """
    if wish.then or policy_of(wish.service).any_staff is AnyStaff.NEAREST:
        return wish
    return replace(wish, staff_within=owners if wish.staff_within is None else wish.staff_within & owners)


def _plan(
    wish: Wish, snapshots: Sequence[Snapshot], *, among: frozenset[UUID] | None = None
) -> tuple[Plan, frozenset[Cause]]:
    """A way to do it, and what does not count in it: of all that may be waived, as little as can be."""
    owners = None if among is None else frozenset(str(owner) for owner in among)
    for waived in wish.tries:
        chain = Chain(lenient(snapshots, waived), max_gap=max_gap(wish), among=owners)
        plan = chain.at(minute_of(wish.start))
        if plan is not None:
            return plan, waived
    raise refusal(wish, snapshots)


def _forced(
    placement: Placement, leg: Leg, snapshot: Snapshot, waived: frozenset[Cause], *, moot: frozenset[Cause]
) -> Placement:
    """The same, with what stood against it."""
    here = tuple(place for place in snapshot.places if place.id == str(placement.location_id))
    against = set(explain(replace(snapshot, places=here, waived=moot), leg.staff[0], leg.start))
    taken: set[str] = set()
    if leg.joins is None and waived & OVERBOOKING:
        taken = taken_then(snapshot, leg.staff, leg.units, (leg.start, leg.end))
        against |= {Cause.BOOKING} if taken & set(leg.staff[1:]) else set()
        against |= {Cause.RESOURCE} if taken & set(leg.units) else set()
    return replace(
        placement,
        overbooked=frozenset(UUID(each) for each in taken),
        waived=tuple(each for each in Cause if each in against & waived - moot),
    )


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
        insert(appointment)
        _take(appointment, placement)
    return appointment


def lay(appointment: Appointment, placement: Placement) -> None:
    """Set who leads, where and when; the service's padding widens the blocked range. Saves nothing.

    What takes a time that is taken is out of the wall, each row by itself: the person, who helps, a unit.
    """
    appointment.staff_id, appointment.location_id = placement.staff_ids[0], placement.location_id
    appointment.starts_at, appointment.ends_at = placement.starts_at, placement.ends_at
    blocked = blocked_range(appointment.service, placement.starts_at, placement.ends_at)
    appointment.blocked_start, appointment.blocked_end = blocked
    appointment.overbooked = appointment.staff_id in placement.overbooked


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
    over = placement.overbooked
    helpers = placement.staff_ids[1:]
    Appointment.objects.bulk_create(helping(appointment, each, overbooked=each in over) for each in helpers)
    hold_units(appointment, placement.units, overbooked=over)


def owners_of(appointment: Appointment) -> set[UUID]:
    """Whose time it takes: the lead's, and that of who helps."""
    return {appointment.staff_id, *helpers_of(appointment)}


def helpers_of(appointment: Appointment) -> list[UUID]:
    """Who helps, in the order of the staff."""
    others = Appointment.objects.filter(lead=appointment.pk).order_by("staff__position", "staff_id")
    return list(others.values_list("staff", flat=True))


def units_for(appointment: Appointment, wish: Wish) -> tuple[tuple[UUID, ...], frozenset[UUID]]:
    """One unit for each kind that the service requires, and those of them that are taken during the blocked range.

    A taken one only where that may be waived, else SlotUnavailable. The caller holds the lock on all units of these
    kinds.
    """
    chosen: list[UUID] = []
    taken = Resource.objects.filter(
        allocations__blocked_start__lt=appointment.blocked_end, allocations__blocked_end__gt=appointment.blocked_start
    ).exclude(allocations__appointment=appointment.pk)
    over = set(taken.values_list("pk", flat=True))
    for kind in appointment.service.requirements.order_by("kind").values_list("kind", flat=True):
        units = Resource.objects.filter(location=appointment.location_id, kind=kind, is_active=True)
        every = list(units.order_by("position", "id").values_list("pk", flat=True))
        usable = [each for each in every if each not in over]
        usable = usable or (every if Cause.RESOURCE in wish.may_waive else [])
        if not usable:
            raise SlotUnavailable(wish=wish, causes=[Cause.RESOURCE])
        chosen.append(usable[0])
    return tuple(chosen), frozenset(over & set(chosen))


def hold_units(appointment: Appointment, units: tuple[UUID, ...], *, overbooked: frozenset[UUID] = frozenset()) -> None:
    """Hold these units for the appointment's blocked range; `overbooked` are those of them that are taken then."""
    ResourceAllocation.objects.bulk_create(
        allocation(appointment, unit, overbooked=unit in overbooked) for unit in units
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
