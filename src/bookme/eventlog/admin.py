"""The history, of the platform and of each business: also of what operators did."""

from django.contrib import admin

from bookme.core.http.admin import OperatorAdmin, all_fields, business_site, platform_site
from bookme.eventlog.models import Event


@admin.register(Event, site=platform_site)
@admin.register(Event, site=business_site)
class EventAdmin(OperatorAdmin):
    list_display = ("occurred_at", "name", "actor_kind", "actor_name", "subject_id", "position")
    list_filter = ("name", "actor_kind")
    search_fields = ("=subject_id", "=request_id", "actor_name")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")
    readonly_fields = all_fields(Event)
