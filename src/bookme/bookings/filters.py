"""What lists of bookings, of who waits and of customers are narrowed by."""

import datetime as dt
from typing import ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django_filters.filters import CharFilter, MultipleChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet

from bookme.bookings.models import Booking, Waiting, WaitlistEntry
from bookme.bookings.selectors.bookings import on_calendars
from bookme.bookings.states import Status
from bookme.core.http.filters import ActiveFilters, Day, DayRange, Search, Tag
from bookme.core.time import day_bounds


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


class WaitlistFilter(FilterSet):
    """`date` is that of the session, or the one that is waited for."""

    service = UUIDFilter("service")
    session = UUIDFilter("session")
    date = Day(method="on_date")
    staff = UUIDFilter(method="with_person")
    status = MultipleChoiceFilter(choices=[(each.value, each.value) for each in Waiting])
    search = Search("contact_name", "contact_email", "contact_phone")

    class Meta:
        model = WaitlistEntry
        fields: list[str] = []

    def on_date(self, rows: QuerySet[WaitlistEntry], name: str, value: dt.date) -> QuerySet[WaitlistEntry]:
        start, end = day_bounds(value, value, self.request.tenant.config.zone)
        return rows.filter(Q(date=value) | Q(session__starts_at__gte=start, session__starts_at__lt=end))

    def with_person(self, rows: QuerySet[WaitlistEntry], name: str, value: UUID) -> QuerySet[WaitlistEntry]:
        return rows.filter(Q(staff=value) | Q(session__staff=value))


class CustomerFilters(DayRange, ActiveFilters):
    """`from` and `to`: known since these days of the business, both inclusive."""

    tag = Tag()
    email = CharFilter(lookup_expr="iexact", max_length=254)
    phone = CharFilter(max_length=40)
    search = Search("name", "email", "phone")

    starts_field = ends_field = "created_at"


def narrowed(rows: QuerySet[Booking], request: HttpRequest) -> QuerySet[Booking] | None:
    """For a page: those that the query of the request leaves; None if it cannot be read."""
    found = BookingFilter(request.GET, queryset=rows, request=request)
    return found.qs if found.is_valid() else None
