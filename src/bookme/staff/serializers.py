"""The shapes of people at work."""

from typing import Any, ClassVar

from django.utils.translation import get_language
from rest_framework import serializers

from bookme.core.http.fields import BoundedList, DateField, EmailField, MoneyField, PhoneField, PlainText, WholeNumber
from bookme.core.http.serializers import (
    ColorField,
    InputSerializer,
    MetadataField,
    RowSerializer,
    TranslationsField,
    row_field,
)
from bookme.core.money import amount_text
from bookme.locations.models import DAY_END, Location
from bookme.locations.serializers import HoursSerializer, RangeSerializer
from bookme.services.models import MAX_DURATION, Service
from bookme.services.serializers import CurrencyField
from bookme.staff.models import ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from bookme.staff.rules import MOST_BREAKS


class StaffSerializer(RowSerializer[Staff]):
    """A person who can be booked. E-mail, phone and who signs in as them stay within the team."""

    translated = ("name", "title", "bio")
    team_only = frozenset({"email", "phone", "user_id", "translations", "metadata"})
    email = EmailField(allow_blank=True, required=False)
    phone = PhoneField(allow_blank=True, required=False)
    color = ColorField(required=False)
    services = serializers.SerializerMethodField()
    translations = TranslationsField(required=False)
    metadata = MetadataField(required=False)

    class Meta:
        model = Staff
        fields = (
            "id",
            "key",
            "name",
            "slug",
            "title",
            "bio",
            "email",
            "phone",
            "color",
            "user_id",
            "services",
            "position",
            "is_active",
            "translations",
            "metadata",
        )
        read_only_fields = ("user_id",)
        extra_kwargs: ClassVar[dict[str, Any]] = {"slug": {"required": False}}

    def get_services(self, person: Staff) -> list[str]:
        """Ids of what they do; `staff/{id}/services/` has their own prices."""
        return [str(each.service_id) for each in person.staff_services.all()]


class PersonNearSerializer(StaffSerializer):
    """Somebody who comes to a postcode, on `days` (Monday is 0), with what everybody may know of them.

    `distance_km` is that to the middle of the nearest of their areas: to 0.1 for the team. For others it is in whole
    kilometres, at least 1, since that middle is often a home.
    """

    distance_km = serializers.FloatField(read_only=True)
    days = serializers.ListField(child=WholeNumber(max_value=6), read_only=True)

    class Meta:
        model = Staff
        fields = ("id", "key", "name", "slug", "title", "bio", "color", "services", "position", "distance_km", "days")
        read_only_fields = fields


class PostcodeQuery(serializers.Serializer[Any]):
    postcode = PlainText(max_length=16)


class PeopleNearQuery(PostcodeQuery):
    """`date` leaves only those who go there on its weekday."""

    service = serializers.UUIDField(required=False, default=None)
    date = DateField(required=False, default=None)


class OfferSerializer(RowSerializer[StaffService]):
    """`own_price` and `own_duration_minutes` are null where the person's are the service's."""

    price = serializers.SerializerMethodField()
    currency = CurrencyField()
    duration_minutes = serializers.SerializerMethodField()
    own_price = MoneyField(source="price", allow_null=True, required=False)
    own_duration_minutes = WholeNumber(
        source="duration_minutes", min_value=1, max_value=MAX_DURATION, allow_null=True, required=False
    )

    def get_price(self, row: StaffService) -> str:
        return amount_text(row.service.price if row.price is None else row.price, self.context["currency"])

    def get_duration_minutes(self, row: StaffService) -> int:
        return row.service.duration_minutes if row.duration_minutes is None else row.duration_minutes


_OFFER = ("price", "currency", "duration_minutes", "own_price", "own_duration_minutes")


class PersonOfServiceSerializer(OfferSerializer):
    """Somebody who does the service, and at what price and length."""

    id = serializers.UUIDField(source="staff_id", read_only=True)
    key = serializers.CharField(source="staff.key", read_only=True, allow_null=True)
    name = serializers.SerializerMethodField()
    slug = serializers.CharField(source="staff.slug", read_only=True)
    title = serializers.SerializerMethodField()
    color = serializers.CharField(source="staff.color", read_only=True)
    is_active = serializers.BooleanField(source="staff.is_active", read_only=True)

    class Meta:
        model = StaffService
        fields = ("id", "key", "name", "slug", "title", "color", "is_active", *_OFFER)
        read_only_fields = fields

    def get_name(self, row: StaffService) -> str:
        return row.staff.text("name", get_language() or "")

    def get_title(self, row: StaffService) -> str:
        return row.staff.text("title", get_language() or "")


class ServiceOfPersonSerializer(OfferSerializer):
    """A service that the person does, and at what price and length."""

    service = row_field(Service.objects)
    name = serializers.SerializerMethodField()
    is_active = serializers.BooleanField(source="service.is_active", read_only=True)

    class Meta:
        model = StaffService
        fields = ("service", "name", "is_active", *_OFFER)

    def get_name(self, row: StaffService) -> str:
        return row.service.text("name", get_language() or "")


class BreakSerializer(InputSerializer):
    """Minutes since the midnight of the shift's day, within the shift."""

    start = WholeNumber(max_value=DAY_END)
    end = WholeNumber(max_value=DAY_END)

    def to_internal_value(self, data: Any) -> Any:
        """As the column holds it."""
        given = super().to_internal_value(data)
        return [given["start"], given["end"]]

    def to_representation(self, instance: list[int]) -> dict[str, Any]:
        return dict(zip(("start", "end"), instance, strict=True))


class WorkingHoursSerializer(HoursSerializer):
    """A shift, as opening hours are; `location` null: wherever the person works. Breaks lie within it."""

    location = row_field(Location.objects, allow_null=True, required=False)
    breaks: Any = serializers.ListSerializer(child=BreakSerializer(), max_length=MOST_BREAKS, required=False)

    class Meta:
        model = WorkingHours
        fields = ("id", "weekday", "on_date", "start", "end", "location", "breaks")


class TimeOffSerializer(RangeSerializer):
    """Absence of a person; only who keeps it gets to see it, the reason included."""

    class Meta:
        model = TimeOff
        fields = ("id", "starts_at", "ends_at", "reason")


class ServiceAreaSerializer(RowSerializer[ServiceArea]):
    """Where a mobile person goes: a circle, on some weekdays (Monday is 0), or with none on all.

    Its exact middle, often a home, stays within the team.
    """

    team_only = frozenset({"latitude", "longitude"})
    postcode = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9 -]*\Z", max_length=16)
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)
    radius_km = serializers.FloatField(min_value=0.1, max_value=500)
    days = BoundedList(child=WholeNumber(max_value=6), max_length=7, required=False)

    class Meta:
        model = ServiceArea
        fields = ("id", "postcode", "latitude", "longitude", "radius_km", "days")
