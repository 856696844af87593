"""The shape of an address to which nothing goes."""

from rest_framework import serializers

from bookme.communications.models import StoppedAddress
from bookme.core.http.fields import InstantField


class StoppedSerializer(serializers.ModelSerializer[StoppedAddress]):
    """`notification` is the message that came back, or was called spam."""

    notification = serializers.UUIDField(source="notification_id", read_only=True, allow_null=True)
    created_at = InstantField(read_only=True)

    class Meta:
        model = StoppedAddress
        fields = ("id", "channel", "address", "reason", "notification", "created_at")
        read_only_fields = fields
