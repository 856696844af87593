"""Times that can be booked, and why others cannot."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions.powers import require_seen, require_within
from bookme.bookings.cancel_wording import cancellation_text_before
from bookme.bookings.selectors.offer import asked_extras, asked_service, require_location, require_party, require_staff
from bookme.bookings.selectors.openings import causes_against
from bookme.bookings.selectors.slots import available_slots
from bookme.bookings.serializers.openings import ExplainOutput, ExplainQuery, SlotsOutput, SlotsQuery
from bookme.bookings.views.base import query_data
from bookme.bookings.wishes import Wish
from bookme.bookings.wording import cause_text, formats_here
from bookme.core.http.views import ApiView
from bookme.core.permissions import Access, Permission
from bookme.core.time import now
from bookme.staff.selectors import asked_point


class AvailableSlotsView(ApiView):
    """Free times of a service by day, for one person or for any, with who could take each.

    With a postcode only those of people who go there on that weekday, where the business has areas.
    """

    permissions = {"GET": Access.ANYONE}
    serializer_class = SlotsQuery

    @extend_schema(operation_id="bookings_available_slots", parameters=[SlotsQuery], responses=SlotsOutput)
    def get(self, request: Request) -> Response:
        asked = self.read_input(data=query_data(request.query_params))
        service = asked_service(asked["service"])
        require_staff(service, asked["staff"])
        require_location(service, asked["location"])
        require_party(service, asked["party_size"])
        extras = asked_extras(service, asked["extras"])
        slots = available_slots(
            service=service,
            first=asked["first"],
            last=asked["last"],
            now=now(),
            staff_ids=asked["staff"] and [asked["staff"]],
            location_ids=asked["location"] and [asked["location"]],
            party_size=asked["party_size"],
            extra_minutes=sum(extra.duration_minutes for extra in extras),
            point=asked_point(asked["postcode"]),
        )
        return Response({**slots, "cancellation_text": cancellation_text_before([service], formats=formats_here())})


class ExplainSlotView(ApiView):
    """Why a person can, or cannot, be booked at a time: of calendars that the caller sees, not of busy ones."""

    permissions = {"GET": Permission.BOOKINGS_READ}
    serializer_class = ExplainQuery

    @extend_schema(operation_id="bookings_explain_slot", parameters=[ExplainQuery], responses=ExplainOutput)
    def get(self, request: Request) -> Response:
        asked = self.read_input(data=query_data(request.query_params))
        service = asked_service(asked["service"])
        require_staff(service, asked["staff"])
        require_location(service, asked["location"])
        require_within(self.actor, staff_id=asked["staff"], location_id=asked["location"])
        require_seen(self.actor, asked["staff"])
        asked_wish = Wish(
            service=service,
            start=asked["start"],
            staff_id=asked["staff"],
            location_id=asked["location"],
            point=asked_point(asked["postcode"]),
        )
        wish = asked_wish.within_scopes_of(self.actor)
        causes = [{"code": each, "text": cause_text(each)} for each in causes_against(wish, now=now())]
        return Response(self.written(ExplainOutput, {"start": asked["start"], "offered": not causes, "causes": causes}))
