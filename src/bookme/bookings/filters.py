"""What lists of bookings are narrowed by."""

import datetime as dt
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django_filters.filters import CharFilter, DateFilter, MultipleChoiceFilter, UUIDFilter
from django_filters.filterset import FilterSet

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.core.text import has_control_characters
from bookme.core.time import day_bounds
from bookme.tenants.context import require_tenant

_DAYS = [MinValueValidator(dt.date(1900, 1, 1)), MaxValueValidator(dt.date(2200, 12, 31))]
_SEARCHED = ("visit__reference", "visit__contact_name", "visit__contact_email", "visit__contact_phone")


def _day(method: str) -> Any:
    """A date `YYYY-MM-DD` that can be a day in anybody's calendar."""
    return DateFilter(method=method, input_formats=["%Y-%m-%d"], validators=_DAYS)


class BookingFilter(FilterSet):
    """Dates are local days of the business on which a booking begins; `from` and `to` are both inclusive."""

    date = _day("on_date")
    service = UUIDFilter("appointment__service")
    staff = UUIDFilter("appointment__staff")
    location = UUIDFilter("appointment__location")
    customer = UUIDFilter("visit__customer")
    status = MultipleChoiceFilter(choices=[(each.value, each.value) for each in Status])
    search = CharFilter(method="holding", max_length=200)

    class Meta:
        model = Booking
        fields: list[str] = []

    def on_date(self, rows: QuerySet[Booking], name: str, value: dt.date) -> QuerySet[Booking]:
        start, end = day_bounds(value, value, require_tenant().config.zone)
        return rows.filter(appointment__starts_at__gte=start, appointment__starts_at__lt=end)

    def since(self, rows: QuerySet[Booking], name: str, value: dt.date) -> QuerySet[Booking]:
        start, _ = day_bounds(value, value, require_tenant().config.zone)
        return rows.filter(appointment__starts_at__gte=start)

    def until(self, rows: QuerySet[Booking], name: str, value: dt.date) -> QuerySet[Booking]:
        _, end = day_bounds(value, value, require_tenant().config.zone)
        return rows.filter(appointment__starts_at__lt=end)

    def holding(self, rows: QuerySet[Booking], name: str, value: str) -> QuerySet[Booking]:
        """The text anywhere in the reference or in the contact that was given."""
        if has_control_characters(value):
            return rows.none()
        found = Q()
        for column in _SEARCHED:
            found |= Q(**{f"{column}__icontains": value})
        return rows.filter(found)


# `from` cannot be the name of an attribute.
_RANGE: dict[str, Any] = {"from": "since", "to": "until"}
for _name, _method in _RANGE.items():
    BookingFilter.base_filters[_name] = _day(_method)  # type: ignore[attr-defined]
