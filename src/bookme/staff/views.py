"""People at work: read by anyone without contact data, kept by owner and manager.

Absence is no public field: who keeps it reads it, which is a manager or the person.
"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import GUEST
from bookme.core.http.filters import DayRange
from bookme.core.http.rows import (
    ArchivableRow,
    CachedRead,
    GrowingList,
    RemovableMixin,
    ReplaceableList,
    ReplaceableMixin,
    RowList,
    RowsOf,
)
from bookme.core.permissions import Access, Permission
from bookme.eventlog.views import IdempotentView
from bookme.services.selectors import service_for
from bookme.services.serializers import ServiceSerializer
from bookme.staff import actions, selectors
from bookme.staff.filters import StaffFilters, WorkingHoursFilters
from bookme.staff.models import ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from bookme.staff.serializers import (
    PeopleNearQuery,
    PersonNearSerializer,
    PersonOfServiceSerializer,
    PostcodeQuery,
    ServiceAreaSerializer,
    ServiceOfPersonSerializer,
    StaffSerializer,
    TimeOffSerializer,
    WorkingHoursSerializer,
)

MANAGE = Permission.STAFF_MANAGE


class People(IdempotentView, GrowingList):
    """Who works here, in the business's order."""

    serializer_class = StaffSerializer
    filterset_class = StaffFilters
    permissions = {"GET": Access.ANYONE, "POST": MANAGE}

    def rows(self) -> QuerySet[Staff]:
        return selectors.staff_for(self.actor)

    def make(self, values: dict[str, Any]) -> Staff:
        return actions.make_person(values=values, actor=self.actor)


class OnePerson(ArchivableRow):
    """Somebody who works here."""

    serializer_class = StaffSerializer
    permissions = {"GET": Access.ANYONE, "PATCH": MANAGE, "DELETE": MANAGE}
    row_kind = "staff"

    def rows(self) -> QuerySet[Staff]:
        return selectors.staff_for(self.actor)

    def change(self, row: Staff, values: dict[str, Any]) -> Staff:
        return actions.change_person(person=row, values=values, actor=self.actor)

    def archive(self, row: Staff) -> Staff:
        return actions.archive_person(person=row, actor=self.actor)


class StaffOfService(RowList):
    """Who does a service, at what price and length, in the order of the staff."""

    serializer_class = PersonOfServiceSerializer
    permissions = {"GET": Access.ANYONE}

    def rows(self) -> QuerySet[StaffService]:
        return selectors.offers_of_service(self.actor, service_for(self.actor, self.kwargs["id"]))


class NearPostcode(CachedRead):
    """The base of what is asked of a postcode: each caller is told what everybody may know."""

    lists_rows = True
    permissions = {"GET": Access.ANYONE}

    def asked(self, query: type[PostcodeQuery]) -> dict[str, Any]:
        """The query, with the `point` of its postcode; raises Invalid `required`, `areas_off` or `postcode_unknown`."""
        given = self.read_input(query, data={name: value for name, value in self.request.query_params.items() if value})
        return {**given, "point": selectors.asked_point(given["postcode"])}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "actor": GUEST}


class PeopleNear(NearPostcode):
    """Who comes to a postcode, the nearest first, of as near ones in the business's order."""

    serializer_class = PersonNearSerializer

    @extend_schema(operation_id="staff_by_postcode", parameters=[PeopleNearQuery])
    def get(self, request: Request) -> Response:
        asked = self.asked(PeopleNearQuery)
        weekday = asked["date"].weekday() if asked["date"] else None
        people = selectors.people_going_to(asked["point"], service_id=asked["service"], weekday=weekday)
        rows = [self._told(each) for each in people]
        return self.paged(sorted(rows, key=lambda person: person.distance_km), self.get_serializer_class())

    def _told(self, going: selectors.Going) -> Any:
        """The person, no nearer than the caller may know: the order of the answer says no more than its figures."""
        person: Any = going.person
        distance = going.reach.distance or 0
        person.distance_km = round(distance, 1) if self.actor.is_team else max(1, round(distance))
        person.days = sorted(going.reach.days)
        return person


