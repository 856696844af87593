"""The shape of a message on record."""

from rest_framework import serializers

from bookme.communications.models import Notification
from bookme.core.http.fields import InstantField


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """`kind` names the fact that it told and, with `.business`, that the business itself was told.

    `bookings` are all that it told, in order of start; `booking` and `visit` are of the first.
    """

    booking = serializers.UUIDField(source="first_booking_id", read_only=True, allow_null=True)
    bookings = serializers.ListField(source="booking_ids", child=serializers.UUIDField(), read_only=True)
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
            "bookings",
            "visit",
            "status",
            "attempts",
            "error",
            "sent_at",
            "created_at",
        )
        read_only_fields = fields
