"""What booking answers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.availability import Cause
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.bookings import BookedVisit
from bookme.bookings.selectors.terms import cancel_terms_of, move_terms_of
from bookme.bookings.wishes import SESSIONS_ONLY
from bookme.bookings.wording import cancellation_text_of
from bookme.core.formats import Formats, locale_of
from bookme.core.http.fields import (
    InstantField,
)
from bookme.core.models import Translated
from bookme.core.money import amount_text
from bookme.core.permissions import Permission
from bookme.tenants.context import require_tenant


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


class LegOutput(serializers.Serializer[Any]):
    """One service of a visit, and who would do it: the first leads."""

    service = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    staff = serializers.ListField(child=serializers.UUIDField())


class VisitSlotOutput(serializers.Serializer[Any]):
    """A start at which the whole visit can be had, and one way to do it."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    location = serializers.UUIDField()
    services = LegOutput(many=True)


class VisitSlotDayOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    slots = VisitSlotOutput(many=True)


class VisitSlotsOutput(serializers.Serializer[Any]):
    """Every day of the range."""

    services = serializers.ListField(child=serializers.UUIDField())
    timezone = serializers.CharField()
    days = VisitSlotDayOutput(many=True)


class CauseOutput(serializers.Serializer[Any]):
    """One thing that keeps the time from being offered; `text` is in the language of the request."""

    code = serializers.ChoiceField(choices=[*(each.value for each in Cause), SESSIONS_ONLY])
    text = serializers.CharField()


class ExplainOutput(serializers.Serializer[Any]):
    """`causes` is empty where the time is offered."""

    start = InstantField()
    offered = serializers.BooleanField()
    causes = CauseOutput(many=True)


class SessionOutput(serializers.Serializer[Appointment]):
    """A session of a class. With a `min_to_run` it is decided at `decide_at`, and sure once that is null."""

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
    min_to_run = serializers.IntegerField(allow_null=True)
    decide_at = InstantField(allow_null=True)
    is_sure = serializers.SerializerMethodField(help_text="It takes place, however few book.")
    price = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_is_sure(self, row: Appointment) -> bool:
        return row.decide_at is None

    def get_seats_left(self, row: Appointment) -> int:
        return row.capacity - row.seats_taken

    def get_price(self, row: Any) -> str:
        return amount_text(row.seat_price, require_tenant().config.currency)

    def get_currency(self, row: Appointment) -> str:
        return require_tenant().config.currency


class LeftOutOutput(serializers.Serializer[Any]):
    """A date of a run without a session: the place is closed (`closure`), or its clock skips the time (`skipped`)."""

    date = serializers.DateField()
    code = serializers.CharField()
    reason = serializers.CharField()


class PublishedOutput(serializers.Serializer[Any]):
    sessions = SessionOutput(many=True)
    left_out = LeftOutOutput(many=True)


class SessionCancelledOutput(serializers.Serializer[Any]):
    """How many bookings were cancelled with it; everybody is told."""

    id = serializers.UUIDField()
    cancelled_bookings = serializers.IntegerField()


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
    """Whether a customer may cancel now, until when that is free, and what it costs now.

    `text` is the whole rule in a sentence, in the language of the request.
    """

    allowed = serializers.BooleanField()
    free_until = InstantField()
    fee = serializers.CharField()
    text = serializers.CharField()


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
    helpers = serializers.ListField(
        source="helper_ids", child=serializers.UUIDField(), help_text="Who does it together with `staff`."
    )
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
        return cancellation_data([row], self.context)

    @extend_schema_field(RescheduleOutput)
    def get_reschedule(self, row: Booking) -> dict[str, Any]:
        return reschedule_data([row], self.context)


def cancellation_data(bookings: Sequence[Booking], context: Mapping[str, Any]) -> dict[str, Any]:
    """CancellationOutput of bookings of one visit, at the `now` of the context."""
    terms, currency = cancel_terms_of(bookings, now=context["now"]), bookings[0].currency
    locale = locale_of(get_language() or "", require_tenant().config.country)
    values = {
        "allowed": terms.allowed,
        "free_until": terms.free_until,
        "fee": amount_text(terms.fee, currency),
        "text": cancellation_text_of(bookings, formats=Formats(locale=locale, currency=currency)),
    }
    return dict(CancellationOutput(values, context=context).data)


