"""When people are busy: what is asked, and answered."""

from typing import Any

from rest_framework import serializers

from bookme.core.http.fields import DateField, InstantField


class BusyQuery(serializers.Serializer[Any]):
    """`from` and `to` are dates in the zone of the location, else of the business, both inclusive: at most 31."""

    def get_fields(self) -> dict[str, Any]:
        """Two names that cannot be those of attributes."""
        return {**super().get_fields(), "from": DateField(source="first"), "to": DateField(source="last")}

    staff = serializers.UUIDField(required=False, default=None)
    location = serializers.UUIDField(required=False, default=None)


class BusyRangeOutput(serializers.Serializer[Any]):
    """Somebody has no time then. `location` is null where it is at none, at several, or at one out of your reach."""

    staff = serializers.UUIDField(source="staff_id")
    location = serializers.UUIDField(source="location_id", allow_null=True)
    start = InstantField()
    end = InstantField()


class BusyOutput(serializers.Serializer[Any]):
    """`staff` is who was looked at: whoever is not in `busy` is free of anything, within their hours."""

    timezone = serializers.CharField()
    staff = serializers.ListField(child=serializers.UUIDField())
    busy = BusyRangeOutput(many=True)
