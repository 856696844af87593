"""What courses take and answer."""

from rest_framework import serializers

from bookme.bookings.selectors.courses import CourseDates
from bookme.bookings.serializers.fields import Translation
from bookme.bookings.serializers.sessions import SessionOutput
from bookme.bookings.serializers.who import WhoInput
from bookme.core.money import amount_text
from bookme.tenants.context import require_tenant


class CourseBookingInput(WhoInput):
    """For whom: all dates of the course that are ahead are booked."""


class CourseOutput(serializers.Serializer[CourseDates]):
    """A course now. `price` is that of its `dates_left`, for one person; `seats_left` are on each of them.

    `can_join`: it has not begun or, with `single_dates`, something of it is left.
    """

    id = serializers.UUIDField()
    service = serializers.UUIDField(source="service.pk")
    service_name = Translation(source="service")
    single_dates = serializers.BooleanField(source="takes_single_dates")
    can_join = serializers.BooleanField()
    dates_left = serializers.SerializerMethodField()
    seats_left = serializers.IntegerField()
    price = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    sessions = SessionOutput(many=True)

    def get_dates_left(self, row: CourseDates) -> int:
        return len(row.ahead)

    def get_price(self, row: CourseDates) -> str:
        return amount_text(row.price, require_tenant().config.currency)

    def get_currency(self, row: CourseDates) -> str:
        return require_tenant().config.currency
