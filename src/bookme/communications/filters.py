"""Filters of the list of messages."""

from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet

from bookme.communications.models import Channel, Notification, NotificationStatus


class NotificationFilters(FilterSet):
    booking = filters.UUIDFilter(field_name="booking_id")
    status = filters.ChoiceFilter(choices=NotificationStatus.choices)
    channel = filters.ChoiceFilter(choices=Channel.choices)

    class Meta:
        model = Notification
        fields = ("booking", "status", "channel")
