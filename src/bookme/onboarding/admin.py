"""Businesses and their host names, for operators."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from bookme.core.actor import Actor
from bookme.core.errors import DomainError
from bookme.core.http.admin import OperatorAdmin, OperatorInline, change_each, platform_site
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.onboarding.actions.business import name_faults
from bookme.onboarding.actions.change import telling
from bookme.onboarding.actions.domains import check_domain
from bookme.onboarding.actions.lifecycle import close_business, resume_business, suspend_business
from bookme.onboarding.wording import reason_text
from bookme.tenants.hosts import own_host, proof_of, proven_from, record_name
from bookme.tenants.models import Domain, Tenant
from bookme.tenants.selectors import business_url, normalised_host
from bookme.users.selectors import operator_actor

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})+")


class DomainInline(OperatorInline):
    model = Domain
    fields = ("domain", "is_primary", "verified_at")


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


class DomainForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new host name, in the form in which requests are looked up."""

    def clean_domain(self) -> str:
        host = normalised_host(self.cleaned_data["domain"])
        if not _HOST.fullmatch(host):
            raise forms.ValidationError("This is not a host name that can lead to a business.", code="invalid")
        return host

    def clean(self) -> Any:
        given = super().clean() or {}
        tenant, host = given.get("tenant"), given.get("domain")
        if tenant is not None and host is not None:
            for fault in name_faults(tenant.slug, [host], tenant=tenant):
                self.add_error("domain", forms.ValidationError(f"It {fault.message}.", code=fault.code))
        return given


@admin.register(Domain, site=platform_site)
class DomainAdmin(OperatorAdmin):
    """Host names. Each leads to its business once that has proven it; links lead to the primary one."""

    list_display = ("domain", "tenant", "is_primary", "verified_at", "state")
    list_select_related = ("tenant",)
    list_filter = ("is_primary", ("verified_at", admin.EmptyFieldListFilter))
    search_fields = ("domain", "tenant__name", "tenant__slug")
    autocomplete_fields = ("tenant",)
    actions = ("check_now", "export_csv")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("verified_at", "checked_at", "state", "record") if obj else ()
        return ("domain", "tenant", "is_primary", *shown)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A name that is another is another name, with a proof of its own: it is added, and the old one deleted."""
        return ("domain", "tenant", "verified_at", "checked_at", "state", "record") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **(kwargs if obj else kwargs | {"form": DomainForm}))

    @admin.display(description="state")
    def state(self, row: Domain) -> str:
        return "Proven" if row.verified_at else reason_text(row.reason)

    @admin.display(description="record that proves it")
    def record(self, row: Domain) -> str:
        return f"{record_name(row.domain)} TXT {proof_of(row.domain, tenant=row.tenant)}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The primary one is where links lead, and a business is always served at the platform's own for it."""
        stays = obj is not None and (obj.is_primary or obj.domain == own_host(obj.tenant.slug))
        return self.has_view_permission(request) and not stays

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        at = now()
        if not change:
            obj.verified_at = proven_from(obj.domain, now=at)
        with telling(tenant=obj.tenant, actor=_operator(request), now=at):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with telling(tenant=obj.tenant, actor=_operator(request), now=now()):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Domain]) -> None:
        for row in queryset.select_related("tenant"):
            with write():
                self.delete_model(request, row)

    @admin.action(description="Check now")
    def check_now(self, request: HttpRequest, rows: QuerySet[Domain]) -> None:
        """Asks the network for one after the other, in no transaction."""
        for row in rows.select_related("tenant"):
            try:
                found = check_domain(domain=row, actor=_operator(request), now=now())
            except DomainError as error:
                messages.error(request, f"{row.domain}: {error.detail}")
                continue
            tell = messages.success if found.verified_at else messages.error
            tell(request, f"{row.domain}: {self.state(found)}.")


def _lead(request: HttpRequest, rows: QuerySet[Tenant], step: Callable[..., Any], *, done: str) -> None:
    actor = _operator(request)
    change_each(request, rows, lambda row: step(tenant=row, actor=actor), done=done)


def _operator(request: HttpRequest) -> Actor:
    return operator_actor(request.user)  # type: ignore[arg-type]
