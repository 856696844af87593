"""What the platform itself has to do, for operators."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import OperatorAdmin, all_fields, change_each, platform_site
from bookme.core.time import now
from bookme.tenants.actions import run_again
from bookme.tenants.models import OutboxMessage


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
