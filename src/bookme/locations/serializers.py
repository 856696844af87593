"""The shapes of places."""

import datetime as dt
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rest_framework import serializers

from bookme.core.http.fields import DateField, InstantField, PhoneField, PlainText, WholeNumber
from bookme.core.http.serializers import RowSerializer, TranslationsField, fault, row_field
from bookme.core.time import day_bounds, zone_names
from bookme.locations.models import DAY_END, Closure, Location, OpeningHours, Resource
from bookme.locations.selectors import zone_of

LONGEST_DAYS = 366 * 2

_POINT = ("latitude", "longitude")


class LocationSerializer(RowSerializer[Location]):
    """A place of work. `timezone` empty: the business's."""

    translated = ("name",)
    team_only = frozenset({"translations", "meeting_url"})
    country = serializers.RegexField(r"^([A-Z]{2})?\Z", max_length=2, allow_blank=True, required=False)
    timezone = PlainText(max_length=64, allow_blank=True, required=False)
    phone = PhoneField(allow_blank=True, required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90, allow_null=True, required=False)
    longitude = serializers.FloatField(min_value=-180, max_value=180, allow_null=True, required=False)
    translations = TranslationsField(required=False)

    class Meta:
        model = Location
        fields = (
            "id",
            "key",
            "name",
            "slug",
            "address_line1",
            "address_line2",
            "city",
            "county",
            "postcode",
            "country",
            "latitude",
            "longitude",
            "timezone",
            "phone",
            "online",
            "meeting_url",
            "position",
            "is_active",
            "translations",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {"slug": {"required": False}}

    def validate_timezone(self, value: str) -> str:
        if value and value not in zone_names():
            raise serializers.ValidationError("There is no such time zone.", code="unknown_timezone")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [attrs[name] if name in attrs else getattr(self.instance, name, None) for name in _POINT]
        if (given[0] is None) != (given[1] is None):
            raise fault("longitude", "Latitude and longitude come together.", "point")
        return attrs


class ResourceSerializer(RowSerializer[Resource]):
    """One unit that services may need: a room, a chair, a machine."""

    translated = ("name",)
    team_only = frozenset({"translations"})
    location = row_field(Location.objects)
    translations = TranslationsField(required=False)

    class Meta:
        model = Resource
        fields = ("id", "key", "name", "kind", "location", "position", "is_active", "translations")


class HoursSerializer(RowSerializer[Any]):
    """Minutes since local midnight, on a weekday (Monday is 0) or on one date, which then replaces that weekday's.

    `end` may run past midnight, up to 2880. A date without `start` and `end` is shut.
    """

    weekday = WholeNumber(max_value=6, allow_null=True, required=False)
    on_date = DateField(allow_null=True, required=False)
    start = WholeNumber(max_value=1439, allow_null=True, required=False)
    end = WholeNumber(min_value=1, max_value=DAY_END, allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        weekday, on_date, start, end = (attrs.get(name) for name in ("weekday", "on_date", "start", "end"))
        if (weekday is None) == (on_date is None):
            raise fault("weekday", "Give either a weekday or a date.", "weekday_or_date")
        if (start is None) != (end is None):
            raise fault("end", "Start and end come together.", "required")
        if start is None and on_date is None:
            raise fault("start", "Only a single date can be shut.", "required")
        if start is not None and end is not None and end <= start:
            raise fault("end", "The end is after the start.", "end_before_start")
        return attrs


class OpeningHoursSerializer(HoursSerializer):
    class Meta:
        model = OpeningHours
        fields = ("id", "weekday", "on_date", "start", "end")


class RangeSerializer(RowSerializer[Any]):
    """A range of instants, given as `starts_at` and `ends_at`, or as `from` and `to`: whole local days, both inclusive.

    Answered as instants, and as days too if it is made of whole ones.
    """

    starts_at = InstantField(required=False)
    ends_at = InstantField(required=False)

    def get_fields(self) -> dict[str, Any]:
        days = {name: DateField(required=False, allow_null=True) for name in ("from", "to")}
        return {**super().get_fields(), **days}

    def zone_for(self, attrs: dict[str, Any]) -> ZoneInfo:
        """In which zone a day begins and ends."""
        return zone_of(None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.pop("from", None), attrs.pop("to", None)
        start, end = attrs.get("starts_at"), attrs.get("ends_at")
        if (first or last) and (start or end):
            raise fault("from", "Give either days or instants.", "days_or_instants")
        if first or last:
            if not first or not last:
                raise fault("to" if first else "from", "The first and the last day come together.", "required")
            if last < first:
                raise fault("to", "The last day is not before the first.", "end_before_start")
            start, end = day_bounds(first, last, self.zone_for(attrs))
        start, end = start or getattr(self.instance, "starts_at", None), end or getattr(self.instance, "ends_at", None)
        if start is None or end is None:
            raise fault("starts_at" if start is None else "ends_at", "This field is required.", "required")
        if end <= start:
            raise fault("ends_at", "The end is after the start.", "end_before_start")
        if end - start > dt.timedelta(days=LONGEST_DAYS):
            raise fault("ends_at", f"At most {LONGEST_DAYS} days.", "too_long")
        return {**attrs, "starts_at": start, "ends_at": end}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        answer = super().to_representation(instance)
        tz = zone_of(getattr(instance, "location", None))
        start, end = instance.starts_at.astimezone(tz), instance.ends_at.astimezone(tz)
        answer["starts_at"], answer["ends_at"] = start.isoformat(), end.isoformat()
        is_whole_days = start.time() == end.time() == dt.time.min
        answer["from"] = start.date().isoformat() if is_whole_days else None
        answer["to"] = (end.date() - dt.timedelta(days=1)).isoformat() if is_whole_days else None
        return answer


class ClosureSerializer(RangeSerializer):
    """When a location, or with none the whole business, is shut."""

    location = row_field(Location.objects, allow_null=True, required=False)

    class Meta:
        model = Closure
        fields = ("id", "name", "location", "starts_at", "ends_at")

    def zone_for(self, attrs: dict[str, Any]) -> ZoneInfo:
        return zone_of(attrs["location"] if "location" in attrs else getattr(self.instance, "location", None))
