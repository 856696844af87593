"""The weekly runs of a config file: each is published once, and grows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bookme.bookings.actions.sessions.planning import Plan, dates_at, needs_of
from bookme.bookings.actions.sessions.publishing import Publication, settle, write_sessions
from bookme.bookings.models import Appointment, SessionRun
from bookme.core.actor import SYSTEM
from bookme.core.ids import uuid7
from bookme.core.time import MINUTE
from bookme.locations.models import Location, Resource
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.staff.models import Staff


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


def publish_runs(*, runs: Sequence[WeeklyRun], now: dt.datetime) -> list[int]:
    """Publish what is not published yet of each run; returns how many sessions each gained.

    A run is known by service, staff, location, weekday and start. A new one begins on the first such weekday after
    today; a known one goes on where it ended, and never gets shorter. Weeks in a closure are left out, and so is what
    is past. Joins the caller's transaction; locks and announces as `publishing` does. Raises SessionsClash with every
    clash at once.
    """
    rows = [_known_row(run) or _new_row(run, now) for run in runs]
    publications = [
        Publication(
            plan=_plan(index, run, row, now),
            capacity=run.service.capacity,
            min_to_run=run.service.min_to_run,
            course_id=_course_id(row),
            run=row,
        )
        for index, (run, row) in enumerate(zip(runs, rows, strict=True))
        if run.weeks > row.weeks
    ]
    if not publications:
        return [0] * len(runs)
    with transaction.atomic():
        settle([each.plan for each in publications], now=now)
        for each in publications:
            _grow(rows[each.plan.index], runs[each.plan.index].weeks)
        write_sessions(publications, actor=SYSTEM, now=now)
    gained = {each.plan.index: len(each.plan.spots) for each in publications}
    return [gained.get(index, 0) for index in range(len(runs))]


def _known_row(run: WeeklyRun) -> SessionRun | None:
    return SessionRun.objects.filter(
        service=run.service, staff=run.staff, location=run.location, weekday=run.weekday, start=run.start
    ).first()


def _new_row(run: WeeklyRun, now: dt.datetime) -> SessionRun:
    """Not saved yet, without weeks; it begins on the first such weekday after today."""
    today = now.astimezone(zone_of(run.location)).date()
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


def _plan(index: int, run: WeeklyRun, row: SessionRun, now: dt.datetime) -> Plan:
    """The weeks that the run lacks and that are still to come."""
    dates = [row.first_date + dt.timedelta(weeks=week) for week in range(row.weeks, run.weeks)]
    time = dt.time(*divmod(run.start, 60))
    return Plan(
        index=index,
        service=run.service,
        staff=run.staff,
        location=run.location,
        needs=needs_of(run.service, run.resource),
        dates=[(date, start) for date, start in dates_at(dates, time, run.location) if start is None or start > now],
        duration=run.service.duration_minutes * MINUTE,
        skips=True,
    )


def _course_id(row: SessionRun) -> UUID:
    """Of what was published of it before, if any was."""
    known = Appointment.objects.filter(run=row.pk, course_id__isnull=False).values_list("course_id", flat=True)
    return known.first() or uuid7()


def _grow(row: SessionRun, weeks: int) -> None:
    is_new = row._state.adding
    row.weeks = weeks
    row.save(force_insert=is_new, update_fields=None if is_new else ["weeks", "updated_at"])
