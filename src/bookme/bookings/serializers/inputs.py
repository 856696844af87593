"""What booking takes."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from bookme.bookings.actions.powers import acts_for_business
from bookme.bookings.actions.terms import (
    CONSENT_NEEDED,
    MOST_SERVICES,
    SESSION_OR_SERVICE,
    START_NEEDED,
    missing_consents,
    names_one_wish,
)
from bookme.bookings.serializers.outputs import SessionOutput, TeamBookingOutput
from bookme.bookings.serializers.repeat import RepeatInput
from bookme.core.actor import Actor
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
from bookme.core.http.serializers import InputSerializer
from bookme.services.rules import MAX_CAPACITY

ANY = "any"
MAX_EXTRAS = 20


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


class CustomerInput(InputSerializer):
    """Who books: a name, and an e-mail address or a phone number."""

    name = PlainText(max_length=120)
    email = EmailField(required=False, allow_blank=True, default="")
    phone = PhoneField(required=False, allow_blank=True, default="")

    def run_validation(self, data: Any = empty) -> Any:
        """One that is missing is told with its parts."""
        return super().run_validation({} if data is empty else data)

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {} if data.get("email") or data.get("phone") else {"email": [_no_contact()]}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["email"] and not attrs["phone"]:
            raise serializers.ValidationError({"email": [_no_contact()]})
        return attrs


def _no_contact() -> serializers.ErrorDetail:
    return serializers.ErrorDetail("Give an e-mail address or a phone number.", code="required")


class AddressInput(InputSerializer):
    line1 = PlainText(max_length=200)
    line2 = PlainText(max_length=200, required=False, allow_blank=True, default="")
    city = PlainText(max_length=100, required=False, allow_blank=True, default="")
    county = PlainText(max_length=100, required=False, allow_blank=True, default="")
    postcode = PlainText(max_length=16)
    country = serializers.RegexField(r"^([A-Z]{2})?$", required=False, allow_blank=True, default="")


class ConsentsInput(InputSerializer):
    terms = serializers.BooleanField(required=False)
    privacy = serializers.BooleanField(required=False)
    marketing = serializers.BooleanField(required=False)


class ForcedInput(InputSerializer):
    """What only the team may say: that it is to be `outside_hours`, or to `overbook` what has the time already."""

    outside_hours = serializers.BooleanField(required=False, default=False)
    overbook = serializers.BooleanField(required=False, default=False)


def consent_faults(data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """What somebody has yet to agree to, as faults of a body; the team can agree to nothing in anybody's name."""
    if acts_for_business(actor):
        return {}
    given = data.get("consents")
    missing = missing_consents(given if isinstance(given, Mapping) else {})
    told = serializers.ErrorDetail(CONSENT_NEEDED, code="consent_required")
    return {"consents": {kind.value: [told] for kind in missing}}


class WhoInput(ForcedInput):
    """For whom something is booked, and what they say. A mobile trade needs an `address` of who is not its team.

    So does a business with areas, unless it is a session: its postcode decides who can come.
    """

    location = serializers.UUIDField(required=False, allow_null=True, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    notes = MultilineText(max_length=2000, required=False, allow_blank=True, default="")
    answers = JsonObject(required=False, default=dict)
    address = AddressInput(required=False, allow_null=True, default=None)
    customer = CustomerInput()
    consents = ConsentsInput(required=False, default=dict)

    def get_fields(self) -> dict[str, Any]:
        """What is booked comes before for whom."""
        fields = super().get_fields()
        return {name: fields[name] for name in sorted(fields, key=WhoInput._declared_fields.__contains__)}

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return consent_faults(data, actor=self.context["actor"])


class BookingInput(WhoInput):
    """Exactly one of `session`, or `service` with `start`."""

    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    service = serializers.UUIDField(required=False, allow_null=True, default=None)
    start = InstantField(required=False, allow_null=True, default=None)
    staff = StaffChoice(required=False, allow_null=True, default=None)
    extras = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        faults = super().also_wrong(data)
        session, service, start = (data.get(each) for each in ("session", "service", "start"))
        if not names_one_wish(session=session, service=service, start=start):
            faults["non_field_errors"] = [serializers.ErrorDetail(SESSION_OR_SERVICE, code="session_or_service")]
        elif service and not start:
            faults["start"] = [serializers.ErrorDetail(START_NEEDED, code="required")]
        return faults


class ItemInput(InputSerializer):
    """One service of a visit."""

    service = serializers.UUIDField()
    staff = StaffChoice(required=False, allow_null=True, default=None)
    extras = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)


