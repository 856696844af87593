"""Filters of places."""

import datetime as dt
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet

from bookme.core.http.filters import ActiveFilters, Flag, Search
from bookme.core.time import local_midnight
from bookme.locations.selectors import zone_of


class LocationFilters(ActiveFilters):
    search = Search("name", "city", "postcode", "address_line1")


class ResourceFilters(ActiveFilters):
    location = django_filters.UUIDFilter(field_name="location_id")
    kind = django_filters.CharFilter(max_length=64)
    search = Search("name", "kind")


class RangeFilters(django_filters.FilterSet):
    """`from` and `to`: ranges that meet these days of the business, both inclusive."""

    @classmethod
    def get_filters(cls) -> Any:
        days = {
            "from": django_filters.DateFilter(method="from_day"),
            "to": django_filters.DateFilter(method="to_day"),
        }
        return {**super().get_filters(), **days}

    def from_day(self, rows: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        return rows.filter(ends_at__gt=local_midnight(value, zone_of(None)))

    def to_day(self, rows: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        return rows.filter(starts_at__lt=local_midnight(value + dt.timedelta(days=1), zone_of(None)))


class ClosureFilters(RangeFilters):
    """`location`: what shuts that place, its own closures and those of the business."""

    location = django_filters.UUIDFilter(method="at_location")
    search = Search("name")

    def at_location(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(Q(location=value) | Q(location=None))


class HoursFilters(django_filters.FilterSet):
    """`from` and `to`: exceptions of these dates, both inclusive. `weekly`: rows of weekdays, or of dates."""

    weekly = Flag(method="kept_weekly")

    @classmethod
    def get_filters(cls) -> Any:
        days = {
            "from": django_filters.DateFilter(field_name="on_date", lookup_expr="gte"),
            "to": django_filters.DateFilter(field_name="on_date", lookup_expr="lte"),
        }
        return {**super().get_filters(), **days}

    def kept_weekly(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(on_date__isnull=value == "true")
