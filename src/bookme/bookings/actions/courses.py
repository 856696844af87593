"""Booking a course: all of its dates, or all that are left of them, at once."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from bookme.bookings.actions.booking import book
from bookme.bookings.actions.powers import acts_for_business
from bookme.bookings.actions.request import BookingRequest, Item
from bookme.bookings.actions.terms import VisitTerms, checked_terms, terms_in
from bookme.bookings.availability import Cause
from bookme.bookings.models import Visit
from bookme.bookings.selectors.courses import CourseDates, course_for
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.errors import Conflict


class CourseFull(Conflict):
    """On at least one of its dates there are fewer places left than were asked for."""

    default_code = "course_full"
    default_detail = "There are not enough places left in this course."

    def __init__(self, course_id: UUID) -> None:
        self.course_id = course_id
        super().__init__()


def book_course(*, request: BookingRequest, course_id: UUID, actor: Actor, now: dt.datetime) -> list[Visit]:
    """Book the request, whose items do not count, on every date of the course that is ahead: a series without a rule.

    One transaction, the caller's, under one lock; all dates or none. Its dates are not moved one by one. For the team
    none begins too soon. Publishes as `create_visit` does, and one message tells of all. Raises NotFound, Conflict
    `course_begun`, `course_full` or `course_changed`, and as `create_visit` does.
    """
    for_team = acts_for_business(actor)
    course = course_for(course_id, now=now, for_team=for_team)
    if not course.can_join and not (course.ahead and for_team):
        raise Conflict("This course has begun.", code="course_begun")
    visits = _terms(request, course, actor)
    try:
        made = book(request=request, visits=visits, actor=actor, now=now, is_course=True)
    except SlotUnavailable as error:
        if str(Cause.CAPACITY) in error.causes:
            raise CourseFull(course.id) from error
        raise Conflict("The dates of this course have just changed. Look again.", code="course_changed") from error
    return [bookings[0].visit for bookings in made]


def _terms(request: BookingRequest, course: CourseDates, actor: Actor) -> list[VisitTerms]:
    """One for each date, by start."""
    is_soon = course.for_team and len(replace(course, for_team=False).ahead) < len(course.ahead)
    asked = replace(request, items=(Item(session_id=course.ahead[0].pk),), start=None, outside_hours=is_soon)
    terms = checked_terms(asked, actor=actor, of_course=True)
    item = terms.items[0]
    stays = replace(item.policy, reschedule=replace(item.policy.reschedule, max_times=0))
    terms = replace(terms, items=(replace(item, policy=stays),))
    return [terms_in(terms, each) for each in course.ahead]
