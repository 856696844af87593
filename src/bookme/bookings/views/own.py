"""Who is signed in, for themselves: their profile here, and what they have booked."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.models import Booking
from bookme.bookings.selectors.own import When, own_bookings
from bookme.bookings.serializers.own import OwnAppointmentOutput, OwnBookingsQuery
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.customers.actions import change_own_customer
from bookme.customers.selectors import own_profile, require_person
from bookme.customers.serializers import ProfileInput, ProfileOutput


class OwnProfileView(ApiView):
    """Who is signed in, as they are known here. Whoever works here is a customer here for themselves, too."""

    permissions = {"GET": Access.PERSON, "PATCH": Access.PERSON}
    serializer_class = ProfileInput

    @extend_schema(operation_id="customers_me", responses=ProfileOutput)
    def get(self, request: Request) -> Response:
        return Response(self.written(ProfileOutput, own_profile(self.actor)))

    @extend_schema(operation_id="customers_me_change", request=ProfileInput, responses=ProfileOutput)
    def patch(self, request: Request) -> Response:
        given = self.read_input()
        with write():
            change_own_customer(values=given, actor=self.actor)
            return Response(self.written(ProfileOutput, own_profile(self.actor)))


class OwnAppointmentsView(ApiView):
    """What one has booked: while signed in, and before that under the address that is verified now.

    `when=upcoming` is what is to come, the next first; `past` the rest, the last first; without it all, the last first.
    """

    permissions = {"GET": Access.PERSON}
    serializer_class = OwnAppointmentOutput
    queryset = Booking.objects.none()

    @extend_schema(
        operation_id="customers_me_appointments",
        parameters=[OwnBookingsQuery],
        responses=OwnAppointmentOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        require_person(self.actor)
        asked = self.read_input(OwnBookingsQuery, data=request.query_params)
        return self.paged(own_bookings(self.actor, when=When(asked["when"]), now=now()), OwnAppointmentOutput)

    def get_serializer_context(self) -> dict[str, Any]:
        """One instant for all rows of an answer."""
        return {**super().get_serializer_context(), "now": now()}
