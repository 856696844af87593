"""What booking takes and answers."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.models import Appointment, Booking
from bookme.bookings.policies import cancel_terms, move_terms
from bookme.core.http.fields import (
    DateField,
    EmailField,
    InstantField,
    JsonObject,
    MultilineText,
    PhoneField,
    PlainText,
    WholeNumber,
)
from bookme.core.models import Translated
from bookme.core.money import amount_text
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant

ANY = "any"
MAX_PARTY = 1000
MAX_EXTRAS = 20


@extend_schema_field(OpenApiTypes.STR)
class Translation(serializers.Field[Any, Any, str, Any]):
    """A name in the caller's language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Translated) -> str:
        return value.text("name", get_language() or "")


@extend_schema_field({"type": "string", "format": "decimal", "examples": ["58.00"]})
class Amount(serializers.Field[Any, Any, str, Any]):
    """An amount of a booking as a decimal text, in the digits of the booking's own currency."""

    def __init__(self, column: str, **options: Any) -> None:
        self.column = column
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Booking) -> str:
        return amount_text(getattr(value, self.column), value.currency)


@extend_schema_field({"type": "string", "examples": ["any"]})
class StaffChoice(serializers.Field[Any, Any, Any, Any]):
    """An id, or `any` for anybody, which reads as None."""

    default_error_messages = {"invalid": "Give the id of a person, or any."}

    def to_internal_value(self, data: Any) -> Any:
        if data == ANY:
            return None
        try:
            return serializers.UUIDField().to_internal_value(data)
        except serializers.ValidationError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> Any:
        return str(value)


class CustomerInput(serializers.Serializer[Any]):
    """Who books: a name, and an e-mail address or a phone number."""

    name = PlainText(max_length=120)
    email = EmailField(required=False, allow_blank=True, default="")
    phone = PhoneField(required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["email"] and not attrs["phone"]:
            raise serializers.ValidationError({"email": "Give an e-mail address or a phone number."}, code="required")
        return attrs


class AddressInput(serializers.Serializer[Any]):
    line1 = PlainText(max_length=200)
    line2 = PlainText(max_length=200, required=False, allow_blank=True, default="")
    city = PlainText(max_length=100, required=False, allow_blank=True, default="")
    county = PlainText(max_length=100, required=False, allow_blank=True, default="")
    postcode = PlainText(max_length=16)
    country = serializers.RegexField(r"^([A-Z]{2})?$", required=False, allow_blank=True, default="")


class ConsentsInput(serializers.Serializer[Any]):
    terms = serializers.BooleanField(required=False)
    privacy = serializers.BooleanField(required=False)
    marketing = serializers.BooleanField(required=False)


class BookingInput(serializers.Serializer[Any]):
    """Exactly one of `session`, or `service` with `start`. A mobile trade needs an `address` of who is not its team."""

    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    service = serializers.UUIDField(required=False, allow_null=True, default=None)
    start = InstantField(required=False, allow_null=True, default=None)
    staff = StaffChoice(required=False, allow_null=True, default=None)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    extras = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)
    notes = MultilineText(max_length=2000, required=False, allow_blank=True, default="")
    answers = JsonObject(required=False, default=dict)
    address = AddressInput(required=False, allow_null=True, default=None)
    customer = CustomerInput()
    consents = ConsentsInput(required=False, default=dict)


class RescheduleInput(serializers.Serializer[Any]):
    """The new start, and who is to do it: the same person unless another, or `any`, is named."""

    start = InstantField()
    staff = StaffChoice(required=False)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)


class ReasonInput(serializers.Serializer[Any]):
    reason = PlainText(max_length=500, required=False, allow_blank=True, default="")


class NothingInput(serializers.Serializer[Any]):
    """No body is needed."""


class BookingChanges(serializers.Serializer[Any]):
    """What the team changes; `version` is that of the booking as they saw it.

    `answers` join those that are there; null or an empty text takes one away that is not required.
    """

    version = WholeNumber(min_value=1)
    internal_notes = MultilineText(required=False, allow_blank=True)
    answers = JsonObject(required=False)
    location = serializers.UUIDField(required=False)


