"""Where sessions can be: one look at all calendars concerned, under the lock, for one session or for years of them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from bookme.bookings.actions.busy import Busy, Range
from bookme.bookings.actions.rows import blocked_range
from bookme.bookings.availability import Cause
from bookme.bookings.models import ACTIVE, Appointment, ResourceAllocation
from bookme.bookings.recurrence import instant_on
from bookme.bookings.wording import clash_text
from bookme.core.errors import Conflict
from bookme.locations.models import Closure, Location, Resource
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.staff.models import ExternalBusy, Staff, TimeOff

Dated = tuple[dt.date, dt.datetime | None]

SKIPPED = "skipped"  # the code of a date on which the clock skips the time


@dataclass(frozen=True)
class Clash:
    """A session of `plans[index]` on that local date that cannot be, and what is in its way.

    `code` is an `availability.Cause`; `reason` is a sentence in the language that is active.
    """

    index: int
    date: dt.date
    code: str
    reason: str


@dataclass(frozen=True)
class LeftOut:
    """A date of a run without a session: closed (`closure`), or without that time (`skipped`)."""

    date: dt.date
    code: str
    reason: str


class SessionsClash(Conflict):
    """Some sessions meet what is there already; none was published, and nothing has moved."""

    default_code = "sessions_clash"
    default_detail = "Some sessions clash with what is booked already."

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        told = [{"date": each.date.isoformat(), "code": each.code, "reason": each.reason} for each in clashes]
        super().__init__(extra={"clashes": told})


@dataclass(frozen=True)
class Need:
    """A unit of that kind; `unit` rather than another, or, if `is_fixed`, no other."""

    kind: str
    unit: Resource | None = None
    is_fixed: bool = False


@dataclass(frozen=True)
class Spot:
    """Where one session goes: its time, and the units that it takes."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    blocked: Range
    unit_ids: tuple[UUID, ...]


@dataclass(kw_only=True)
class Plan:
    """A class on certain dates: who gives it, where, and what it needs. `place` fills in the rest.

    An instant of None is a time that the clock skips on that date. Of a run (`skips`) a closed date is left out; of a
    single session it is a clash, and so it is where nothing remains of what `needs_one`. `moving` is the session that
    is to go there.
    """

    service: Service
    staff: Staff
    location: Location
    needs: Sequence[Need]
    dates: Sequence[Dated]
    duration: dt.timedelta
    index: int = 0
    skips: bool = False
    needs_one: bool = False
    moving: UUID | None = None
    spots: list[Spot] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def starts(self) -> list[dt.datetime]:
        return [start for _, start in self.dates if start is not None]

    def place(self, calendar: "Calendar") -> None:
        """Find a spot for each date, and take it; what cannot be is a clash, or left out."""
        for date, starts_at in self.dates:
            if starts_at is None:
                self.left_out.append(LeftOut(date, SKIPPED, clash_text(SKIPPED)))
                continue
            ends_at = starts_at + self.duration
            if shut := calendar.closure(self.location.pk, (starts_at, ends_at)):
                self._closed(date, shut.name)
                continue
            blocked = blocked_range(self.service, starts_at, ends_at)
            if cause := calendar.absence(self.staff.pk, (starts_at, ends_at)) or calendar.take(self.staff.pk, blocked):
                self._clash(date, cause, self.staff.name)
                continue
            self.spots.append(Spot(starts_at, ends_at, blocked, tuple(self._units(calendar, blocked, date))))
        if self.needs_one and not self.spots and not self.clashes:
            self.clashes = [Clash(self.index, each.date, each.code, each.reason) for each in self.left_out]

    def _closed(self, date: dt.date, name: str) -> None:
        if self.skips:
            self.left_out.append(LeftOut(date, Cause.CLOSURE.value, clash_text(Cause.CLOSURE, name)))
        else:
            self._clash(date, Cause.CLOSURE, name)

    def _units(self, calendar: "Calendar", blocked: Range, date: dt.date) -> Iterable[UUID]:
        for need in self.needs:
            choice = calendar.choice(need, self.location.pk)
            unit = next((each for each in choice if not calendar.take(each.pk, blocked)), None)
            if unit is None:
                self._clash(date, Cause.RESOURCE, choice[0].name if len(choice) == 1 else need.kind)
            else:
                yield unit.pk

    def _clash(self, date: dt.date, cause: Cause, name: str) -> None:
        self.clashes.append(Clash(self.index, date, cause.value, clash_text(cause, name)))


