"""What was sent, for operators."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.communications.actions import send_again
from bookme.communications.models import Notification
from bookme.core.http.admin import DayRange, OperatorAdmin, all_fields, business_site, change_each
from bookme.core.time import now
from bookme.users.selectors import operator_actor


@admin.register(Notification, site=business_site)
class NotificationAdmin(OperatorAdmin):
    list_display = ("created_at", "kind", "channel", "to", "subject", "status", "attempts", "sent_at")
    list_filter = (("created_at", DayRange), "status", "channel", "kind")
    search_fields = ("to", "subject", "booking_ids")
    date_hierarchy = "created_at"
    readonly_fields = all_fields(Notification)
    actions = ("repeat", "export_csv")

    @admin.action(description="Send again")
    def repeat(self, request: HttpRequest, rows: QuerySet[Notification]) -> None:
        actor, at = operator_actor(request.user), now()  # type: ignore[arg-type]
        change_each(
            request, rows, lambda row: send_again(notification=row, actor=actor, now=at), done="on their way again"
        )
