"""Filters of lists. A value that cannot be read is a 400 with the parameter's name, never ignored."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

YES_NO = [("true", "true"), ("false", "false")]


class Flag(django_filters.ChoiceFilter):
    """`true` or `false`, and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=YES_NO, empty_label=None, null_value="", **options)


class Search(django_filters.CharFilter):
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


class Tag(django_filters.CharFilter):
    """Rows that carry the tag."""

    def __init__(self, **options: Any) -> None:
        super().__init__(field_name="tags", max_length=40, **options)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(tags__contains=[value]) if value else qs


class ActiveFilters(django_filters.FilterSet):
    """Lists show what is active; `is_active=false` asks for what is archived (the team alone has any)."""

    is_active = Flag(help_text="`false`: archived rows instead, for the team. Default `true`.")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("is_active") else rows.filter(is_active=True)
