"""The catalogue's shapes."""

from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.core.http.fields import BoundedList, DateField, MoneyField, PlainText, WholeNumber
from bookme.core.http.serializers import (
    ColorField,
    InputSerializer,
    MetadataField,
    RowSerializer,
    RowsField,
    TagsField,
    TranslationsField,
    row_field,
)
from bookme.core.time import DAY_NAMES
from bookme.locations.models import Location
from bookme.services.models import (
    MAX_DURATION,
    MAX_PADDING,
    Category,
    Extra,
    Question,
    Service,
)
from bookme.services.rules import MAX_BOOKABLE, MAX_CAPACITY, MAX_REQUIREMENTS, MAX_STAFF_NEEDED
from bookme.tenants.config import AnyStaff, DepositKind, SlotAnchor
from bookme.tenants.rules import MAX_FEE_STEPS, MAX_REPEAT_WEEKS, MAX_REPEATS, POLICY_BOUNDS, STEP_BOUNDS


def _bounded(*path: str, **options: Any) -> WholeNumber:
    least, most = POLICY_BOUNDS[path]
    return WholeNumber(min_value=least, max_value=most, required=False, **options)


def _of_step(name: str) -> WholeNumber:
    least, most = STEP_BOUNDS[name]
    return WholeNumber(min_value=least, max_value=most)


@extend_schema_field({"type": "string", "minLength": 3, "maxLength": 3, "examples": ["GBP"]})
class CurrencyField(serializers.Field[Any, Any, str, Any]):
    """The business's currency, beside each amount."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Any) -> str:
        return str(self.context["currency"])


class CategorySerializer(RowSerializer[Category]):
    """A heading of the catalogue."""

    translated = ("name", "description")
    team_only = frozenset({"translations", "metadata"})
    translations = TranslationsField(required=False)
    metadata = MetadataField(required=False)

    class Meta:
        model = Category
        fields = ("id", "key", "name", "slug", "description", "position", "is_active", "translations", "metadata")
        extra_kwargs: ClassVar[dict[str, Any]] = {"slug": {"required": False}}


class Part(InputSerializer):
    """An object of which every part may be left out."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """What was left out stays out, although it may be null."""
        return {name: value for name, value in super().to_representation(instance).items() if name in instance}


class FeeStepSerializer(Part):
    """From so many minutes before the start on, cancelling costs this percentage of the price."""

    minutes_before = _of_step("minutes_before")
    percent = _of_step("percent")


class CancellationSerializer(Part):
    """`fee_steps` are replaced as a whole, lie within `free_until_minutes`, and begin each at another time."""

    free_until_minutes = _bounded("cancellation", "free_until_minutes")
    late_fee_percent = _bounded("cancellation", "late_fee_percent")
    no_show_fee_percent = _bounded("cancellation", "no_show_fee_percent")
    fee_steps: Any = serializers.ListSerializer(child=FeeStepSerializer(), max_length=MAX_FEE_STEPS, required=False)
    refund_percent = _bounded("cancellation", "refund_percent")


class RescheduleSerializer(Part):
    allowed_until_minutes = _bounded("reschedule", "allowed_until_minutes")
    max_times = _bounded("reschedule", "max_times")


class DepositSerializer(Part):
    """`value` is an amount for `fixed`, a percentage for `percent`, and absent for the others."""

    kind = serializers.ChoiceField(choices=[each.value for each in DepositKind])
    value = serializers.DecimalField(
        max_digits=12, decimal_places=3, min_value=Decimal(0), normalize_output=True, required=False
    )

    def to_internal_value(self, data: Any) -> Any:
        """As the config file has it: amounts are texts."""
        given = super().to_internal_value(data)
        return given | ({"value": format(given["value"].normalize(), "f")} if "value" in given else {})


class PolicySerializer(Part):
    """What differs from the business's policies; `cancellation` and `reschedule` part by part. Replaced as a whole."""

    slot_interval_minutes = _bounded("slot_interval_minutes")
    slot_anchor = serializers.ChoiceField(choices=[each.value for each in SlotAnchor], required=False)
    min_notice_minutes = _bounded("min_notice_minutes")
    max_days_ahead = _bounded("max_days_ahead")
    guest_booking = serializers.BooleanField(required=False)
    auto_confirm = serializers.BooleanField(required=False)
    cancellation = CancellationSerializer(required=False)
    reschedule = RescheduleSerializer(required=False)
    deposit = DepositSerializer(required=False)
    hold_minutes = _bounded("hold_minutes")
    any_staff = serializers.ChoiceField(choices=[each.value for each in AnyStaff], required=False)
    max_per_day = _bounded("max_per_day", allow_null=True)
    max_per_customer = _bounded("max_per_customer", allow_null=True)
    travel_minutes = _bounded("travel_minutes")
    max_gap_minutes = _bounded("max_gap_minutes")
    decide_minutes = _bounded("decide_minutes")
    offer_minutes = _bounded("offer_minutes")
    repeat_weeks: Any = BoundedList(
        child=WholeNumber(min_value=1, max_value=MAX_REPEAT_WEEKS),
        max_length=MAX_REPEATS,
        required=False,
    )
    at_customer = serializers.BooleanField(required=False)


