"""Businesses, for operators."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from bookme.core.actor import Actor
from bookme.core.http.admin import OperatorAdmin, OperatorInline, change_each, platform_site
from bookme.onboarding.actions.lifecycle import close_business, resume_business, suspend_business
from bookme.tenants.models import Domain, Tenant
from bookme.tenants.selectors import business_url
from bookme.users.selectors import operator_actor


class DomainInline(OperatorInline):
    model = Domain
    fields = ("domain", "is_primary")


@admin.register(Tenant, site=platform_site)
class TenantAdmin(OperatorAdmin):
    """Made by `tenant apply` or by signing up; what a business is set to is in its own config."""

    list_display = ("name", "slug", "kind", "status", "created_at", "switch")
    list_filter = ("status", "kind")
    search_fields = ("name", "slug", "domains__domain")
    fields = ("name", "slug", "kind", "status", "schema_name", "schema_version", "created_at", "updated_at", "site",
              "switch")  # fmt: skip
    readonly_fields = fields
    inlines = (DomainInline,)
    actions = ("suspend", "resume", "close", "export_csv")
    export_fields = ("name", "slug", "kind", "status", "schema_name", "created_at")

    @admin.display(description="")
    def switch(self, tenant: Tenant) -> str:
        return format_html('<a class="font-semibold" href="/t/{}/admin/">Switch to it</a>', tenant.slug)

    @admin.display(description="site")
    def site(self, tenant: Tenant) -> str:
        return format_html('<a href="{0}">{0}</a>', business_url(tenant))

    @admin.action(description="Suspend")
    def suspend(self, request: HttpRequest, rows: QuerySet[Tenant]) -> None:
        _lead(request, rows, suspend_business, done="suspended")

    @admin.action(description="Resume, or open out of the trial")
    def resume(self, request: HttpRequest, rows: QuerySet[Tenant]) -> None:
        _lead(request, rows, resume_business, done="resumed")

    @admin.action(description="Close for good")
    def close(self, request: HttpRequest, rows: QuerySet[Tenant]) -> None:
        _lead(request, rows, close_business, done="closed")


def _lead(request: HttpRequest, rows: QuerySet[Tenant], step: Callable[..., Any], *, done: str) -> None:
    actor: Actor = operator_actor(request.user)  # type: ignore[arg-type]
    change_each(request, rows, lambda row: step(tenant=row, actor=actor), done=done)
