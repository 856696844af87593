"""Filters of people at work."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import filters

from bookme.core.http.filters import ActiveFilters, Search
from bookme.locations.filters import HoursFilters
from bookme.staff.models import WorkingHours


class StaffFilters(ActiveFilters):
    """`location`: who has hours there, or hours without a place."""

    service = filters.UUIDFilter(field_name="staff_services__service_id")
    location = filters.UUIDFilter(method="at_location")
    search = Search("name", "title")

    def at_location(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        here = WorkingHours.objects.filter(Q(location=value) | Q(location=None), staff=OuterRef("pk"))
        return rows.filter(Exists(here))


class WorkingHoursFilters(HoursFilters):
    location = filters.UUIDFilter(field_name="location_id")
