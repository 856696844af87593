"""Courses: the dates of a run of a class, where they are booked as one."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import seat_price, sessions
from bookme.core.errors import NotFound
from bookme.core.time import MINUTE
from bookme.services.models import Course, Service


@dataclass(frozen=True)
class CourseDates:
    """A course as it is at one moment: its sessions by start, at least one, without those that were called off.

    `for_team`: no notice has to be kept.
    """

    id: UUID
    sessions: Sequence[Appointment]
    now: dt.datetime
    for_team: bool = False

    @property
    def service(self) -> Service:
        return self.sessions[0].service

    @cached_property
    def ahead(self) -> list[Appointment]:
        """Those that can still be booked, seats apart."""
        if self.for_team:
            return [each for each in self.sessions if each.starts_at > self.now]
        soonest = self.now + policy_of(self.service).min_notice_minutes * MINUTE
        return [each for each in self.sessions if each.starts_at >= soonest]

    @property
    def has_begun(self) -> bool:
        """It is too late for at least one of its dates."""
        return len(self.ahead) < len(self.sessions)

    @property
    def takes_single_dates(self) -> bool:
        return self.service.course == Course.DROP_IN

    @property
    def can_join(self) -> bool:
        """A course that is booked as a whole is joined before it begins, another one with what is left of it."""
        return bool(self.ahead) and (not self.has_begun or self.takes_single_dates)

    @property
    def seats_left(self) -> int:
        """On each of the dates ahead."""
        return min((each.capacity - each.seats_taken for each in self.ahead), default=0)

    @property
    def price(self) -> Decimal:
        """For one person, of all dates ahead."""
        return sum((seat_price(each) for each in self.ahead), Decimal(0))

    def number_of(self, session_id: UUID) -> int:
        """The how-many-eth date it is."""
        return [each.pk for each in self.sessions].index(session_id) + 1


def course_for(course_id: UUID, *, now: dt.datetime, for_team: bool = False) -> CourseDates:
    """Raises NotFound, also for a run whose dates are booked each by itself."""
    found = list(sessions().filter(course_id=course_id).exclude(service__course=Course.NONE))
    if not found:
        raise NotFound
    return CourseDates(course_id, found, now, for_team)


def next_courses(classes: Iterable[Service], *, now: dt.datetime) -> dict[UUID, CourseDates]:
    """Of each of these classes, by id, the first course that can be joined; one with places left, if there is one.

    In one query.
    """
    ahead = courses_ahead(classes, now=now)
    return {key: next((each for each in found if each.seats_left > 0), found[0]) for key, found in ahead.items()}


def courses_ahead(classes: Iterable[Service], *, now: dt.datetime) -> dict[UUID, list[CourseDates]]:
    """Of each of these classes, by id, the courses that can be joined: by start, those that have begun last.

    In one query; a class without any is left out.
    """
    ids = [each.pk for each in classes if each.course != Course.NONE]
    if not ids:
        return {}
    ahead = Appointment.objects.filter(service__in=ids, starts_at__gte=now, course_id__isnull=False)
    courses = _grouped(sessions().filter(course_id__in=ahead.values("course_id")), now=now).values()
    found: dict[UUID, list[CourseDates]] = {}
    for each in sorted(courses, key=lambda each: (each.has_begun, each.sessions[0].starts_at, each.id)):
        if each.can_join:
            found.setdefault(each.service.pk, []).append(each)
    return found


def courses_of(found: Sequence[Appointment], *, now: dt.datetime, for_team: bool = False) -> dict[UUID, CourseDates]:
    """The courses whose dates are among these sessions, by id, in one query."""
    ids = {each.course_id for each in found if each.course_id and each.service.course != Course.NONE}
    return _grouped(sessions().filter(course_id__in=ids), now=now, for_team=for_team) if ids else {}


def _grouped(dates: Iterable[Appointment], *, now: dt.datetime, for_team: bool = False) -> dict[UUID, CourseDates]:
    by_course: dict[UUID, list[Appointment]] = {}
    for each in dates:
        if each.course_id is not None:
            by_course.setdefault(each.course_id, []).append(each)
    return {course_id: CourseDates(course_id, found, now, for_team) for course_id, found in by_course.items()}
