"""People and what they are where, for operators."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import OperatorAdmin, OperatorInline, all_fields, change_each, platform_site
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.users.actions import forget_unproven_password, make_operator, sign_out
from bookme.users.models import Membership, SignIn, User


class MembershipInline(OperatorInline):
    model = Membership
    fields = ("tenant", "role", "is_active", "created_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        found: QuerySet[Membership] = super().get_queryset(request).select_related("tenant")
        return found


@admin.register(User, site=platform_site)
class UserAdmin(OperatorAdmin):
    """Names and who is an operator can be changed; a person is deactivated, never deleted."""

    list_display = ("email", "name", "is_staff", "is_active", "created_at", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name", "phone")
    fields = ("email", "name", "phone", "language", "timezone", "is_active", "is_staff", "email_verified_at",
              "created_at", "last_login")  # fmt: skip
    readonly_fields = ("email", "email_verified_at", "created_at", "last_login")
    inlines = (MembershipInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if obj.is_staff and "is_staff" in form.changed_data:
            make_operator(user_id=obj.pk)  # afterwards: the form saves the whole row, and the old password with it


@admin.register(Membership, site=platform_site)
class MembershipAdmin(OperatorAdmin):
    list_display = ("user", "tenant", "role", "is_active", "created_at")
    list_select_related = ("user", "tenant")
    list_filter = ("role", "is_active", "tenant")
    search_fields = ("user__email", "user__name", "tenant__name", "tenant__slug")
    autocomplete_fields = ("user", "tenant")
    fields = ("user", "tenant", "role", "is_active", "denied", "location_ids", "staff_ids", "created_at")
    readonly_fields = ("denied", "location_ids", "staff_ids", "created_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose it is and where stays as it is: another is another membership."""
        return ("user", "tenant", *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if obj.role != Role.CUSTOMER and "role" in form.changed_data:
            forget_unproven_password(user_id=obj.user_id)
        super().save_model(request, obj, form, change)


@admin.register(SignIn, site=platform_site)
class SignInAdmin(OperatorAdmin):
    list_display = ("user", "tenant", "kind", "address", "created_at", "used_at", "expires_at", "revoked_at")
    list_select_related = ("user", "tenant")
    list_filter = ("kind", "tenant")
    search_fields = ("user__email", "address")
    actions = ("end", "export_csv")
    exclude = ("refresh_jti",)

    @admin.action(description="Sign out")
    def end(self, request: HttpRequest, rows: QuerySet[SignIn]) -> None:
        at = now()
        change_each(request, rows, lambda row: sign_out(sign_in_id=row.pk, now=at), done="signed out")


@admin.register(LogEntry, site=platform_site)
class LogEntryAdmin(OperatorAdmin):
    """Who changed what when in the platform's own tables, also of rows that are gone."""

    list_display = ("action_time", "user", "action_flag", "content_type", "object_repr", "change_message")
    list_select_related = ("user", "content_type")
    list_filter = ("action_flag", "content_type")
    search_fields = ("user__email", "object_repr", "=object_id", "change_message")
    date_hierarchy = "action_time"
    ordering = ("-action_time", "-id")
    fields = readonly_fields = all_fields(LogEntry)
