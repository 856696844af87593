"""What the waitlist takes and answers."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.actions.waiting import SESSION_OR_DAY, waits_for_one
from bookme.bookings.models import Waiting, WaitlistEntry
from bookme.bookings.selectors.waiting import held_by
from bookme.bookings.serializers.fields import MAX_EXTRAS, StaffChoice, Translation
from bookme.bookings.serializers.who import ContactOutput, WhoInput
from bookme.bookings.wording import position_text
from bookme.core.http.fields import BoundedList, DateField, InstantField
from bookme.core.http.serializers import InputSerializer

FIRST, LAST = "first", "last"


class WaitlistInput(WhoInput):
    """Either a `session`, or a `service` with a `date`, and who would come: as it is for a booking."""

    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    service = serializers.UUIDField(required=False, allow_null=True, default=None)
    date = DateField(required=False, allow_null=True, default=None)
    staff = StaffChoice(required=False, allow_null=True, default=None)
    extras = BoundedList(child=serializers.UUIDField(), max_length=MAX_EXTRAS, required=False, default=list)

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        faults = super().also_wrong(data)
        if not waits_for_one(session=data.get("session"), service=data.get("service"), date=data.get("date")):
            faults["non_field_errors"] = [serializers.ErrorDetail(SESSION_OR_DAY, code="session_or_service")]
        return faults


class RankInput(InputSerializer):
    """Where to in the line: the `first` or the `last` place, or `before` another entry of it."""

    to = serializers.ChoiceField(choices=[FIRST, LAST], required=False)
    before = serializers.UUIDField(required=False)

    def known(self) -> set[str]:
        """And whatever an answer has."""
        return super().known() | set(TeamWaitlistOutput().fields)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError({"to": [_one_of_two()]})
        return attrs

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {} if ("to" in data) != ("before" in data) else {"to": [_one_of_two()]}


def _one_of_two() -> serializers.ErrorDetail:
    return serializers.ErrorDetail("Give either `to` or `before`.", code="to_or_before")


class OfferOutput(serializers.Serializer[Any]):
    """The booking that is held, or came of it. `expires_at` is null once it was accepted."""

    booking = serializers.UUIDField(source="id")
    visit = serializers.UUIDField(source="visit_id")
    status = serializers.CharField()
    start = InstantField(source="appointment.starts_at")
    end = InstantField(source="appointment.ends_at")
    staff = serializers.UUIDField(source="appointment.staff_id")
    location = serializers.UUIDField(source="appointment.location_id")
    expires_at = InstantField(source="hold_expires_at", allow_null=True)


class WaitlistOutput(serializers.Serializer[WaitlistEntry]):
    """Somebody who waits, as they may see it themselves.

    `position` is 1 for who is next, and null for who does not wait in the line; `text` says it in a sentence.
    """

    id = serializers.UUIDField()
    status = serializers.CharField()
    position = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    service = serializers.UUIDField(source="service_id")
    service_name = Translation(source="service")
    session = serializers.UUIDField(source="session_id", allow_null=True)
    start = InstantField(source="session.starts_at", default=None, help_text="Of the session.")
    date = serializers.DateField(allow_null=True)
    staff = serializers.UUIDField(source="staff_id", allow_null=True)
    location = serializers.UUIDField(source="location_id", allow_null=True)
    party_size = serializers.IntegerField()
    extras = serializers.ListField(child=serializers.UUIDField())
    contact = ContactOutput(source="*")
    notes = serializers.CharField()
    answers = serializers.JSONField()
    address = serializers.JSONField()
    offer = serializers.SerializerMethodField()
    created_at = InstantField()

    def get_position(self, row: Any) -> int | None:
        return row.ahead + 1 if row.state is Waiting.WAITING else None

    def get_text(self, row: Any) -> str:
        return position_text(row.state, row.ahead + 1)

    @extend_schema_field(OfferOutput(allow_null=True))
    def get_offer(self, row: WaitlistEntry) -> dict[str, Any] | None:
        held = held_by(row)
        return dict(OfferOutput(held, context=self.context).data) if held else None


class TeamWaitlistOutput(WaitlistOutput):
    """What only the team sees comes on top, and is absent for everybody else."""

    customer = serializers.UUIDField(source="customer_id", required=False)
    source = serializers.CharField(required=False)  # type: ignore[assignment]


class NewWaitlistOutput(WaitlistOutput):
    """`token` opens the entry to whoever has it: as `?token=`."""

    token = serializers.CharField()