class SlotsQuery(serializers.Serializer[Any]):
    """`from` and `to` are dates in the zone of the location, else of the business, both inclusive."""

    def get_fields(self) -> dict[str, Any]:
        """Two names that cannot be those of attributes."""
        return {**super().get_fields(), "from": DateField(source="first"), "to": DateField(source="last")}

    service = serializers.UUIDField()
    staff = StaffChoice(required=False, default=None)
    location = serializers.UUIDField(required=False, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    extras = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


class ExplainQuery(serializers.Serializer[Any]):
    service = serializers.UUIDField()
    staff = serializers.UUIDField()
    start = InstantField()
    location = serializers.UUIDField(required=False, default=None)


class SessionsQuery(serializers.Serializer[Any]):
    """From today, and for thirty days, unless dates are given; both inclusive, in the zone of the business."""

    service = serializers.UUIDField(required=False, default=None)

    def get_fields(self) -> dict[str, Any]:
        """As in SlotsQuery."""
        dates = {
            "from": DateField(source="first", required=False, default=None),
            "to": DateField(source="last", required=False, default=None),
        }
        return {**super().get_fields(), **dates}


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
    sessions_only = serializers.BooleanField(required=False)
    days = SlotDayOutput(many=True)


class ExplainOutput(serializers.Serializer[Any]):
    """`causes` is empty where the time is offered."""

    start = InstantField()
    offered = serializers.BooleanField()
    causes = serializers.ListField(child=serializers.CharField())


class SessionOutput(serializers.Serializer[Appointment]):
    id = serializers.UUIDField()
    service = serializers.UUIDField(source="service_id")
    service_name = Translation(source="service")
    staff = serializers.UUIDField(source="staff_id")
    staff_name = Translation(source="staff")
    location = serializers.UUIDField(source="location_id")
    location_name = Translation(source="location")
    start = InstantField(source="starts_at")
    end = InstantField(source="ends_at")
    capacity = serializers.IntegerField()
    seats_left = serializers.SerializerMethodField()
    price = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()

    def get_seats_left(self, row: Appointment) -> int:
        return row.capacity - row.seats_taken

    def get_price(self, row: Any) -> str:
        return amount_text(row.seat_price, require_tenant().config.currency)

    def get_currency(self, row: Appointment) -> str:
        return require_tenant().config.currency


class ExtraOutput(serializers.Serializer[Any]):
    """As it was when it was booked."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    price = serializers.CharField(help_text="In the digits of the booking's currency.")
    duration_minutes = serializers.IntegerField()


class ContactOutput(serializers.Serializer[Any]):
    """As it was given."""

    name = serializers.CharField(source="contact_name")
    email = serializers.CharField(source="contact_email")
    phone = serializers.CharField(source="contact_phone")


class CancellationOutput(serializers.Serializer[Any]):
    """Whether a customer may cancel now, until when that is free, and what it costs now."""

    allowed = serializers.BooleanField()
    free_until = InstantField()
    fee = serializers.CharField()


class RescheduleOutput(serializers.Serializer[Any]):
    """Whether a customer may move it now, until when, and how often still."""

    allowed = serializers.BooleanField()
    until = InstantField()
    moves_left = serializers.IntegerField()


class BookingOutput(serializers.Serializer[Booking]):
    """A booking, as its customer may see it; the view's `now` decides what they may still do."""

    id = serializers.UUIDField()
    visit = serializers.UUIDField(source="visit_id")
    reference = serializers.CharField(source="visit.reference")
    status = serializers.CharField()
    start = InstantField(source="appointment.starts_at")
    end = InstantField(source="appointment.ends_at")
    timezone = serializers.SerializerMethodField()
    service = serializers.UUIDField(source="appointment.service_id")
    service_name = Translation(source="appointment.service")
    staff = serializers.UUIDField(source="appointment.staff_id")
    staff_name = Translation(source="appointment.staff")
    location = serializers.UUIDField(source="appointment.location_id")
    location_name = Translation(source="appointment.location")
    session = serializers.SerializerMethodField()
    party_size = serializers.IntegerField()
    extras = serializers.SerializerMethodField()
    price = Amount("price")
    currency = serializers.CharField()
    payment_due = Amount("still_due")
    fee = Amount("fee")
    hold_expires_at = InstantField(allow_null=True)
    contact = ContactOutput(source="visit")
    notes = serializers.CharField(source="visit.notes")
    answers = serializers.JSONField(source="visit.answers")
    address = serializers.JSONField(source="visit.address")
    cancellation = serializers.SerializerMethodField()
    reschedule = serializers.SerializerMethodField()
    times_moved = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = InstantField()

    def get_timezone(self, row: Booking) -> str:
        """The zone in which the appointment takes place."""
        return row.appointment.location.timezone or require_tenant().config.timezone

    def get_session(self, row: Booking) -> str | None:
        return str(row.appointment_id) if row.appointment.published else None

    @extend_schema_field(ExtraOutput(many=True))
    def get_extras(self, row: Booking) -> list[dict[str, Any]]:
        return [each | {"price": amount_text(Decimal(each["price"]), row.currency)} for each in row.extras]

    @extend_schema_field(CancellationOutput)
    def get_cancellation(self, row: Booking) -> dict[str, Any]:
        terms = cancel_terms(
            policy=Policy.from_data(row.policy),
            status=row.state,
            starts_at=row.appointment.starts_at,
            price=row.price,
            currency=row.currency,
            now=self.context["now"],
        )
        fee = amount_text(terms.fee, row.currency)
        free_until = terms.free_until
        return self._terms(CancellationOutput, allowed=terms.allowed, free_until=free_until, fee=fee)

    @extend_schema_field(RescheduleOutput)
    def get_reschedule(self, row: Booking) -> dict[str, Any]:
        terms = move_terms(
            policy=Policy.from_data(row.policy),
            status=row.state,
            starts_at=row.appointment.starts_at,
            times_moved=row.times_moved,
            now=self.context["now"],
        )
        return self._terms(RescheduleOutput, allowed=terms.allowed, until=terms.until, moves_left=terms.moves_left)

    def _terms(self, kind: type[serializers.Serializer[Any]], **values: Any) -> dict[str, Any]:
        return dict(kind(values, context=self.context).data)


class TeamBookingOutput(BookingOutput):
    """What only the team sees comes on top, and is absent for everybody else."""

    customer = serializers.UUIDField(source="visit.customer_id", required=False)
    internal_notes = serializers.CharField(required=False)
    source = serializers.CharField(source="visit.source", required=False)  # type: ignore[assignment]
    cancelled_by = serializers.CharField(required=False)
    cancel_reason = serializers.CharField(required=False)


class NewBookingOutput(BookingOutput):
    """`manage_token` opens the booking to whoever has it: as `?token=`."""

    manage_token = serializers.CharField()


class HistoryOutput(serializers.Serializer[Any]):
    """One fact about a booking, and who made it true."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    occurred_at = InstantField()
    actor = serializers.SerializerMethodField()
    payload = serializers.JSONField()

    def get_actor(self, row: Any) -> dict[str, Any]:
        actor_id = str(row.actor_id) if row.actor_id else None
        return {"kind": row.actor_kind, "id": actor_id, "name": row.actor_name}