class BookableHoursSerializer(Part):
    """Wall-clock times of one weekday; an end past 24:00 is on the next day."""

    day = serializers.ChoiceField(choices=DAY_NAMES)
    start = serializers.RegexField(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")
    end = serializers.RegexField(r"^(([0-3][0-9]|4[0-7]):[0-5][0-9]|48:00)\Z")


class BookableDatesSerializer(Part):
    """From the first date to the last, both inclusive."""

    def get_fields(self) -> dict[str, Any]:
        """Names that cannot be those of attributes."""
        return {"from": DateField(), "to": DateField()}

    def to_internal_value(self, data: Any) -> Any:
        """As the column has it: dates are texts."""
        return {name: day.isoformat() for name, day in super().to_internal_value(data).items()}


class RequirementSerializer(InputSerializer):
    """One unit of this kind of resource is taken for each appointment."""

    kind = serializers.SlugField(max_length=64)


class ServiceExtraSerializer(RowSerializer[Extra]):
    """An add-on, within the service that it can be added to."""

    translated = ("name", "description")
    price = MoneyField(read_only=True)
    currency = CurrencyField()

    class Meta:
        model = Extra
        fields = ("id", "key", "name", "description", "price", "currency", "duration_minutes")
        read_only_fields = fields


class ServiceSerializer(RowSerializer[Service]):
    """What can be booked. `locations` empty: at all of them. `category` is null under an archived heading.

    All of a booking lies in `bookable_hours`, and it begins on `bookable_dates`; either empty: at any time.
    """

    translated = ("name", "description")
    team_only = frozenset({"translations", "metadata", "policy"})
    category = row_field(Category.objects, allow_null=True, required=False)
    duration_minutes = WholeNumber(min_value=1, max_value=MAX_DURATION)
    padding_before_minutes = WholeNumber(max_value=MAX_PADDING, required=False)
    padding_after_minutes = WholeNumber(max_value=MAX_PADDING, required=False)
    capacity = WholeNumber(min_value=1, max_value=MAX_CAPACITY, required=False)
    min_to_run = WholeNumber(min_value=1, max_value=MAX_CAPACITY, allow_null=True, required=False)
    staff_needed = WholeNumber(min_value=1, max_value=MAX_STAFF_NEEDED, required=False)
    price = MoneyField()
    currency = CurrencyField()
    color = ColorField(required=False)
    requires: Any = serializers.ListSerializer(
        child=RequirementSerializer(), source="requirements", max_length=MAX_REQUIREMENTS, required=False
    )
    locations = RowsField(model=Location, max_length=200, required=False)
    extras = ServiceExtraSerializer(many=True, read_only=True, source="offered_extras")
    tags = TagsField(required=False)
    policy = PolicySerializer(required=False)
    bookable_hours: Any = serializers.ListSerializer(
        child=BookableHoursSerializer(), max_length=MAX_BOOKABLE, required=False
    )
    bookable_dates: Any = serializers.ListSerializer(
        child=BookableDatesSerializer(), max_length=MAX_BOOKABLE, required=False
    )
    translations = TranslationsField(required=False)
    metadata = MetadataField(required=False)

    class Meta:
        model = Service
        fields = (
            "id",
            "key",
            "category",
            "name",
            "slug",
            "description",
            "kind",
            "duration_minutes",
            "padding_before_minutes",
            "padding_after_minutes",
            "capacity",
            "min_to_run",
            "course",
            "staff_needed",
            "price",
            "currency",
            "color",
            "requires",
            "locations",
            "extras",
            "tags",
            "position",
            "is_active",
            "policy",
            "bookable_hours",
            "bookable_dates",
            "translations",
            "metadata",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {"slug": {"required": False}}

    def to_representation(self, instance: Service) -> dict[str, Any]:
        answer = super().to_representation(instance)
        if instance.category and not instance.category.is_active and not self.context["actor"].is_team:
            answer["category"] = None
        return answer


class ExtraSerializer(RowSerializer[Extra]):
    """An add-on: its price counts once a booking, its minutes lengthen the service."""

    translated = ("name", "description")
    team_only = frozenset({"translations"})
    price = MoneyField()
    currency = CurrencyField()
    duration_minutes = WholeNumber(max_value=MAX_PADDING, required=False)
    services = RowsField(model=Service, required=False)
    translations = TranslationsField(required=False)

    class Meta:
        model = Extra
        fields = (
            "id",
            "key",
            "name",
            "description",
            "price",
            "currency",
            "duration_minutes",
            "services",
            "position",
            "is_active",
            "translations",
        )


class QuestionSerializer(RowSerializer[Question]):
    """An intake question. `services` empty: asked for all. An answer is sent under `key`, or `id` if there is none.

    Of a choice, `choices` are the values to send, `choice_labels` the same in the language of the request.
    """

    translated = ("label", "help_text")
    translated_lists = ("choices",)
    team_only = frozenset({"translations"})
    choices = BoundedList(child=PlainText(max_length=120), max_length=50, required=False)
    choice_labels = serializers.SerializerMethodField()
    minimum = serializers.IntegerField(min_value=-(10**9), max_value=10**9, allow_null=True, required=False)
    maximum = serializers.IntegerField(min_value=-(10**9), max_value=10**9, allow_null=True, required=False)
    services = RowsField(model=Service, required=False)
    translations = TranslationsField(required=False)

    class Meta:
        model = Question
        fields = (
            "id",
            "key",
            "label",
            "help_text",
            "kind",
            "choices",
            "choice_labels",
            "minimum",
            "maximum",
            "required",
            "services",
            "position",
            "is_active",
            "translations",
        )

    def get_choice_labels(self, row: Question) -> list[str]:
        return row.choices_in(get_language() or "")
