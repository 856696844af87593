"""The calendar of the team, as everybody of it may know it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions.powers import require_within
from bookme.bookings.selectors.busy import busy_between, busy_calendars
from bookme.bookings.selectors.snapshots import require_range
from bookme.bookings.serializers.calendar import BusyOutput, BusyQuery
from bookme.bookings.views.base import query_data
from bookme.core.errors import Invalid
from bookme.core.http.serializers import kept
from bookme.core.http.views import ApiView
from bookme.core.permissions import Permission
from bookme.core.time import day_bounds
from bookme.locations.selectors import locations_for, zone_of

MOST_DAYS = 31


class BusyView(ApiView):
    """When people are busy, and nothing of with what: blocked time, absence, and what their calendars outside have.

    Of everybody, for who is not bound; of one person what overlaps is one. Padding is in it.
    """

    permissions = {"GET": Permission.BOOKINGS_READ}
    serializer_class = BusyQuery

    @extend_schema(operation_id="calendar_busy", parameters=[BusyQuery], responses=BusyOutput)
    def get(self, request: Request) -> Response:
        asked = self.read_input(data=query_data(request.query_params))
        require_range(asked["first"], asked["last"], most=MOST_DAYS)
        require_within(self.actor, staff_id=asked["staff"], location_id=asked["location"])
        place = locations_for(self.actor).filter(pk=asked["location"]).first() if asked["location"] else None
        if asked["location"] and place is None:
            raise Invalid.field("/location", "There is no place of this id.", code="unknown_location")
        tz = zone_of(place)
        start, end = day_bounds(asked["first"], asked["last"], tz)
        people = [each for each in busy_calendars(self.actor, start, end) if asked["staff"] in {None, each.pk}]
        if asked["staff"] and not people:
            raise Invalid.field("/staff", "Nobody of this id works here.", code="unknown_staff")
        busy = busy_between(self.actor, start, end, people=people, location_id=asked["location"])
        told = {"timezone": str(tz), "staff": [each.pk for each in people], "busy": busy}
        with kept(BusyOutput, self.get_serializer_context() | {"zone": tz}) as serializer:
            return Response(serializer.to_representation(told))
