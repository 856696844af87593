"""What visits of several services take and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.actions.terms import MOST_SERVICES
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.serializers.bookings import (
    TEAM_ONLY,
    CancellationOutput,
    RescheduleOutput,
    TeamBookingOutput,
    cancellation_data,
    reschedule_data,
)
from bookme.bookings.serializers.fields import ANY, CANCELLATION_TEXT, MAX_EXTRAS, StaffChoice
from bookme.bookings.serializers.who import ContactOutput, ForcedInput, WhoInput
from bookme.core.http.fields import BoundedList, DateField, InstantField, PlainText, WholeNumber
from bookme.core.http.serializers import InputSerializer
from bookme.core.money import amount_text
from bookme.core.permissions import Permission


class ItemInput(InputSerializer):
    """One service of a visit."""

    service = serializers.UUIDField()
    staff = StaffChoice(required=False, allow_null=True, default=None)
    extras = BoundedList(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)


class VisitInput(ForcedInput, WhoInput):
    """Services one after another, in this order, at one place, from `start` on."""

    start = InstantField()
    items = BoundedList(child=ItemInput(), min_length=1, max_length=MOST_SERVICES)


class VisitRescheduleInput(ForcedInput):
    """The new start of all that is still to come: with the same people, unless `staff` is `any`.

    Or a class's session.
    """

    start = InstantField(required=False, allow_null=True, default=None)
    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    staff = serializers.ChoiceField(choices=[ANY], required=False)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)


class VisitSlotsQuery(serializers.Serializer[Any]):
    """`service` is repeated, in the order of the visit; `staff` is left out, or repeated as often.

    Each of the `extras` belongs to the first service that has it. Dates are as in SlotsQuery.
    """

    def get_fields(self) -> dict[str, Any]:
        """As in SlotsQuery."""
        return {**super().get_fields(), "from": DateField(source="first"), "to": DateField(source="last")}

    service = BoundedList(child=serializers.UUIDField(), min_length=1, max_length=MOST_SERVICES)
    staff = BoundedList(child=StaffChoice(), max_length=MOST_SERVICES, required=False, default=list)
    location = serializers.UUIDField(required=False, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    extras = BoundedList(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


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
    cancellation_text = serializers.CharField(help_text=CANCELLATION_TEXT)
    days = VisitSlotDayOutput(many=True)


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
