"""Filters of places."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet

from bookme.core.http.filters import ActiveFilters, Day, DayRange, Flag, Search


class LocationFilters(ActiveFilters):
    search = Search("name", "city", "postcode", "address_line1")


class ResourceFilters(ActiveFilters):
    location = filters.UUIDFilter(field_name="location_id")
    kind = filters.CharFilter(max_length=64)
    search = Search("name", "kind")


class ClosureFilters(DayRange):
    """`location`: what shuts that place, its own closures and those of the business."""

    location = filters.UUIDFilter(method="at_location")
    search = Search("name")

    def at_location(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(Q(location=value) | Q(location=None))


class HoursFilters(FilterSet):
    """`from` and `to`: exceptions of these dates, both inclusive. `weekly`: rows of weekdays, or of dates."""

    weekly = Flag(method="kept_weekly")

    @classmethod
    def get_filters(cls) -> Any:
        days = {
            "from": Day(field_name="on_date", lookup_expr="gte"),
            "to": Day(field_name="on_date", lookup_expr="lte"),
        }
        return {**super().get_filters(), **days}

    def kept_weekly(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(on_date__isnull=value == "true")
