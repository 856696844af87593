"""Filters of the list of messages."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django_filters import filters

from bookme.communications.kinds import MESSAGES, Audience, Category
from bookme.communications.models import Channel, Notification, NotificationStatus, StoppedAddress, StopReason
from bookme.communications.selectors.notifications import telling_of
from bookme.core.http.filters import DayRange, Search

# Those of accounts are not on record.
ON_RECORD = tuple(kind for kind, told in MESSAGES.items() if told.category is not Category.ACCOUNT)
READERS = tuple(each for each in Audience if each is not Audience.PERSON)


class NotificationFilters(DayRange):
    """Dates are local days of the business on which the message was recorded."""

    starts_field: ClassVar[str] = "created_at"
    ends_field: ClassVar[str] = "created_at"

    booking = filters.UUIDFilter(method="told")
    status = filters.ChoiceFilter(choices=NotificationStatus.choices)
    channel = filters.ChoiceFilter(choices=Channel.choices)
    kind = filters.ChoiceFilter(choices=[(each.value, each.value) for each in ON_RECORD])
    audience = filters.ChoiceFilter(choices=[(each.value, each.value) for each in READERS])
    search = Search("to", "subject")

    class Meta:
        model = Notification
        fields = ("booking", "status", "channel", "kind", "audience")

    def told(self, rows: QuerySet[Notification], _name: str, booking_id: UUID) -> QuerySet[Notification]:
        return telling_of(booking_id, rows)


def narrowed_notifications(rows: QuerySet[Notification], request: HttpRequest) -> QuerySet[Notification] | None:
    """What a page's query leaves of them; None if it cannot be read."""
    found: Any = NotificationFilters(request.GET, rows, request=request)
    return found.qs if found.is_valid() else None


class StoppedFilters(DayRange):
    """Dates are local days of the business on which it was stopped."""

    starts_field: ClassVar[str] = "created_at"
    ends_field: ClassVar[str] = "created_at"

    channel = filters.ChoiceFilter(choices=Channel.choices)
    reason = filters.ChoiceFilter(choices=StopReason.choices)
    search = Search("address")

    class Meta:
        model = StoppedAddress
        fields = ("channel", "reason")


def narrowed_stopped(rows: QuerySet[StoppedAddress], request: HttpRequest) -> QuerySet[StoppedAddress] | None:
    """As `narrowed_notifications`, of addresses."""
    found: Any = StoppedFilters(request.GET, rows, request=request)
    return found.qs if found.is_valid() else None