def reschedule_data(bookings: Sequence[Booking], context: Mapping[str, Any]) -> dict[str, Any]:
    """RescheduleOutput of bookings of one visit, at the `now` of the context."""
    terms = move_terms_of(bookings, now=context["now"])
    return dict(RescheduleOutput(terms, context=context).data)


class TeamBookingOutput(BookingOutput):
    """What only the team sees comes on top, and is absent for everybody else.

    `overbooked`: its person has something else at that time, on purpose.
    """

    customer = serializers.UUIDField(source="visit.customer_id", required=False)
    internal_notes = serializers.CharField(required=False)
    overbooked = serializers.BooleanField(source="appointment.overbooked", required=False)
    source = serializers.CharField(source="visit.source", required=False)  # type: ignore[assignment]
    cancelled_by = serializers.CharField(required=False)
    cancel_reason = serializers.CharField(required=False)


TEAM_ONLY = frozenset({"customer", "internal_notes", "source", "cancelled_by", "cancel_reason"})


class NewBookingOutput(BookingOutput):
    """`manage_token` opens the booking to whoever has it: as `?token=`."""

    manage_token = serializers.CharField()


_OF_THE_VISIT = frozenset({"visit", "reference", "contact", "notes", "answers", "address", "customer", "source"})


class VisitBookingOutput(TeamBookingOutput):
    """One service of a visit, without what stands on the visit for all of them."""

    def get_fields(self) -> dict[str, Any]:
        return {name: field for name, field in super().get_fields().items() if name not in _OF_THE_VISIT}


class VisitOutput(serializers.Serializer[BookedVisit]):
    """All that was booked in one go, and what its customer may still do with it as a whole.

    `start` and `end` are those of what is still to come; of all, where nothing is.
    """

    id = serializers.UUIDField(source="visit.pk")
    reference = serializers.CharField(source="visit.reference")
    series = serializers.UUIDField(source="visit.series_id", allow_null=True)
    start = InstantField()
    end = InstantField()
    price = serializers.SerializerMethodField()
    payment_due = serializers.SerializerMethodField()
    currency = serializers.CharField()
    contact = ContactOutput(source="visit")
    notes = serializers.CharField(source="visit.notes")
    answers = serializers.JSONField(source="visit.answers")
    address = serializers.JSONField(source="visit.address")
    cancellation = serializers.SerializerMethodField()
    reschedule = serializers.SerializerMethodField()
    bookings = serializers.SerializerMethodField()

    def get_price(self, row: BookedVisit) -> str:
        return amount_text(row.price, row.currency)

    def get_payment_due(self, row: BookedVisit) -> str:
        return amount_text(row.still_due, row.currency)

    @extend_schema_field(CancellationOutput)
    def get_cancellation(self, row: BookedVisit) -> dict[str, Any]:
        return cancellation_data(row.bookings, self.context)

    @extend_schema_field(RescheduleOutput)
    def get_reschedule(self, row: BookedVisit) -> dict[str, Any]:
        return reschedule_data(row.bookings, self.context)

    @extend_schema_field(VisitBookingOutput(many=True))
    def get_bookings(self, row: BookedVisit) -> list[dict[str, Any]]:
        is_team = self.context["actor"].may(Permission.BOOKINGS_READ)
        told = [VisitBookingOutput(each, context=self.context).data for each in row.bookings]
        return [{name: value for name, value in each.items() if is_team or name not in TEAM_ONLY} for each in told]


class NewVisitOutput(VisitOutput):
    """`manage_token` opens the visit to whoever has it: as `?token=`."""

    manage_token = serializers.CharField()


class HistoryOutput(serializers.Serializer[Any]):
    """One fact about a booking, and who made it true; `text` says both, in the language of the request."""

    id = serializers.UUIDField(source="event.id")
    name = serializers.CharField(source="event.name")
    occurred_at = InstantField(source="event.occurred_at")
    actor = serializers.SerializerMethodField()
    text = serializers.CharField()
    payload = serializers.JSONField(source="event.payload")

    def get_actor(self, row: Any) -> dict[str, Any]:
        event = row.event
        return {
            "kind": event.actor_kind,
            "id": str(event.actor_id) if event.actor_id else None,
            "name": event.actor_name,
        }
