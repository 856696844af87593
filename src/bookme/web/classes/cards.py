"""A session of a class as visitors see it: whether it can be booked, and the course whose date it is."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.courses import CourseDates, courses_of
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import seat_price
from bookme.bookings.selectors.waiting import waiting_counts
from bookme.core.time import MINUTE
from bookme.services.models import Service
from bookme.web.sessions import SessionCard

SOON = 180  # minutes before its start in which it is told how long that is


class Stage(StrEnum):
    """What can be done about it; the first that is true."""

    BEGUN = "begun"
    WHOLE = "whole"  # it is booked with the other dates of its course, if at all
    FULL = "full"
    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True)
class ClassCard(SessionCard):
    """At the moment `at`, up to `notice` before its start. `waiting`: so many are on its waitlist."""

    at: dt.datetime
    notice: dt.timedelta
    course: CourseDates | None = None
    waiting: int = 0

    @cached_property
    def counted(self) -> Appointment:
        """Of a course that is booked as a whole the fullest date, whose places are those of the course."""
        dates = self.course.ahead if self.course is not None and self.is_whole else ()
        return min(dates, key=lambda each: each.capacity - each.seats_taken, default=self.session)

    @property
    def is_whole(self) -> bool:
        return self.course is not None and not self.course.takes_single_dates

    @property
    def price(self) -> Decimal:
        """For one person: of the course, if it is booked as a whole."""
        return self.course.price if self.course and self.is_whole and self.course.ahead else seat_price(self.session)

    @property
    def stage(self) -> Stage:
        if self.session.starts_at <= self.at:
            return Stage.BEGUN
        if self.is_whole:
            return Stage.WHOLE
        if self.is_closed:
            return Stage.CLOSED
        return Stage.FULL if self.is_full else Stage.OPEN

    @property
    def is_closed(self) -> bool:
        """It begins too soon to book it."""
        return self.session.starts_at < self.at + self.notice

    @property
    def is_over(self) -> bool:
        return self.session.ends_at <= self.at

    @property
    def begins_in(self) -> int:
        """In so many minutes; 0 of what is further away, or has begun."""
        left = -((self.at - self.session.starts_at) // MINUTE)
        return left if 0 < left <= SOON else 0

    @property
    def number(self) -> int:
        """The how-many-eth date of its course it is."""
        return self.course.number_of(self.session.pk) if self.course else 0

    @property
    def dates(self) -> int:
        return len(self.course.sessions) if self.course else 0


def cards_of(sessions: Sequence[Appointment], at: dt.datetime) -> list[ClassCard]:
    """In a fixed number of queries."""
    notice: dict[UUID, dt.timedelta] = {}
    for each in sessions:
        if each.service_id not in notice:
            notice[each.service_id] = _notice_of(each.service)
    courses = courses_of(sessions, now=at)
    waiting = waiting_counts([each.pk for each in sessions if each.seats_taken >= each.capacity])
    return [_card(each, at, notice[each.service_id], courses, waiting) for each in sessions]


def _card(
    session: Appointment,
    at: dt.datetime,
    notice: dt.timedelta,
    courses: Mapping[UUID, CourseDates],
    waiting: Mapping[UUID, int],
) -> ClassCard:
    course = courses.get(session.course_id) if session.course_id else None
    return ClassCard(session, at, notice, course, waiting.get(session.pk, 0))


def _notice_of(service: Service) -> dt.timedelta:
    return dt.timedelta(minutes=policy_of(service).min_notice_minutes)
