"""What sessions of classes take and answer."""

from typing import Any

from rest_framework import serializers

from bookme.bookings.cancel_wording import cancellation_text_before
from bookme.bookings.models import Appointment
from bookme.bookings.serializers.fields import CANCELLATION_TEXT, Translation
from bookme.bookings.serializers.repeat import RepeatInput
from bookme.bookings.wording import formats_here
from bookme.core.http.fields import DateField, InstantField, WholeNumber
from bookme.core.http.serializers import InputSerializer
from bookme.core.money import amount_text
from bookme.services.models import Course
from bookme.services.rules import MAX_CAPACITY
from bookme.tenants.context import require_tenant


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


class SessionOutput(serializers.Serializer[Appointment]):
    """A session of a class. With a `min_to_run` it is decided at `decide_at`, and sure once that is null."""

    id = serializers.UUIDField()
    service = serializers.UUIDField(source="service_id")
    service_name = Translation(source="service")
    staff = serializers.UUIDField(source="staff_id")
    staff_name = Translation(source="staff")
    location = serializers.UUIDField(source="location_id")
    location_name = Translation(source="location")
    course = serializers.SerializerMethodField(help_text="Whose date it is, of a class that is booked as a course.")
    start = InstantField(source="starts_at")
    end = InstantField(source="ends_at")
    capacity = serializers.IntegerField()
    seats_left = serializers.SerializerMethodField()
    min_to_run = serializers.IntegerField(allow_null=True)
    decide_at = InstantField(allow_null=True)
    is_sure = serializers.SerializerMethodField(help_text="It takes place, however few book.")
    price = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    cancellation_text = serializers.SerializerMethodField(help_text=CANCELLATION_TEXT)
    version = serializers.IntegerField()

    def get_cancellation_text(self, row: Appointment) -> str:
        return cancellation_text_before([row.service], formats=formats_here())

    def get_course(self, row: Appointment) -> str | None:
        return str(row.course_id) if row.course_id and row.service.course != Course.NONE else None

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
