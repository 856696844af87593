"""Places and when they are shut, for operators."""

from calendar import day_name

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import DayRange, OperatorAdmin, OperatorInline, business_site, change_each
from bookme.core.time import clock_text
from bookme.locations.actions import archive_location, archive_resource
from bookme.locations.models import Closure, DayHours, Location, OpeningHours, Resource
from bookme.users.selectors import operator_actor


class HoursTexts:
    """Weekly hours as people read them."""

    @admin.display(description="day")
    def day(self, hours: DayHours) -> str:
        return str(hours.on_date) if hours.on_date else day_name[hours.weekday or 0]

    @admin.display(description="hours")
    def span(self, hours: DayHours) -> str:
        if hours.start is None or hours.end is None:
            return "shut"
        return f"{clock_text(hours.start)} to {clock_text(hours.end)}"


class OpeningHoursInline(HoursTexts, OperatorInline):  # type: ignore[misc]
    model = OpeningHours
    fields = ("day", "span")
    readonly_fields = fields


@admin.register(Location, site=business_site)
class LocationAdmin(OperatorAdmin):
    list_display = ("name", "city", "postcode", "online", "is_active", "position")
    list_filter = ("is_active", "online")
    search_fields = ("name", "city", "postcode", "key")
    inlines = (OpeningHoursInline,)
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Location]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_location(location=row, actor=actor), done="archived")


@admin.register(Resource, site=business_site)
class ResourceAdmin(OperatorAdmin):
    list_display = ("name", "kind", "location", "is_active", "position")
    list_select_related = ("location",)
    list_filter = ("is_active", "kind", "location")
    search_fields = ("name", "kind", "key")
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Resource]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_resource(resource=row, actor=actor), done="archived")


@admin.register(Closure, site=business_site)
class ClosureAdmin(OperatorAdmin):
    list_display = ("name", "location", "starts_at", "ends_at", "from_file")
    list_select_related = ("location",)
    list_filter = (("starts_at", DayRange), "location")
    search_fields = ("name",)
