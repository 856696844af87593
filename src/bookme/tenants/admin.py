"""What the platform itself has to do, for operators."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import OperatorAdmin, all_fields, change_each, platform_site
from bookme.core.time import now
from bookme.tenants.actions import run_again
from bookme.tenants.models import Domain, OutboxMessage
from bookme.tenants.selectors import forget_tenants, is_platform_host, normalised_host

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+")


class OutboxState(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "Due"), ("later", "Later"), ("dead", "Given up"), ("done", "Done")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        waiting = queryset.filter(done_at=None, dead=False)
        chosen = {
            "due": waiting.filter(due_at__lte=now()),
            "later": waiting.filter(due_at__gt=now()),
            "dead": queryset.filter(dead=True),
            "done": queryset.filter(done_at__isnull=False),
        }
        return chosen.get(self.value() or "", queryset)


@admin.register(OutboxMessage, site=platform_site)
class OutboxAdmin(OperatorAdmin):
    """What must happen, what did, and what was given up."""

    list_display = ("task", "tenant", "due_at", "attempts", "dead", "done_at", "last_error")
    list_select_related = ("tenant",)
    list_filter = (OutboxState, "task", "tenant")
    search_fields = ("key", "task", "last_error")
    ordering = ("-due_at", "-id")
    readonly_fields = all_fields(OutboxMessage)
    actions = ("run_dead_again", "export_csv")

    @admin.action(description="Run again what was given up")
    def run_dead_again(self, request: HttpRequest, rows: QuerySet[OutboxMessage]) -> None:
        at = now()
        change_each(request, rows, lambda row: run_again(message=row, now=at), done="waiting to run again")


class DomainForm(forms.ModelForm):  # type: ignore[type-arg]
    """Keeps a host name in the form in which requests are looked up."""

    def clean_domain(self) -> str:
        host = normalised_host(self.cleaned_data["domain"])
        if not _HOST.fullmatch(host) or is_platform_host(host):
            raise forms.ValidationError("This is not a host name that can lead to a business.", code="invalid")
        return host


@admin.register(Domain, site=platform_site)
class DomainAdmin(OperatorAdmin):
    """Host names: each leads to one business, which has one that is the primary."""

    form = DomainForm
    list_display = ("domain", "tenant", "is_primary")
    list_select_related = ("tenant",)
    list_filter = ("is_primary",)
    search_fields = ("domain", "tenant__name", "tenant__slug")
    autocomplete_fields = ("tenant",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The primary one is where links lead."""
        return self.has_view_permission(request) and not (obj and obj.is_primary)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_tenants()
