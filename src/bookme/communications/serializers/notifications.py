"""The shapes of a message on record."""

from rest_framework import serializers

from bookme.communications.models import Attempt, Notification
from bookme.core.http.fields import InstantField


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """`kind` is what it told, `audience` who was told: `customer`, `staff` or `business`.

    `bookings` are all that it told, in order of start; `booking` and `visit` are of the first.
    """

    booking = serializers.UUIDField(source="first_booking_id", read_only=True, allow_null=True)
    bookings = serializers.ListField(source="booking_ids", child=serializers.UUIDField(), read_only=True)
    visit = serializers.UUIDField(source="visit_id", read_only=True)
    due_at = InstantField(read_only=True)
    sent_at = InstantField(read_only=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = Notification
        fields = (
            "id",
            "kind",
            "audience",
            "channel",
            "to",
            "language",
            "subject",
            "text",
            "booking",
            "bookings",
            "visit",
            "status",
            "reason",
            "attempts",
            "error",
            "due_at",
            "sent_at",
            "created_at",
        )
        read_only_fields = fields


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try, by one channel. `error` is what the provider, or the way to it, said."""

    at = InstantField(source="created_at", read_only=True)

    class Meta:
        model = Attempt
        fields = ("number", "channel", "outcome", "error", "at")
        read_only_fields = fields


class NotificationDetailSerializer(NotificationSerializer):
    """`tries` are in order; `cost` is what the provider takes, in the business's currency, for so many `segments`."""

    tries = AttemptSerializer(many=True, read_only=True)
    ended_at = InstantField(read_only=True)

    class Meta:
        model = Notification
        fields = (*NotificationSerializer.Meta.fields, "ended_at", "segments", "cost", "tries")
        read_only_fields = fields
