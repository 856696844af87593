"""The rule by which something repeats."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from bookme.bookings.recurrence import MOST, Frequency, Recurrence
from bookme.core.http.fields import BoundedList, DateField, WholeNumber
from bookme.core.http.serializers import InputSerializer, fault

MAX_INTERVAL = 52


class RepeatInput(InputSerializer):
    """Every `interval` weeks or months, for `count` dates or through `until`: one of the two.

    Weekly on the `weekdays` (Monday is 0), or with none on that of the start. Monthly on the weekday of the start,
    as the how-many-eth of the month it is there; the fifth, or with `last`, is the last.
    """

    frequency = serializers.ChoiceField(choices=[each.value for each in Frequency])
    interval = WholeNumber(min_value=1, max_value=MAX_INTERVAL, required=False, default=1)
    weekdays = BoundedList(child=WholeNumber(max_value=6), max_length=7, required=False, default=list)
    count = WholeNumber(min_value=1, max_value=MOST, required=False, allow_null=True, default=None)
    until = DateField(required=False, allow_null=True, default=None)
    last = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> Recurrence:
        if (attrs["count"] is None) == (attrs["until"] is None):
            raise fault("count", "Give either a count or a last date.", "count_or_until")
        if attrs["frequency"] == Frequency.MONTHLY and attrs["weekdays"]:
            raise fault("weekdays", "A month repeats on the weekday of the start.", "weekdays_of_month")
        if attrs["frequency"] == Frequency.WEEKLY and attrs["last"]:
            raise fault("last", "Only a month has a last one.", "last_of_week")
        weekdays = tuple(sorted(set(attrs["weekdays"])))
        return Recurrence(**attrs | {"frequency": Frequency(attrs["frequency"]), "weekdays": weekdays})


class RepeatOutput(serializers.Serializer[Mapping[str, Any]]):
    """As in RepeatInput."""

    frequency = serializers.CharField()
    interval = serializers.IntegerField()
    weekdays = serializers.ListField(child=serializers.IntegerField())
    count = serializers.IntegerField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    last = serializers.BooleanField()
