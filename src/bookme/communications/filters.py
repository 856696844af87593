"""Filters of the list of messages."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import filters

from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.communications.selectors.notifications import telling_of
from bookme.core.http.filters import DayRange, Search


class NotificationFilters(DayRange):
    """Dates are local days of the business on which the message was recorded."""

    starts_field: ClassVar[str] = "created_at"
    ends_field: ClassVar[str] = "created_at"

    booking = filters.UUIDFilter(method="told")
    status = filters.ChoiceFilter(choices=NotificationStatus.choices)
    channel = filters.ChoiceFilter(choices=Channel.choices)
    search = Search("to", "subject")

    class Meta:
        model = Notification
        fields = ("booking", "status", "channel")

    def told(self, rows: QuerySet[Notification], _name: str, booking_id: UUID) -> QuerySet[Notification]:
        return telling_of(booking_id, rows)
