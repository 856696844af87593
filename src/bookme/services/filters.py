"""Filters of the catalogue's lists."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import filters

from bookme.core.http.filters import ActiveFilters, Search, Tag
from bookme.services.models import QuestionKind, ServiceKind


class CategoryFilters(ActiveFilters):
    search = Search("name", "description")


class ServiceFilters(ActiveFilters):
    """`location`: offered there, that is at no place in particular or at this one. `staff`: done by them."""

    category = filters.UUIDFilter(field_name="category_id")
    kind = filters.ChoiceFilter(choices=ServiceKind.choices)
    staff = filters.UUIDFilter(field_name="staff_services__staff_id")
    location = filters.UUIDFilter(method="at_location")
    tag = Tag()
    search = Search("name", "description")

    def at_location(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(Q(locations=value) | Q(locations=None)).distinct()


class ExtraFilters(ActiveFilters):
    service = filters.UUIDFilter(field_name="services")
    search = Search("name", "description")


class QuestionFilters(ActiveFilters):
    """`service`: asked when it is booked, that is of it or of all."""

    service = filters.UUIDFilter(method="of_service")
    kind = filters.ChoiceFilter(choices=QuestionKind.choices)
    search = Search("label", "help_text")

    def of_service(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        return rows.filter(Q(services=value) | Q(services=None)).distinct()
