"""Visits of several services: their times, and what is done with all of them at once."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings import actions
from bookme.bookings.actions import BookingRequest
from bookme.bookings.cancel_wording import cancellation_text_before
from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking, Visit
from bookme.bookings.selectors.offer import asked_visit
from bookme.bookings.selectors.slots import available_visit_slots
from bookme.bookings.selectors.visits import BookedVisit, bookings_of_visit, visit_bookings_for
from bookme.bookings.serializers.steps import NothingInput, ReasonInput
from bookme.bookings.serializers.visits import (
    NewVisitOutput,
    VisitInput,
    VisitOutput,
    VisitRescheduleInput,
    VisitSlotsOutput,
    VisitSlotsQuery,
)
from bookme.bookings.states import Status
from bookme.bookings.views.base import TOKEN, LinkView, query_data
from bookme.bookings.views.requests import asked_for
from bookme.bookings.wording import formats_here
from bookme.core.http.views import ApiView
from bookme.core.permissions import Access, Permission
from bookme.core.time import now


class VisitView(LinkView):
    """What is said of a visit may hold what people said of themselves: only its id is kept for a repeat."""

    secrets = frozenset(NewVisitOutput().fields) - {"id"}

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        return self.told(list(bookings_of_visit(Visit.objects.get(pk=answer["id"]))))

    def told(self, bookings: list[Booking]) -> dict[str, Any]:
        return dict(self.written(VisitOutput, BookedVisit(bookings[0].visit, bookings)))


class VisitsView(VisitView):
    """New visits."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    serializer_class = VisitInput

    @extend_schema(operation_id="visits_create", request=VisitInput, responses={201: NewVisitOutput})
    def post(self, request: Request) -> Response:
        wanted = asked_for(request, self.read_input())
        with self.alternatives():
            return self.once(lambda: self._booked(wanted), status=201)

    def _booked(self, wanted: BookingRequest) -> dict[str, Any]:
        return self.told(actions.create_bookings(request=wanted, actor=self.actor, now=now()))

    def told(self, bookings: list[Booking]) -> dict[str, Any]:
        """With the token that opens it."""
        return super().told(bookings) | {"manage_token": manage_token(bookings[0].visit)}


class VisitSlotsView(ApiView):
    """Starts at which several services can be had one after another, by day, each with one way to do it."""

    permissions = {"GET": Access.ANYONE}
    serializer_class = VisitSlotsQuery

    @extend_schema(operation_id="visits_available_slots", parameters=[VisitSlotsQuery], responses=VisitSlotsOutput)
    def get(self, request: Request) -> Response:
        asked = self.read_input(data=query_data(request.query_params, lists={"service", "staff", "extras"}))
        at = now()
        wish = asked_visit(
            service_ids=asked["service"],
            staff_ids=asked["staff"],
            extra_ids=asked["extras"],
            location_id=asked["location"],
            party_size=asked["party_size"],
            postcode=asked["postcode"],
            start=at,
        )
        slots = available_visit_slots(wish=wish, first=asked["first"], last=asked["last"], now=at)
        text = cancellation_text_before([each.service for each in wish.services], formats=formats_here())
        return Response({**slots, "cancellation_text": text})


class OneVisitView(VisitView):
    """One visit: for the team, for its customer, or for whoever has its link."""

    permissions = {"GET": Access.ANYONE}
    serializer_class = VisitOutput

    @extend_schema(operation_id="visits_read", parameters=[TOKEN], responses=VisitOutput)
    def get(self, request: Request, visit_id: UUID) -> Response:
        return Response(self.told(visit_bookings_for(self.caller, visit_id)))


class VisitStepView(VisitView):
    """One step of all that a visit has."""

    def step(self, visit_id: UUID, act: Callable[[Sequence[Booking]], Any]) -> Response:
        caller = self.caller

        def run() -> dict[str, Any]:
            act(visit_bookings_for(caller, visit_id))
            return self.told(visit_bookings_for(caller, visit_id))

        with self.alternatives():
            return self.once(run, caller=caller)


class VisitConfirmView(VisitStepView):
    """Say yes to all that was asked for."""

    permissions = {"POST": Permission.BOOKINGS_MANAGE}
    serializer_class = NothingInput

    @extend_schema(operation_id="visits_confirm", request=None, responses=VisitOutput)
    def post(self, request: Request, visit_id: UUID) -> Response:
        return self.step(
            visit_id, lambda found: actions.confirm_booking(booking=_asked_for(found), actor=self.actor, now=now())
        )


class VisitDeclineView(VisitStepView):
    """Say no to all that was asked for; its time is free again."""

    permissions = {"POST": Permission.BOOKINGS_MANAGE}
    serializer_class = ReasonInput

    @extend_schema(operation_id="visits_decline", request=ReasonInput, responses=VisitOutput)
    def post(self, request: Request, visit_id: UUID) -> Response:
        reason = self.read_input()["reason"]
        return self.step(
            visit_id, lambda found: actions.decline_booking(booking=_asked_for(found), actor=self.actor, reason=reason)
        )


class VisitCancelView(VisitStepView):
    """Cancel all that is still to come: the team, the customer, or a guest by link."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = ReasonInput

    @extend_schema(operation_id="visits_cancel", parameters=[TOKEN], request=ReasonInput, responses=VisitOutput)
    def post(self, request: Request, visit_id: UUID) -> Response:
        reason, caller = self.read_input()["reason"], self.caller
        return self.step(
            visit_id, lambda found: actions.cancel_visits(bookings=found, actor=caller, now=now(), reason=reason)
        )


class VisitRescheduleView(VisitStepView):
    """Move all that is still to come, in the same order: the team, the customer, or a guest by link."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = VisitRescheduleInput

    @extend_schema(
        operation_id="visits_reschedule", parameters=[TOKEN], request=VisitRescheduleInput, responses=VisitOutput
    )
    def post(self, request: Request, visit_id: UUID) -> Response:
        given, caller = self.read_input(), self.caller
        return self.step(
            visit_id,
            lambda found: actions.reschedule_visit(
                bookings=found,
                start=given["start"],
                session_id=given["session"],
                any_staff="staff" in given,
                location_id=given["location"],
                actor=caller,
                now=now(),
                outside_hours=given["outside_hours"],
                overbook=given["overbook"],
            ),
        )


def _asked_for(bookings: Sequence[Booking]) -> Booking:
    """One that waits for an answer; any, where none does."""
    return next((each for each in bookings if each.status == Status.PENDING), bookings[0])
