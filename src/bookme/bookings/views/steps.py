"""What can be done with a booking: each is a POST that may be repeated under an Idempotency-Key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings import actions
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.bookings.serializers.bookings import TeamBookingOutput
from bookme.bookings.serializers.steps import NothingInput, ReasonInput, RescheduleInput, UndoInput
from bookme.bookings.views.base import TOKEN, BookingView
from bookme.core.permissions import Access, Permission
from bookme.core.time import now


class StepView(BookingView):
    """One step of the team: fetch the booking for the caller, act, answer with it as it is now."""

    permissions = {"POST": Permission.BOOKINGS_MANAGE}
    serializer_class: type[serializers.Serializer[Any]] = NothingInput

    def step(self, booking_id: UUID, act: Callable[..., Booking], **values: Any) -> Response:
        caller = self.caller

        def run() -> dict[str, Any]:
            booking = act(booking=booking_for(caller, booking_id), actor=caller, **values)
            return dict(self.written(self.output, booking))

        with self.alternatives():
            return self.once(run, caller=caller)


class ConfirmView(StepView):
    """Say yes to a request."""

    @extend_schema(operation_id="bookings_confirm", request=None, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.confirm_booking, now=now())


class DeclineView(StepView):
    """Say no to a request; its time is free again."""

    serializer_class = ReasonInput

    @extend_schema(operation_id="bookings_decline", request=ReasonInput, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.decline_booking, reason=self.read_input()["reason"])


class ArriveView(StepView):
    """They are here."""

    @extend_schema(operation_id="bookings_arrive", request=None, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.arrive_booking, now=now())


class CompleteView(StepView):
    """It is done."""

    @extend_schema(operation_id="bookings_complete", request=None, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.complete_booking, now=now())


class NoShowView(StepView):
    """Nobody came; the policy's fee is recorded."""

    @extend_schema(operation_id="bookings_no_show", request=None, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.miss_booking, now=now())


class UndoView(StepView):
    """Take the last step back. What was cancelled comes back over what has its time now if it is overbooked."""

    serializer_class = UndoInput

    @extend_schema(operation_id="bookings_undo", request=UndoInput, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.undo_booking, overbook=self.read_input()["overbook"])


class CancelView(StepView):
    """Cancel: the team, the customer, or a guest by link. After the cut-off the customer owes the policy's fee."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = ReasonInput

    @extend_schema(operation_id="bookings_cancel", parameters=[TOKEN], request=ReasonInput, responses=TeamBookingOutput)
    def post(self, request: Request, booking_id: UUID) -> Response:
        return self.step(booking_id, actions.cancel_booking, now=now(), reason=self.read_input()["reason"])


class RescheduleView(StepView):
    """Move to another start: the team, the customer, or a guest by link, within the policy."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = RescheduleInput

    @extend_schema(
        operation_id="bookings_reschedule", parameters=[TOKEN], request=RescheduleInput, responses=TeamBookingOutput
    )
    def post(self, request: Request, booking_id: UUID) -> Response:
        given = self.read_input()
        return self.step(
            booking_id,
            actions.reschedule_booking,
            start=given["start"],
            session_id=given["session"],
            now=now(),
            staff_id=given.get("staff"),
            any_staff="staff" in given and given["staff"] is None,
            location_id=given["location"],
            outside_hours=given["outside_hours"],
            overbook=given["overbook"],
        )
