"""The catalogue, for operators."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import OperatorAdmin, OperatorInline, business_site, change_each
from bookme.services.actions import archive_category, archive_extra, archive_question, archive_service
from bookme.services.models import Category, Extra, Question, Service, ServiceRequirement
from bookme.users.selectors import operator_actor


class RequirementInline(OperatorInline):
    model = ServiceRequirement
    fields = ("kind",)


@admin.register(Service, site=business_site)
class ServiceAdmin(OperatorAdmin):
    list_display = ("name", "category", "kind", "duration_minutes", "price", "capacity", "is_active", "position")
    list_select_related = ("category",)
    list_filter = ("is_active", "kind", "category")
    search_fields = ("name", "description", "key", "slug")
    inlines = (RequirementInline,)
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Service]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_service(service=row, actor=actor), done="archived")


@admin.register(Category, site=business_site)
class CategoryAdmin(OperatorAdmin):
    list_display = ("name", "slug", "is_active", "position")
    list_filter = ("is_active",)
    search_fields = ("name", "key", "slug")
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Category]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_category(category=row, actor=actor), done="archived")


@admin.register(Extra, site=business_site)
class ExtraAdmin(OperatorAdmin):
    list_display = ("name", "price", "duration_minutes", "is_active", "position")
    list_filter = ("is_active",)
    search_fields = ("name", "key")
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Extra]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_extra(extra=row, actor=actor), done="archived")


@admin.register(Question, site=business_site)
class QuestionAdmin(OperatorAdmin):
    list_display = ("label", "key", "kind", "required", "is_active", "position")
    list_filter = ("is_active", "kind")
    search_fields = ("label", "key")
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Question]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_question(question=row, actor=actor), done="archived")
