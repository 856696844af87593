"""What is asked of times, and answered."""

from typing import Any

from rest_framework import serializers

from bookme.bookings.availability import Cause
from bookme.bookings.serializers.fields import CANCELLATION_TEXT, MAX_EXTRAS, StaffChoice
from bookme.bookings.wishes import SESSIONS_ONLY
from bookme.core.http.fields import BoundedList, DateField, InstantField, PlainText, WholeNumber


class SlotsQuery(serializers.Serializer[Any]):
    """`from` and `to` are dates in the zone of the location, else of the business, both inclusive."""

    def get_fields(self) -> dict[str, Any]:
        """Two names that cannot be those of attributes."""
        return {**super().get_fields(), "from": DateField(source="first"), "to": DateField(source="last")}

    service = serializers.UUIDField()
    staff = StaffChoice(required=False, default=None)
    location = serializers.UUIDField(required=False, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    extras = BoundedList(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


class ExplainQuery(serializers.Serializer[Any]):
    service = serializers.UUIDField()
    staff = serializers.UUIDField()
    start = InstantField()
    location = serializers.UUIDField(required=False, default=None)
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


class SlotOutput(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    location = serializers.UUIDField()
    staff = serializers.ListField(child=serializers.UUIDField())


class SlotDayOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    slots = SlotOutput(many=True)


class SlotsOutput(serializers.Serializer[Any]):
    """Every day of the range. `sessions_only` is there, and true, for a class."""

    service = serializers.UUIDField()
    timezone = serializers.CharField()
    cancellation_text = serializers.CharField(help_text=CANCELLATION_TEXT)
    sessions_only = serializers.BooleanField(required=False)
    days = SlotDayOutput(many=True)


class CauseOutput(serializers.Serializer[Any]):
    """One thing that keeps the time from being offered; `text` is in the language of the request."""

    code = serializers.ChoiceField(choices=[*(each.value for each in Cause), SESSIONS_ONLY])
    text = serializers.CharField()


class ExplainOutput(serializers.Serializer[Any]):
    """`causes` is empty where the time is offered."""

    start = InstantField()
    offered = serializers.BooleanField()
    causes = CauseOutput(many=True)
