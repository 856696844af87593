"""The shape of a message on record."""

from rest_framework import serializers

from bookme.communications.models import Notification
from bookme.core.http.fields import InstantField


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """`kind` names the fact that it told and, with `.business`, that the business itself was told."""

    booking = serializers.UUIDField(source="booking_id", read_only=True)
    visit = serializers.UUIDField(source="visit_id", read_only=True)
    sent_at = InstantField(read_only=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = Notification
        fields = (
            "id",
            "kind",
            "channel",
            "to",
            "language",
            "subject",
            "text",
            "booking",
            "visit",
            "status",
            "attempts",
            "error",
            "sent_at",
            "created_at",
        )
        read_only_fields = fields
