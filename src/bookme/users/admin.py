"""People and what they are where, for operators."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.actor import Actor
from bookme.core.http.admin import (
    DayRange,
    OperatorAdmin,
    OperatorInline,
    all_fields,
    business_site,
    change_each,
    platform_site,
)
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.eventlog.events import AuditTopic
from bookme.eventlog.models import AuditRecord
from bookme.users.actions import (
    forget_two_factor,
    make_operator,
    sign_out,
    tell_of_account,
)
from bookme.users.audit import names_of_topic, said_to_operator
from bookme.users.models import Membership, SignIn, User
from bookme.users.selectors import operator_actor


def _operator(request: HttpRequest) -> Actor:
    user: Any = request.user
    return operator_actor(user).coming_from(origin_of(request))


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
    actions = ("forget_second_factor", "export_csv")

    @admin.action(description="Take the second factor away: app and recovery codes are lost")
    def forget_second_factor(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        actor, at = _operator(request), now()
        change_each(
            request, rows, lambda row: forget_two_factor(user=row, actor=actor, now=at), done="without second factor"
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if obj.is_staff and "is_staff" in form.changed_data:
            make_operator(user_id=obj.pk)  # afterwards: the form saves the whole row, and the old password with it
        tell_of_account(user=obj, fields=form.changed_data, actor=_operator(request))


class Topic(admin.SimpleListFilter):
    title = "what it is about"
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.value, each.value.replace("_", "-").capitalize()) for each in AuditTopic]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
        chosen = self.value()
        return queryset.filter(name__in=names_of_topic(AuditTopic(chosen))) if chosen in set(AuditTopic) else queryset


@admin.register(AuditRecord, site=platform_site)
@admin.register(AuditRecord, site=business_site)
class AuditAdmin(OperatorAdmin):
    """Who came in, who failed to, and who may do what since when: of the platform, and of each business."""

    list_display = ("occurred_at", "said", "actor_kind", "actor_name", "address", "agent")
    list_filter = (Topic, "actor_kind", ("occurred_at", DayRange))
    search_fields = ("=subject_id", "=actor_id", "=request_id", "actor_name")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")
    readonly_fields = ("said", *all_fields(AuditRecord))

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        """Of a page of facts, whom they are about is asked for at once."""
        usual: Any = super().get_changelist(request, **options)

        class Said(usual):  # type: ignore[misc]
            result_list: Any

            def get_results(self, request: HttpRequest) -> None:
                super().get_results(request)
                self.result_list = said_to_operator(self.result_list)

        return Said

    @admin.display(description="what")
    def said(self, record: AuditRecord) -> str:
        return str(vars(record).get("said") or vars(said_to_operator([record])[0])["said"])

    @admin.display(description="address")
    def address(self, record: AuditRecord) -> str:
        return str(record.payload.get("address", ""))

    @admin.display(description="agent")
    def agent(self, record: AuditRecord) -> str:
        return str(record.payload.get("agent", ""))


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
        change_each(
            request, rows, lambda row: sign_out(sign_in_id=row.pk, by=_operator(request), now=at), done="signed out"
        )


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