class VisitInput(WhoInput):
    """Services one after another, in this order, at one place, from `start` on."""

    start = InstantField()
    items = serializers.ListField(child=ItemInput(), min_length=1, max_length=MOST_SERVICES)


class VisitRescheduleInput(ForcedInput):
    """The new start of all that is still to come: with the same people, unless `staff` is `any`."""

    start = InstantField()
    staff = serializers.ChoiceField(choices=[ANY], required=False)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)


class VisitSlotsQuery(serializers.Serializer[Any]):
    """`service` is repeated, in the order of the visit; `staff` is left out, or repeated as often.

    Each of the `extras` belongs to the first service that has it. Dates are as in SlotsQuery.
    """

    def get_fields(self) -> dict[str, Any]:
        """As in SlotsQuery."""
        return {**super().get_fields(), "from": DateField(source="first"), "to": DateField(source="last")}

    service = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_SERVICES)
    staff = serializers.ListField(child=StaffChoice(), max_length=MOST_SERVICES, required=False, default=list)
    location = serializers.UUIDField(required=False, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    extras = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


class RescheduleInput(ForcedInput):
    """The new start, and who is to do it: the same person unless another, or `any`, is named."""

    start = InstantField()
    staff = StaffChoice(required=False)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)


class ReasonInput(InputSerializer):
    reason = PlainText(max_length=500, required=False, allow_blank=True, default="")


class NothingInput(InputSerializer):
    """No body is needed."""


class UndoInput(InputSerializer):
    """Whether what was cancelled is to overbook what has its time now."""

    overbook = serializers.BooleanField(required=False, default=False)


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
    postcode = PlainText(max_length=16, required=False, allow_blank=True, default="")


class SessionsQuery(serializers.Serializer[Any]):
    """From today, and for thirty days, unless dates are given; both inclusive, in the zone of the business."""

    service = serializers.UUIDField(required=False, default=None)
    staff = serializers.UUIDField(required=False, default=None)
    location = serializers.UUIDField(required=False, default=None)

    def get_fields(self) -> dict[str, Any]:
        """As in SlotsQuery."""
        dates = {
            "from": DateField(source="first", required=False, default=None),
            "to": DateField(source="last", required=False, default=None),
        }
        return {**super().get_fields(), **dates}


class SessionsInput(InputSerializer):
    """A class to publish, once or by `repeat`. Capacity and minimum are the service's unless given; null is none."""

    service = serializers.UUIDField()
    staff = serializers.UUIDField()
    location = serializers.UUIDField()
    start = InstantField()
    capacity = WholeNumber(min_value=1, max_value=MAX_CAPACITY, required=False, allow_null=True, default=None)
    min_to_run = WholeNumber(min_value=1, max_value=MAX_CAPACITY, required=False, allow_null=True)
    resource = serializers.UUIDField(required=False, allow_null=True, default=None)
    repeat = RepeatInput(required=False, allow_null=True, default=None)


class SessionChangesInput(InputSerializer):
    """What is to be different; a minimum of null is none. `version` is that of the session as it was seen."""

    start = InstantField(required=False)
    staff = serializers.UUIDField(required=False)
    location = serializers.UUIDField(required=False)
    capacity = WholeNumber(min_value=1, max_value=MAX_CAPACITY, required=False)
    min_to_run = WholeNumber(min_value=1, max_value=MAX_CAPACITY, required=False, allow_null=True)
    version = WholeNumber(min_value=1, required=False)

    def known(self) -> set[str]:
        """And whatever an answer has."""
        return super().known() | set(SessionOutput().fields)
