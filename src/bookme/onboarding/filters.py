"""How an operator finds a business."""

from typing import Any

from django.db.models import QuerySet
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet

from bookme.core.http.filters import Search
from bookme.tenants.models import BusinessKind, TenantStatus


class TenantFilters(FilterSet):
    status = filters.MultipleChoiceFilter(choices=TenantStatus.choices, help_text="May be given several times.")
    kind = filters.MultipleChoiceFilter(choices=BusinessKind.choices, help_text="May be given several times.")
    search = Search("name", "slug", "domains__domain", help_text="Words in its name, slug and host names.")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Each business once, however many of its host names have the word."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found.distinct()
