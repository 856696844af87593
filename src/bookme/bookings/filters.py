"""What lists of bookings are narrowed by."""

import datetime as dt
from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters.filters import MultipleChoiceFilter, UUIDFilter

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import on_calendars
from bookme.bookings.states import Status
from bookme.core.http.filters import Day, DayRange, Search


class BookingFilter(DayRange):
    """Dates are local days of the business on which a booking begins; `from` and `to` are both inclusive."""

    starts_field: ClassVar[str] = "appointment__starts_at"
    ends_field: ClassVar[str] = "appointment__starts_at"

    date = Day(method="on_day")
    service = UUIDFilter("appointment__service")
    staff = UUIDFilter(method="on_calendar_of")
    location = UUIDFilter("appointment__location")
    customer = UUIDFilter("visit__customer")
    status = MultipleChoiceFilter(choices=[(each.value, each.value) for each in Status])
    search = Search("visit__reference", "visit__contact_name", "visit__contact_email", "visit__contact_phone")

    class Meta:
        model = Booking
        fields: list[str] = []

    def on_calendar_of(self, rows: QuerySet[Booking], name: str, value: UUID) -> QuerySet[Booking]:
        return rows.filter(on_calendars(pk=value))

    def on_day(self, rows: QuerySet[Booking], name: str, value: dt.date) -> QuerySet[Booking]:
        return self.to_day(self.from_day(rows, name, value), name, value)
