"""Filters of lists. A value that cannot be read is a 400 with the parameter's name, never ignored."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from bookme.core.time import EARLIEST, LATEST, day_bounds

YES_NO = [("true", "true"), ("false", "false")]


@extend_schema_field(OpenApiTypes.BOOL)
class Flag(filters.ChoiceFilter):
    """`true` or `false`, and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=YES_NO, empty_label=None, **options)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(**{self.field_name: value == "true"}) if value else qs


class Day(filters.DateFilter):
    """A date as `YYYY-MM-DD`, near enough for a calendar."""

    def __init__(self, **options: Any) -> None:
        bounds = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        super().__init__(input_formats=["%Y-%m-%d"], validators=bounds, **options)


class Search(filters.CharFilter):
    """Rows in which one of the fields contains the words, whatever their case."""

    field_class = forms.CharField

    def __init__(self, *fields: str, **options: Any) -> None:
        super().__init__(max_length=100, **options)
        self.fields = fields

    def filter(self, qs: Any, value: Any) -> Any:
        for word in str(value or "").split()[:8]:
            found = Q()
            for each in self.fields:
                found |= Q(**{f"{each}__icontains": word})
            qs = qs.filter(found)
        return qs


class Tag(filters.CharFilter):
    """Rows that carry the tag."""

    def __init__(self, **options: Any) -> None:
        super().__init__(field_name="tags", max_length=40, **options)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(tags__contains=[value]) if value else qs


class ActiveFilters(FilterSet):
    """Lists show what is active; `is_active=false` asks for what is archived (the team alone has any)."""

    is_active = Flag(help_text="`false`: archived rows instead, for the team. Default `true`.")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("is_active") else rows.filter(is_active=True)


class DayRange(FilterSet):
    """`from` and `to`: rows that meet these days in the business's zone, both inclusive.

    What ends at midnight does not meet the day that begins then; a moment, whose two fields are one, does.
    """

    starts_field: ClassVar[str] = "starts_at"
    ends_field: ClassVar[str] = "ends_at"

    @classmethod
    def get_filters(cls) -> Any:
        days = {"from": Day(method="from_day"), "to": Day(method="to_day")}
        return {**super().get_filters(), **days}

    def from_day(self, rows: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        beyond = "gte" if self.ends_field == self.starts_field else "gt"
        return rows.filter(**{f"{self.ends_field}__{beyond}": self._bounds(value)[0]})

    def to_day(self, rows: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        return rows.filter(**{f"{self.starts_field}__lt": self._bounds(value)[1]})

    def _bounds(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        return day_bounds(day, day, self.request.tenant.config.zone)
