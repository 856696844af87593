"""People at work, their hours and absences, for operators."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import DayRange, OperatorAdmin, OperatorInline, business_site, change_each
from bookme.core.time import clock_text
from bookme.locations.admin import HoursTexts
from bookme.staff.actions import archive_person
from bookme.staff.models import ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from bookme.users.selectors import operator_actor


class ShiftTexts(HoursTexts):
    @admin.display(description="breaks")
    def pauses(self, hours: WorkingHours) -> str:
        return ", ".join(f"{clock_text(start)} to {clock_text(end)}" for start, end in hours.breaks)


class WorkingHoursInline(ShiftTexts, OperatorInline):  # type: ignore[misc]
    model = WorkingHours
    fields = ("day", "span", "pauses", "location")
    readonly_fields = ("day", "span", "pauses")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingHours]:
        found: QuerySet[WorkingHours] = super().get_queryset(request).select_related("location")
        return found


class OfferInline(OperatorInline):
    model = StaffService
    fields = ("service", "price", "duration_minutes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffService]:
        found: QuerySet[StaffService] = super().get_queryset(request).select_related("service")
        return found


class TimeOffInline(OperatorInline):
    model = TimeOff
    fields = ("starts_at", "ends_at", "reason")


class AreaInline(OperatorInline):
    model = ServiceArea
    fields = ("postcode", "radius_km", "days")


@admin.register(Staff, site=business_site)
class StaffAdmin(OperatorAdmin):
    list_display = ("name", "title", "email", "phone", "is_active", "position")
    list_filter = ("is_active", "services")
    search_fields = ("name", "title", "email", "key", "slug")
    inlines = (WorkingHoursInline, TimeOffInline, OfferInline, AreaInline)
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Staff]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_person(person=row, actor=actor), done="archived")


@admin.register(WorkingHours, site=business_site)
class WorkingHoursAdmin(ShiftTexts, OperatorAdmin):  # type: ignore[misc]
    list_display = ("staff", "day", "span", "pauses", "location")
    list_select_related = ("staff", "location")
    list_filter = ("staff", "weekday", "location")
    search_fields = ("staff__name",)
    fields = list_display
    readonly_fields = list_display


@admin.register(TimeOff, site=business_site)
class TimeOffAdmin(OperatorAdmin):
    list_display = ("staff", "starts_at", "ends_at", "reason")
    list_select_related = ("staff",)
    list_filter = (("starts_at", DayRange), "staff")
    search_fields = ("staff__name", "reason")
