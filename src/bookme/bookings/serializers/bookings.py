"""What bookings take and answer."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.actions.terms import SESSION_OR_SERVICE, START_NEEDED, names_one_wish
from bookme.bookings.cancel_wording import cancellation_text_of
from bookme.bookings.models import Booking
from bookme.bookings.selectors.terms import cancel_terms_of, move_terms_of
from bookme.bookings.serializers.fields import MAX_EXTRAS, Amount, StaffChoice, Translation
from bookme.bookings.serializers.who import ContactOutput, ForcedInput, WhoInput
from bookme.bookings.wording import formats_here
from bookme.core.actor import shown_name
from bookme.core.http.fields import BoundedList, InstantField, JsonObject, MultilineText, WholeNumber
from bookme.core.http.serializers import kept
from bookme.core.money import amount_text
from bookme.tenants.context import require_tenant


class BookingInput(ForcedInput, WhoInput):
    """Exactly one of `session`, or `service` with `start`."""

    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    service = serializers.UUIDField(required=False, allow_null=True, default=None)
    start = InstantField(required=False, allow_null=True, default=None)
    staff = StaffChoice(required=False, allow_null=True, default=None)
    extras = BoundedList(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        faults = super().also_wrong(data)
        session, service, start = (data.get(each) for each in ("session", "service", "start"))
        if not names_one_wish(session=session, service=service, start=start):
            faults["non_field_errors"] = [serializers.ErrorDetail(SESSION_OR_SERVICE, code="session_or_service")]
        elif service and not start:
            faults["start"] = [serializers.ErrorDetail(START_NEEDED, code="required")]
        return faults


class BookingChanges(ForcedInput):
    """What the team changes; `version` is that of the booking as they saw it.

    Another `end` lengthens or shortens it at the same price, another `location` takes it there: the customer is told.
    `answers` join those that are there; null or an empty text takes one away that is not required.
    """

    version = WholeNumber(min_value=1)
    internal_notes = MultilineText(required=False, allow_blank=True)
    answers = JsonObject(required=False)
    location = serializers.UUIDField(required=False)
    end = InstantField(required=False)

    def known(self) -> set[str]:
        """And whatever an answer has."""
        return super().known() | set(TeamBookingOutput().fields)


class ExtraOutput(serializers.Serializer[Any]):
    """As it was when it was booked."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    price = serializers.CharField(help_text="In the digits of the booking's currency.")
    duration_minutes = serializers.IntegerField()


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
    values = {
        "allowed": terms.allowed,
        "free_until": terms.free_until,
        "fee": amount_text(terms.fee, currency),
        "text": cancellation_text_of(bookings, formats=formats_here(currency)),
    }
    with kept(CancellationOutput, context) as serializer:
        return dict(serializer.to_representation(values))


def reschedule_data(bookings: Sequence[Booking], context: Mapping[str, Any]) -> dict[str, Any]:
    """RescheduleOutput of bookings of one visit, at the `now` of the context."""
    terms = move_terms_of(bookings, now=context["now"])
    with kept(RescheduleOutput, context) as serializer:
        return dict(serializer.to_representation(terms))


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


TEAM_ONLY = frozenset(TeamBookingOutput._declared_fields.keys() - BookingOutput._declared_fields.keys())


class NewBookingOutput(BookingOutput):
    """`manage_token` opens the booking to whoever has it: as `?token=`."""

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
            "name": shown_name(event.actor_kind, event.actor_name),
        }
