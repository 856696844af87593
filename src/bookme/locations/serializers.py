"""The shapes of places."""

import datetime as dt
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rest_framework import serializers

from bookme.core.http.fields import DateField, InstantField, PhoneField, PlainText, WholeNumber
from bookme.core.http.serializers import RowSerializer, TranslationsField, fault, row_field
from bookme.core.time import day_bounds
from bookme.locations.models import DAY_END, Closure, Location, OpeningHours, Resource
from bookme.locations.rules import LATEST_START
from bookme.locations.selectors import zone_of


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
    start = WholeNumber(max_value=LATEST_START, allow_null=True, required=False)
    end = WholeNumber(min_value=1, max_value=DAY_END, allow_null=True, required=False)


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
        """Days become instants; a new range is given in one of the two ways."""
        first, last = attrs.pop("from", None), attrs.pop("to", None)
        if (first or last) and ({"starts_at", "ends_at"} & set(attrs)):
            raise fault("from", "Give either days or instants.", "days_or_instants")
        if first or last:
            if not first or not last:
                raise fault("to" if first else "from", "The first and the last day come together.", "required")
            if last < first:
                raise fault("to", "The last day is not before the first.", "end_before_start")
            attrs["starts_at"], attrs["ends_at"] = day_bounds(first, last, self.zone_for(attrs))
        missing = [name for name in ("starts_at", "ends_at") if name not in attrs]
        if missing and not self.partial:
            raise fault(missing[0], "This field is required.", "required")
        return attrs

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
