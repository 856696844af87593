"""Publishing the sessions of classes."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, ResourceAllocation, SessionRun
from bookme.core.errors import Conflict
from bookme.core.time import MINUTE
from bookme.locations.models import Closure, Location, Resource
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.staff.models import ExternalBusy, Staff, TimeOff

Range = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class WeeklyRun:
    """A class on one weekday (Monday is 0) at `start`, in minutes since local midnight, for so many weeks.

    `resource` is the unit that every session takes; what else the service requires is any free unit of its kind.
    """

    service: Service
    staff: Staff
    location: Location
    weekday: int
    start: int
    weeks: int
    resource: Resource | None = None


@dataclass(frozen=True)
class Clash:
    """Session of `runs[index]` on that local date that cannot be, and what is in its way."""

    index: int
    date: dt.date
    reason: str


class SessionsClash(Conflict):
    """Some sessions meet what is there already; none was published."""

    default_code = "sessions_clash"
    default_detail = "Some sessions clash with what is booked already."

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__(extra={"dates": sorted({each.date.isoformat() for each in clashes})})


def publish_runs(*, runs: Sequence[WeeklyRun], now: dt.datetime) -> list[int]:
    """Publish what is not published yet of each run; returns how many sessions each gained.

    A run is known by service, staff, location, weekday and start. A new one begins on the first such weekday after
    today; a known one goes on where it ended, and never gets shorter. Weeks in a closure are left out, and so is what
    is past. Joins the caller's transaction; locks the calendars of all staff and resources concerned, in one statement.
    Raises SessionsClash with every clash at once.
    """
    plans = [_Plan(index, run, now) for index, run in enumerate(runs)]
    plans = [plan for plan in plans if plan.is_open]
    if not plans:
        return [0] * len(runs)
    with transaction.atomic():
        units = _units(plans)
        lock({*(plan.run.staff.pk for plan in plans), *(unit.pk for unit in units)})
        calendar = _Calendar(plans, units)
        for plan in plans:
            plan.place(calendar)
        clashes = [clash for plan in plans for clash in plan.clashes]
        if clashes:
            raise SessionsClash(clashes)
        _write(plans)
    gained = {plan.index: len(plan.sessions) for plan in plans}
    return [gained.get(index, 0) for index in range(len(runs))]


class _Plan:
    """One run: which weeks it lacks, and the rows that they become."""

    def __init__(self, index: int, run: WeeklyRun, now: dt.datetime) -> None:
        self.index, self.run, self.now = index, run, now
        self.zone = zone_of(run.location)
        self.row = self._known_row() or self._new_row()
        self.done = self.row.weeks
        self.sessions: list[Appointment] = []
        self.allocations: list[ResourceAllocation] = []
        self.clashes: list[Clash] = []

    def _known_row(self) -> SessionRun | None:
        run = self.run
        return SessionRun.objects.filter(
            service=run.service, staff=run.staff, location=run.location, weekday=run.weekday, start=run.start
        ).first()

    def _new_row(self) -> SessionRun:
        """Not saved yet, without weeks; it begins on the first such weekday after today."""
        run, today = self.run, self.now.astimezone(self.zone).date()
        ahead = (run.weekday - today.weekday()) % 7 or 7
        return SessionRun(
            service=run.service,
            staff=run.staff,
            location=run.location,
            weekday=run.weekday,
            start=run.start,
            first_date=today + dt.timedelta(days=ahead),
            weeks=0,
        )

    @property
    def is_open(self) -> bool:
        return self.run.weeks > self.done

    @property
    def kinds(self) -> list[str]:
        """Kinds that the service requires beyond the named unit."""
        named = self.run.resource.kind if self.run.resource else None
        return [each.kind for each in self.run.service.requirements.all() if each.kind != named]

    def starts(self) -> list[tuple[dt.date, dt.datetime]]:
        """The local date and the instant of each missing session that is still to come."""
        dates = [self.row.first_date + dt.timedelta(weeks=week) for week in range(self.done, self.run.weeks)]
        midnight = dt.time.min
        starts = []
        for date in dates:
            wall = dt.datetime.combine(date, midnight) + dt.timedelta(minutes=self.run.start)
            starts.append((date, wall.replace(tzinfo=self.zone).astimezone(dt.UTC)))
        return [(date, start) for date, start in starts if start > self.now]

    def place(self, calendar: "_Calendar") -> None:
        service = self.run.service
        for date, starts_at in self.starts():
            ends_at = starts_at + service.duration_minutes * MINUTE
            blocked = (
                starts_at - service.padding_before_minutes * MINUTE,
                ends_at + service.padding_after_minutes * MINUTE,
            )
            if calendar.is_shut(self.run.location.pk, (starts_at, ends_at)):
                continue
            if not calendar.take(self.run.staff.pk, blocked):
                self.clashes.append(Clash(self.index, date, f"{self.run.staff.name} is busy"))
                continue
            session = self._session(starts_at, ends_at, blocked)
            self.sessions.append(session)
            self._take_units(calendar, session, date)

    def _session(self, starts_at: dt.datetime, ends_at: dt.datetime, blocked: Range) -> Appointment:
        return Appointment(
            service=self.run.service,
            staff=self.run.staff,
            location=self.run.location,
            run=self.row,
            starts_at=starts_at,
            ends_at=ends_at,
            blocked_start=blocked[0],
            blocked_end=blocked[1],
            capacity=self.run.service.capacity,
            published=True,
        )

    def _take_units(self, calendar: "_Calendar", session: Appointment, date: dt.date) -> None:
        blocked = (session.blocked_start, session.blocked_end)
        wanted: list[list[Resource]] = [[self.run.resource]] if self.run.resource else []
        wanted += [calendar.units_of(self.run.location.pk, kind) for kind in self.kinds]
        for choice in wanted:
            unit = next((each for each in choice if calendar.take(each.pk, blocked)), None)
            if unit is None:
                what = choice[0].name if len(choice) == 1 else "what it needs"
                self.clashes.append(Clash(self.index, date, f"{what} is not free"))
                continue
            self.allocations.append(
                ResourceAllocation(appointment=session, resource=unit, blocked_start=blocked[0], blocked_end=blocked[1])
            )


class _Calendar:
    """When people and units are busy, and when places are shut, over the time of all plans."""

    def __init__(self, plans: Sequence[_Plan], units: Sequence[Resource]) -> None:
        self._units = units
        self._busy: dict[UUID, list[Range]] = defaultdict(list)
        starts = [start for plan in plans for _, start in plan.starts()]
        if not starts:
            self._closures: list[Closure] = []
            return
        first, last = min(starts) - dt.timedelta(days=2), max(starts) + dt.timedelta(days=3)
        within = Q(blocked_start__lt=last, blocked_end__gt=first)
        active = Q(published=True) | Q(seats_taken__gt=0)
        staff_ids = {plan.run.staff.pk for plan in plans}
        for row in Appointment.objects.filter(within, active, staff_id__in=staff_ids):
            self._busy[row.staff_id].append((row.blocked_start, row.blocked_end))
        for absence in (TimeOff, ExternalBusy):
            for away in absence.objects.filter(starts_at__lt=last, ends_at__gt=first, staff_id__in=staff_ids):
                self._busy[away.staff_id].append((away.starts_at, away.ends_at))
        for held in ResourceAllocation.objects.filter(within, resource_id__in=[unit.pk for unit in units]):
            self._busy[held.resource_id].append((held.blocked_start, held.blocked_end))
        self._closures = list(Closure.objects.filter(starts_at__lt=last, ends_at__gt=first))

    def is_shut(self, location_id: UUID, when: Range) -> bool:
        places = {None, location_id}
        return any(
            each.location_id in places and each.starts_at < when[1] and each.ends_at > when[0]
            for each in self._closures
        )

    def units_of(self, location_id: UUID, kind: str) -> list[Resource]:
        return [unit for unit in self._units if unit.location_id == location_id and unit.kind == kind]

    def take(self, owner_id: UUID, when: Range) -> bool:
        """Mark the range as busy, if it is free."""
        busy = self._busy[owner_id]
        if any(start < when[1] and end > when[0] for start, end in busy):
            return False
        busy.append(when)
        return True


def _units(plans: Sequence[_Plan]) -> list[Resource]:
    """Every unit that a plan may take, in the order in which they are chosen."""
    kinds = {kind for plan in plans for kind in plan.kinds}
    named = {plan.run.resource.pk for plan in plans if plan.run.resource}
    places = {plan.run.location.pk for plan in plans}
    wanted = Q(pk__in=named) | Q(kind__in=kinds, location_id__in=places, is_active=True)
    return list(Resource.objects.filter(wanted).order_by("position", "id"))


def _write(plans: Sequence[_Plan]) -> None:
    """New runs, longer runs, their sessions and what these take; the wall has the last word."""
    for plan in plans:
        is_new = plan.row._state.adding
        plan.row.weeks = plan.run.weeks
        plan.row.save(force_insert=is_new, update_fields=None if is_new else ["weeks", "updated_at"])
    Appointment.objects.bulk_create([session for plan in plans for session in plan.sessions])
    ResourceAllocation.objects.bulk_create([held for plan in plans for held in plan.allocations])
