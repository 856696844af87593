"""Making bookings, and reading them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions import BookingRequest, create_bookings, update_booking
from bookme.bookings.filters import BookingFilter
from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for, bookings_visible_to
from bookme.bookings.selectors.history import history_of, told_history
from bookme.bookings.serializers.bookings import (
    BookingChanges,
    BookingInput,
    HistoryOutput,
    NewBookingOutput,
    TeamBookingOutput,
)
from bookme.bookings.views.base import TOKEN, BookingView
from bookme.bookings.views.requests import asked_for
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access, Permission
from bookme.core.time import now


class BookingsView(BookingView):
    """Bookings: those that the caller may see, and new ones."""

    permissions = {"GET": Access.SIGNED_IN, "POST": Access.ANYONE}
    limited = frozenset({"POST"})
    serializer_class = BookingInput
    filterset_class = BookingFilter
    queryset = Booking.objects.none()
    secrets = BookingView.secrets | {"manage_token"}

    @extend_schema(operation_id="bookings_list", responses=TeamBookingOutput(many=True))
    def get(self, request: Request) -> Response:
        rows = bookings_visible_to(self.actor).order_by("appointment__starts_at", "id")
        return self.paged(rows, self.output)

    @extend_schema(operation_id="bookings_create", request=BookingInput, responses={201: NewBookingOutput})
    def post(self, request: Request) -> Response:
        wanted = asked_for(request, self.read_input())
        with self.alternatives():
            return self.once(lambda: self._booked(wanted), status=201)

    def _booked(self, wanted: BookingRequest) -> dict[str, Any]:
        [booking] = create_bookings(request=wanted, actor=self.actor, now=now())
        return {**self.written(self.output, booking), "manage_token": manage_token(booking.visit)}

    def withheld(self, booking: Booking) -> dict[str, Any]:
        return super().withheld(booking) | {"manage_token": manage_token(booking.visit)}


class OneBookingView(BookingView):
    """One booking: for the team, for its customer, or for whoever has its link."""

    permissions = {"GET": Access.ANYONE, "PATCH": Permission.BOOKINGS_MANAGE}
    serializer_class = BookingChanges

    @extend_schema(operation_id="bookings_read", parameters=[TOKEN], responses=TeamBookingOutput)
    def get(self, request: Request, booking_id: UUID) -> Response:
        return Response(self.written(self.output, booking_for(self.caller, booking_id)))

    @extend_schema(operation_id="bookings_change", request=BookingChanges, responses=TeamBookingOutput)
    def patch(self, request: Request, booking_id: UUID) -> Response:
        given = self.read_input()
        with self.alternatives(), write():
            booking = update_booking(
                booking=booking_for(self.actor, booking_id),
                version=given["version"],
                actor=self.actor,
                now=now(),
                internal_notes=given.get("internal_notes"),
                answers=given.get("answers"),
                location_id=given.get("location"),
                ends_at=given.get("end"),
                outside_hours=given["outside_hours"],
                overbook=given["overbook"],
            )
            return Response(self.written(self.output, booking))


class BookingEventsView(ApiView):
    """What happened to a booking, oldest first."""

    permissions = {"GET": Permission.BOOKINGS_READ}
    serializer_class = HistoryOutput

    @extend_schema(operation_id="bookings_events", responses=HistoryOutput(many=True))
    def get(self, request: Request, booking_id: UUID) -> Response:
        booking = booking_for(self.actor, booking_id)
        page = self.paginate_queryset(history_of(booking)) or []
        return self.get_paginated_response(self.written(HistoryOutput, told_history(booking, page), many=True))
