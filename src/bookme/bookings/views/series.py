"""Series: previewed date by date, booked all or none, changed for one, from one on, or all."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions.request import Asked, BookingRequest
from bookme.bookings.actions.series import cancel_series, create_series, reschedule_series
from bookme.bookings.actions.terms import chained, item_terms
from bookme.bookings.links import manage_token
from bookme.bookings.models import Visit
from bookme.bookings.recurrence import Recurrence
from bookme.bookings.selectors.series import Scope, series_preview, series_visits_for, series_zone
from bookme.bookings.selectors.visits import BookedVisit, booked_visits
from bookme.bookings.serializers.series import (
    NewSeriesOutput,
    SeriesCancelInput,
    SeriesInput,
    SeriesOutput,
    SeriesPreviewInput,
    SeriesPreviewOutput,
    SeriesRescheduleInput,
)
from bookme.bookings.views.base import TOKEN, LinkView
from bookme.bookings.views.requests import asked_for, items_of
from bookme.core.http.serializers import kept
from bookme.core.http.views import ApiView
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.staff.selectors import asked_point


class SeriesPreviewView(ApiView):
    """Each date of what would repeat: free or not, why not, and what is near."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = SeriesPreviewInput

    @extend_schema(operation_id="series_preview", request=SeriesPreviewInput, responses=SeriesPreviewOutput)
    def post(self, request: Request) -> Response:
        given = self.read_input()
        asked = Asked(
            items=items_of(given),
            start=given["start"],
            location_id=given["location"],
            party_size=given["party_size"],
        )
        wish = chained(item_terms(asked, point=asked_point(given["postcode"]), actor=self.actor))
        dates, tz = series_preview(rule=given["rule"], wish=wish, actor=self.actor, now=now()), series_zone(wish)
        with kept(SeriesPreviewOutput, self.get_serializer_context() | {"zone": tz}) as serializer:
            return Response(serializer.to_representation({"timezone": str(tz), "dates": dates}))


class SeriesStepView(LinkView):
    """What is said of a series holds nothing that people said of themselves; its token is made anew for a repeat."""

    secrets = frozenset({"manage_token"})

    def told(self, visits: Sequence[BookedVisit]) -> dict[str, Any]:
        return dict(self.written(SeriesOutput, {"series": visits[0].visit.series, "visits": visits}))

    def step(self, series_id: UUID, act: Callable[[list[BookedVisit]], None]) -> Response:
        caller = self.caller

        def run() -> dict[str, Any]:
            act(series_visits_for(caller, series_id))
            return self.told(series_visits_for(caller, series_id))

        with self.alternatives():
            return self.once(run, caller=caller)


class NewSeriesView(SeriesStepView):
    """What is said of a series that was just booked."""

    def told_new(self, visits: Sequence[Visit]) -> dict[str, Any]:
        """With the token of its first visit."""
        return self.told(booked_visits(visits)) | {"manage_token": manage_token(visits[0])}

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        first = Visit.objects.get(pk=answer["visits"][0]["id"])
        return answer | {"manage_token": manage_token(first)}


class SeriesView(NewSeriesView):
    """New series."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    serializer_class = SeriesInput

    @extend_schema(operation_id="series_create", request=SeriesInput, responses={201: NewSeriesOutput})
    def post(self, request: Request) -> Response:
        given = self.read_input()
        wanted = asked_for(request, given)
        with self.alternatives():
            return self.once(lambda: self._booked(wanted, given["rule"], given["starts"]), status=201)

    def _booked(self, wanted: BookingRequest, rule: Recurrence, starts: list[Any]) -> dict[str, Any]:
        return self.told_new(create_series(request=wanted, rule=rule, starts=starts, actor=self.actor, now=now()))


class OneSeriesView(SeriesStepView):
    """One series: for the team, for its customer, or for whoever has the link of one of its visits."""

    permissions = {"GET": Access.ANYONE}
    serializer_class = SeriesOutput

    @extend_schema(operation_id="series_read", parameters=[TOKEN], responses=SeriesOutput)
    def get(self, request: Request, series_id: UUID) -> Response:
        return Response(self.told(series_visits_for(self.caller, series_id)))


class SeriesCancelView(SeriesStepView):
    """Cancel one visit, it and what follows, or all that is still to come."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = SeriesCancelInput

    @extend_schema(operation_id="series_cancel", parameters=[TOKEN], request=SeriesCancelInput, responses=SeriesOutput)
    def post(self, request: Request, series_id: UUID) -> Response:
        given, caller = self.read_input(), self.caller
        return self.step(
            series_id,
            lambda visits: cancel_series(
                visits=visits,
                scope=Scope(given["scope"]),
                visit_id=given["visit"],
                actor=caller,
                now=now(),
                reason=given["reason"],
            ),
        )


class SeriesRescheduleView(SeriesStepView):
    """Move one visit, it and what follows, or all that is still to come."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = SeriesRescheduleInput

    @extend_schema(
        operation_id="series_reschedule", parameters=[TOKEN], request=SeriesRescheduleInput, responses=SeriesOutput
    )
    def post(self, request: Request, series_id: UUID) -> Response:
        given, caller = self.read_input(), self.caller
        return self.step(
            series_id,
            lambda visits: reschedule_series(
                visits=visits,
                scope=Scope(given["scope"]),
                visit_id=given["visit"],
                start=given["start"],
                session_id=given["session"],
                any_staff="staff" in given,
                location_id=given["location"],
                actor=caller,
                now=now(),
            ),
        )
