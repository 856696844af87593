"""Courses: their dates, and all of them booked at once."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions import BookingRequest, book_course
from bookme.bookings.selectors.courses import course_for
from bookme.bookings.serializers.courses import CourseBookingInput, CourseOutput
from bookme.bookings.serializers.series import NewSeriesOutput
from bookme.bookings.views.requests import asked_for
from bookme.bookings.views.series import NewSeriesView
from bookme.core.http.views import ApiView
from bookme.core.permissions import Access
from bookme.core.time import now


class CourseView(ApiView):
    """A course with its dates, what all of them cost, and whether it can be joined."""

    permissions = {"GET": Access.ANYONE}
    serializer_class = CourseOutput

    @extend_schema(operation_id="courses_read", responses=CourseOutput)
    def get(self, request: Request, course_id: UUID) -> Response:
        return Response(self.written(CourseOutput, course_for(course_id, now=now())))


class CourseBookView(NewSeriesView):
    """Book all dates of a course that are ahead, or none."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    serializer_class = CourseBookingInput

    @extend_schema(operation_id="courses_book", request=CourseBookingInput, responses={201: NewSeriesOutput})
    def post(self, request: Request, course_id: UUID) -> Response:
        wanted = asked_for(request, self.read_input() | {"items": []})
        return self.once(lambda: self._booked(wanted, course_id), status=201)

    def _booked(self, wanted: BookingRequest, course_id: UUID) -> dict[str, Any]:
        return self.told_new(book_course(request=wanted, course_id=course_id, actor=self.actor, now=now()))