class ServicesNear(NearPostcode):
    """What can be had at a postcode: the services of the people who come there, in the business's order."""

    serializer_class = ServiceSerializer

    @extend_schema(operation_id="services_by_postcode", parameters=[PostcodeQuery])
    def get(self, request: Request) -> Response:
        people = [each.person for each in selectors.people_going_to(self.asked(PostcodeQuery)["point"])]
        return self.paged(selectors.services_of_people(people), self.get_serializer_class())


class OfPerson(RowsOf):
    """The base of what hangs on a person."""

    def person(self) -> Staff:
        return selectors.person_for(self.actor, self.kwargs["id"])


class ServicesOfPerson(ReplaceableMixin, OfPerson):
    """What a person does, at what price and length; `PUT` replaces it."""

    serializer_class = ServiceOfPersonSerializer
    permissions = {"GET": Access.ANYONE, "PUT": MANAGE}

    def rows(self) -> QuerySet[StaffService]:
        return selectors.offers_of_person(self.actor, self.person())

    def replace(self, values: list[dict[str, Any]]) -> None:
        actions.set_offers(person=self.person(), rows=values, actor=self.actor)


class HoursOfPerson(IdempotentView, ReplaceableList, OfPerson):
    """When a person works: shifts by weekday, and on dates that differ."""

    serializer_class = WorkingHoursSerializer
    filterset_class = WorkingHoursFilters
    permissions = {"GET": Access.ANYONE, "POST": MANAGE, "PUT": MANAGE}
    most = 400

    def rows(self) -> QuerySet[WorkingHours]:
        return selectors.working_hours_of(self.person())

    def make(self, values: dict[str, Any]) -> WorkingHours:
        return actions.add_working_hours(person=self.person(), values=values, actor=self.actor)

    def replace(self, values: list[dict[str, Any]]) -> None:
        actions.set_working_hours(person=self.person(), rows=values, actor=self.actor)


class OneShift(RemovableMixin, OfPerson):
    """One shift of a person."""

    serializer_class = WorkingHoursSerializer
    permissions = {"DELETE": MANAGE}
    lookup_field = "row"

    def rows(self) -> QuerySet[WorkingHours]:
        return selectors.working_hours_of(self.person())

    def remove(self, row: WorkingHours) -> None:
        actions.remove_working_hours(hours=row, actor=self.actor)


class AbsenceOfPerson(IdempotentView, GrowingList, OfPerson):
    """When a person is away, for who keeps it: their managers, and they themselves.

    Others see only that these times are not offered. Bookings in that time stand until somebody moves them.
    """

    serializer_class = TimeOffSerializer
    filterset_class = DayRange
    permissions = {"GET": Permission.TIME_OFF_OWN, "POST": Permission.TIME_OFF_OWN}

    def rows(self) -> QuerySet[TimeOff]:
        return selectors.time_off_of(self.actor, self.person())

    def make(self, values: dict[str, Any]) -> TimeOff:
        return actions.add_time_off(person=self.person(), values=values, actor=self.actor)


class OneAbsence(RemovableMixin, OfPerson):
    """One absence of a person."""

    serializer_class = TimeOffSerializer
    permissions = {"DELETE": Permission.TIME_OFF_OWN}
    lookup_field = "row"

    def rows(self) -> QuerySet[TimeOff]:
        return selectors.time_off_of(self.actor, self.person())

    def remove(self, row: TimeOff) -> None:
        actions.remove_time_off(time_off=row, actor=self.actor)


class AreasOfPerson(IdempotentView, ReplaceableList, OfPerson):
    """Where a mobile person goes."""

    serializer_class = ServiceAreaSerializer
    permissions = {"GET": Access.ANYONE, "POST": MANAGE, "PUT": MANAGE}
    most = 50

    def rows(self) -> QuerySet[ServiceArea]:
        return selectors.areas_of(self.person())

    def make(self, values: dict[str, Any]) -> ServiceArea:
        return actions.add_area(person=self.person(), values=values, actor=self.actor)

    def replace(self, values: list[dict[str, Any]]) -> None:
        actions.set_areas(person=self.person(), rows=values, actor=self.actor)


class OneArea(RemovableMixin, OfPerson):
    """One area of a person."""

    serializer_class = ServiceAreaSerializer
    permissions = {"DELETE": MANAGE}
    lookup_field = "row"

    def rows(self) -> QuerySet[ServiceArea]:
        return selectors.areas_of(self.person())

    def remove(self, row: ServiceArea) -> None:
        actions.remove_area(area=row, actor=self.actor)
