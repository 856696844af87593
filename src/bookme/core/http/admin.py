"""The operators' two admin sites, and what every admin of ours is made of.

`platform_site` is `/admin/`: the tables of the platform, where what an operator does is kept as Django's LogEntry.
`business_site` is `/t/<slug>/admin/`: one business, read-only but for admin actions, which call the same actions as
everybody, with the operator as actor, so that the business's own events are the history.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import label_for_field, lookup_field
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.sites import UnfoldAdminSite
from unfold.utils import parse_date_str

from bookme.core.http.problems import domain_error
from bookme.core.http.views import write
from bookme.core.spreadsheets import csv_lines
from bookme.core.time import day_bounds, is_calendar_day

_SHOWN_FAILURES = 5


class OperatorSite(UnfoldAdminSite):
    """For operators with all that the platform demands of one. Signing in and out is `web.operators`."""

    def has_permission(self, request: HttpRequest) -> bool:
        return is_operator(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's own form would tell nobody, count no guess and end no sign-in: a new password is by a link."""
        return HttpResponseRedirect(settings.OPERATOR_RESET_URL)


platform_site = OperatorSite(name="admin")
business_site = OperatorSite(name="business")


class OperatorsOnly:
    """Every operator may look at everything, and nobody changes anything here unless a subclass says so."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DayRange(RangeDateFilter):
    """Instants from one day to another, both inclusive, on the clock of the business."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        zone = timezone.get_current_timezone()
        if first := self._day("from"):
            queryset = queryset.filter(**{f"{self.field_path}__gte": day_bounds(first, first, zone)[0]})
        if last := self._day("to"):
            queryset = queryset.filter(**{f"{self.field_path}__lt": day_bounds(last, last, zone)[1]})
        return queryset

    def _day(self, end: str) -> dt.date | None:
        """What was typed, if it is a day near enough for a calendar."""
        day: dt.date | None = parse_date_str(str(self.used_parameters.get(f"{self.field_path}_{end}")))
        return day if day and is_calendar_day(day) else None


class OperatorAdmin(OperatorsOnly, ModelAdmin):  # type: ignore[misc]
    """Rows to look at, filter, search and export."""

    actions: Sequence[Any] = ("export_csv",)
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    formfield_overrides: Any = {models.URLField: {"assume_scheme": "https"}}  # type: ignore[misc]
    export_fields: tuple[str, ...] = ()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """What the history says: each field with what it was and what it became."""
        changes = (_change(form, name, add=add) for name in form.changed_data)
        return "; ".join(changes) or "Saved without a change"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What operators did to a row of the platform; of a business's row, what anybody did: its events."""
        if self.admin_site is not business_site:
            answer: HttpResponse = super().history_view(request, object_id, extra_context)
            return answer
        return HttpResponseRedirect(reverse("business:eventlog_event_changelist", query={"q": object_id}))

    def response_action(self, request: HttpRequest, *rows: Any, **options: Any) -> HttpResponse | None:
        """Django looks for the chosen rows by whatever came: what is no id of theirs is a ValidationError here."""
        for each in request.POST.getlist(ACTION_CHECKBOX_NAME):
            self.model._meta.pk.to_python(each)
        answer: HttpResponse | None = super().response_action(request, *rows, **options)
        return answer

    @admin.action(description="Export as CSV")
    def export_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> StreamingHttpResponse:
        """The chosen rows with the columns of the list, or those of `export_fields`."""
        name = f"{self.model._meta.model_name}.csv"
        return StreamingHttpResponse(
            chain(["\ufeff"], csv_lines(self._csv_rows(rows))),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _csv_rows(self, rows: QuerySet[Any]) -> Iterator[list[Any]]:
        columns = self.export_fields or self.list_display
        yield [label_for_field(each, self.model, self) for each in columns]
        for row in rows.iterator(chunk_size=500):
            yield [lookup_field(each, row, self)[2] for each in columns]


class OperatorInline(OperatorsOnly, TabularInline):  # type: ignore[misc]
    """Rows that belong to one, shown below it."""

    extra = 0
    tab = True


def is_operator(request: HttpRequest) -> bool:
    """Whether a person is signed in who `may_operate`."""
    return bool(getattr(request.user, "may_operate", False))


def change_each(
    request: HttpRequest,
    rows: QuerySet[Any],
    change: Callable[[Any], object],
    *,
    done: str,
    name: Callable[[Any], str] = str,
) -> None:
    """Call `change` with each row, in a transaction of its own, and tell how it went. `done` is as `cancelled`.

    On the platform's site it is kept who did it; a business has its events.
    """
    failures, count = [], 0
    for row in rows:
        try:
            with write():
                change(row)
                _keep(request, row, done)
        except Exception as error:
            if (found := domain_error(error)) is None:
                raise
            failures.append(f"{name(row)}: {found.detail}")
        else:
            count += 1
    if count:
        messages.success(request, f"{count} {done}.")
    for failure in failures[:_SHOWN_FAILURES]:
        messages.error(request, failure)
    if len(failures) > _SHOWN_FAILURES:
        messages.error(request, f"{len(failures) - _SHOWN_FAILURES} more could not be {done}.")


def _keep(request: HttpRequest, row: Any, done: str) -> None:
    if getattr(request, "tenant", None) is None:
        LogEntry.objects.log_actions(str(request.user.pk), [row], CHANGE, done.capitalize(), single_object=True)


def all_fields(model: type[Model]) -> tuple[str, ...]:
    """Every column, for a page that shows a row as it is."""
    return tuple(each.name for each in model._meta.fields)


def _change(form: Any, name: str, *, add: bool) -> str:
    """`Role: staff → owner`; of what is new, `Role: owner`."""
    field, became = form.fields[name], form.cleaned_data[name]
    was = "" if add else f"{field.to_python(form.get_initial_for_field(field, name))} → "
    return f"{field.label}: {was}{became}"
