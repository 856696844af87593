"""Places: read by anyone, kept by owner and manager."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from bookme.core.http.permissions import Declaration
from bookme.core.http.rows import ArchivableRow, GrowingList, RemovableMixin, RemovableRow, ReplaceableList
from bookme.core.permissions import Access, Permission
from bookme.eventlog.views import IdempotentView
from bookme.locations import actions, selectors
from bookme.locations.filters import ClosureFilters, HoursFilters, LocationFilters, ResourceFilters
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.locations.serializers import (
    ClosureSerializer,
    LocationSerializer,
    OpeningHoursSerializer,
    ResourceSerializer,
)

MANAGE = Permission.CATALOGUE_MANAGE
LIST: Mapping[str, Declaration] = {"GET": Access.ANYONE, "POST": MANAGE}
ROW: Mapping[str, Declaration] = {"GET": Access.ANYONE, "PATCH": MANAGE, "DELETE": MANAGE}


class Locations(IdempotentView, GrowingList):
    """Places of work, in the business's order."""

    serializer_class = LocationSerializer
    filterset_class = LocationFilters
    permissions = LIST

    def rows(self) -> QuerySet[Location]:
        return selectors.locations_for(self.actor)

    def make(self, values: dict[str, Any]) -> Location:
        return actions.make_location(values=values, actor=self.actor)


class OneLocation(ArchivableRow):
    """A place of work."""

    serializer_class = LocationSerializer
    permissions = ROW
    row_kind = "location"

    def rows(self) -> QuerySet[Location]:
        return selectors.locations_for(self.actor)

    def change(self, row: Location, values: dict[str, Any]) -> Location:
        return actions.change_location(location=row, values=values, actor=self.actor)

    def archive(self, row: Location) -> Location:
        return actions.archive_location(location=row, actor=self.actor)


class OpeningHoursOfLocation(IdempotentView, ReplaceableList):
    """When a place is open: by weekday, and on dates that differ. None at all: whenever its people work."""

    serializer_class = OpeningHoursSerializer
    filterset_class = HoursFilters
    permissions = {**LIST, "PUT": MANAGE}
    most = 400

    def location(self) -> Location:
        return selectors.location_for(self.actor, self.kwargs["id"])

    def rows(self) -> QuerySet[OpeningHours]:
        return selectors.opening_hours_of(self.location())

    def make(self, values: dict[str, Any]) -> OpeningHours:
        return actions.add_opening_hours(location=self.location(), values=values, actor=self.actor)

    def replace(self, values: list[dict[str, Any]]) -> None:
        actions.set_opening_hours(location=self.location(), rows=values, actor=self.actor)


class OneOpeningHours(RemovableMixin):
    """One stretch of opening hours of a place."""

    serializer_class = OpeningHoursSerializer
    permissions = {"DELETE": MANAGE}
    lookup_field = "row"

    def rows(self) -> QuerySet[OpeningHours]:
        return selectors.opening_hours_of(selectors.location_for(self.actor, self.kwargs["id"]))

    def remove(self, row: OpeningHours) -> None:
        actions.remove_opening_hours(hours=row, actor=self.actor)


class Resources(IdempotentView, GrowingList):
    """Rooms, chairs and machines that services may need."""

    serializer_class = ResourceSerializer
    filterset_class = ResourceFilters
    permissions = LIST

    def rows(self) -> QuerySet[Resource]:
        return selectors.resources_for(self.actor)

    def make(self, values: dict[str, Any]) -> Resource:
        return actions.make_resource(values=values, actor=self.actor)


class OneResource(ArchivableRow):
    """A room, a chair or a machine. Archived, it is given to no new appointment."""

    serializer_class = ResourceSerializer
    permissions = ROW
    row_kind = "resource"

    def rows(self) -> QuerySet[Resource]:
        return selectors.resources_for(self.actor)

    def change(self, row: Resource, values: dict[str, Any]) -> Resource:
        return actions.change_resource(resource=row, values=values, actor=self.actor)

    def archive(self, row: Resource) -> Resource:
        return actions.archive_resource(resource=row, actor=self.actor)


class Closures(IdempotentView, GrowingList):
    """When the business or one of its places is shut. Bookings in a closure stand until somebody moves them."""

    serializer_class = ClosureSerializer
    filterset_class = ClosureFilters
    permissions = LIST

    def rows(self) -> QuerySet[Closure]:
        return selectors.closures()

    def make(self, values: dict[str, Any]) -> Closure:
        return actions.make_closure(values=values, actor=self.actor)


class OneClosure(RemovableRow):
    """A closure."""

    serializer_class = ClosureSerializer
    permissions = ROW

    def rows(self) -> QuerySet[Closure]:
        return selectors.closures()

    def change(self, row: Closure, values: Mapping[str, Any]) -> Closure:
        return actions.change_closure(closure=row, values=values, actor=self.actor)

    def remove(self, row: Closure) -> None:
        actions.remove_closure(closure=row, actor=self.actor)