class Calendar:
    """When people and units are busy, and when places are shut, over the time of all plans. Read under the lock."""

    def __init__(self, plans: Sequence[Plan], units: Sequence[Resource]) -> None:
        self._units = units
        self._busy, self._away = Busy[Cause](), Busy[Cause]()
        self._closures: list[Closure] = []
        starts = [start for plan in plans for start in plan.starts()]
        if starts:
            self._read(plans, min(starts) - dt.timedelta(days=2), max(starts) + dt.timedelta(days=3))

    def _read(self, plans: Sequence[Plan], first: dt.datetime, last: dt.datetime) -> None:
        within = Q(blocked_start__lt=last, blocked_end__gt=first)
        staff_ids, moving = {plan.staff.pk for plan in plans}, [plan.moving for plan in plans if plan.moving]
        for row in Appointment.objects.filter(ACTIVE, within, staff_id__in=staff_ids).exclude(pk__in=moving):
            self._busy.mark(row.staff_id, (row.blocked_start, row.blocked_end), Cause.BOOKING)
        for table, into, cause in (
            (TimeOff, self._away, Cause.TIME_OFF),
            (ExternalBusy, self._busy, Cause.EXTERNAL),
        ):
            rows: Any = table.objects.filter(starts_at__lt=last, ends_at__gt=first, staff_id__in=staff_ids)
            for row in rows:
                into.mark(row.staff_id, (max(row.starts_at, first), min(row.ends_at, last)), cause)
        held_units = ResourceAllocation.objects.filter(within, resource_id__in=[unit.pk for unit in self._units])
        for held in held_units.exclude(appointment__in=moving):
            self._busy.mark(held.resource_id, (held.blocked_start, held.blocked_end), Cause.RESOURCE)
        self._closures = list(Closure.objects.filter(starts_at__lt=last, ends_at__gt=first).order_by("starts_at", "id"))

    def closure(self, location_id: UUID, when: Range) -> Closure | None:
        """What shuts the place, or the whole business, then."""
        places = {None, location_id}
        return next(
            (
                each
                for each in self._closures
                if each.location_id in places and each.starts_at < when[1] and each.ends_at > when[0]
            ),
            None,
        )

    def absence(self, staff_id: UUID, when: Range) -> Cause | None:
        """Whether they are away then. Their padding may reach into it, as it may into what is closed."""
        return self._away.met(staff_id, when)

    def choice(self, need: Need, location_id: UUID) -> list[Resource]:
        """Units that would do, the wanted one first."""
        if need.is_fixed and need.unit is not None:
            return [need.unit]
        there = [unit for unit in self._units if unit.location_id == location_id and unit.kind == need.kind]
        return sorted(there, key=lambda unit: unit != need.unit)

    def take(self, owner_id: UUID, when: Range) -> Cause | None:
        """Mark the range as busy, if it is free; else what is in the way."""
        cause = self._busy.met(owner_id, when)
        if cause is None:
            self._busy.mark(owner_id, when, Cause.BOOKING)
        return cause


def dated(start: dt.datetime, location: Location) -> Dated:
    """The instant with its date by the clock of the place."""
    return start.astimezone(zone_of(location)).date(), start


def dates_at(dates: Iterable[dt.date], time: dt.time, location: Location) -> list[Dated]:
    """Each date with the instant at which the place's clock shows that time."""
    zone = zone_of(location)
    return [(date, instant_on(date, time, zone)) for date in dates]


def needs_of(service: Service, unit: Resource | None) -> list[Need]:
    """The named unit, and any unit of each other kind that the service requires."""
    named = [Need(unit.kind, unit, is_fixed=True)] if unit else []
    kinds = [each.kind for each in service.requirements.all()]
    return named + [Need(kind) for kind in kinds if unit is None or kind != unit.kind]


def units_for(plans: Sequence[Plan]) -> list[Resource]:
    """Every unit that a plan may take, in the order in which they are chosen."""
    needs = [need for plan in plans for need in plan.needs]
    named = {need.unit.pk for need in needs if need.unit}
    kinds = {need.kind for need in needs if not need.is_fixed}
    places = {plan.location.pk for plan in plans}
    wanted = Q(pk__in=named) | Q(kind__in=kinds, location_id__in=places, is_active=True)
    return list(Resource.objects.filter(wanted).order_by("position", "id"))
