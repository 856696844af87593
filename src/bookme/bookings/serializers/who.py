"""For whom something is booked, and what they say of themselves."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from bookme.bookings.actions.powers import acts_for_business
from bookme.bookings.actions.terms import CONSENT_NEEDED, missing_consents
from bookme.core.actor import Actor
from bookme.core.http.fields import EmailField, JsonObject, MultilineText, PhoneField, PlainText, WholeNumber, ZoneField
from bookme.core.http.serializers import InputSerializer


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
    country = serializers.RegexField(r"^([A-Z]{2})?\Z", required=False, allow_blank=True, default="")


class ConsentsInput(InputSerializer):
    terms = serializers.BooleanField(required=False)
    privacy = serializers.BooleanField(required=False)
    marketing = serializers.BooleanField(required=False)


def consent_faults(data: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """What somebody has yet to agree to, as faults of a body; the team can agree to nothing in anybody's name."""
    if acts_for_business(actor):
        return {}
    given = data.get("consents")
    missing = missing_consents(given if isinstance(given, Mapping) else {})
    told = serializers.ErrorDetail(CONSENT_NEEDED, code="consent_required")
    return {"consents": {kind.value: [told] for kind in missing}}


class ForcedInput(InputSerializer):
    """What only the team may say: that it is to be `outside_hours`, or to `overbook` what has the time already."""

    outside_hours = serializers.BooleanField(required=False, default=False)
    overbook = serializers.BooleanField(required=False, default=False)


class WhoInput(InputSerializer):
    """For whom something is booked, and what they say. A mobile trade needs an `address` of who is not its team.

    So does a business with areas, unless it is a session: its postcode decides who can come. `timezone` is where they
    are, for what is online: messages tell its time there, too.
    """

    location = serializers.UUIDField(required=False, allow_null=True, default=None)
    party_size = WholeNumber(min_value=1, required=False, default=1)
    timezone = ZoneField(required=False, allow_blank=True, default="")
    notes = MultilineText(max_length=2000, required=False, allow_blank=True, default="")
    answers = JsonObject(required=False, default=dict)
    address = AddressInput(required=False, allow_null=True, default=None)
    customer = CustomerInput()
    consents = ConsentsInput(required=False, default=dict)

    def get_fields(self) -> dict[str, Any]:
        """What is booked comes before for whom."""
        fields = super().get_fields()
        last = WhoInput._declared_fields.keys() | ForcedInput._declared_fields.keys()
        return {name: fields[name] for name in sorted(fields, key=last.__contains__)}

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return consent_faults(data, actor=self.context["actor"])


class ContactOutput(serializers.Serializer[Any]):
    """As it was given."""

    name = serializers.CharField(source="contact_name")
    email = serializers.CharField(source="contact_email")
    phone = serializers.CharField(source="contact_phone")
