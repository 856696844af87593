"""Bookings that are there before a test begins, and what is told of them."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

from bookme.bookings.export import ExportFormat, export_of
from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.eventlog.models import Event
from tests.bookings.conftest import Shop
from tests.bookings.desk import monday
from tests.factories.bookings import BookingFactory
from tests.factories.users import Person


def booked(shop: Shop, **more: Any) -> Booking:
    """Ada, Monday at ten, unless told otherwise."""
    given = {"appointment__staff": shop.ada, "appointment__location": shop.place, "appointment__service": shop.service}
    return BookingFactory(**given | more)


def link(booking: Booking) -> str:
    return "?token=" + manage_token(booking.visit)


def names(booking: Booking) -> list[str]:
    return [row.name for row in Event.objects.filter(subject_id=booking.pk).order_by("occurred_at", "id")]


def many(shop: Shop, count: int, *, hour: int) -> None:
    """So many bookings of one visit, in one appointment."""
    one = booked(shop, appointment__capacity=count, appointment__starts_at=monday(hour), visit__notes="x" * 500)
    values = {name: getattr(one, name) for name in ("visit", "appointment", "status", "price", "currency", "policy")}
    Booking.objects.bulk_create(Booking(**values, party_size=1) for _ in range(count - 1))


def parts_of(person: Person, wanted: ExportFormat) -> Iterator[bytes]:
    rows = bookings_visible_to(person.actor).order_by("appointment__starts_at", "id")
    return export_of(rows, wanted=wanted, tz=person.tenant.config.zone, url_of=lambda _: "").parts


def peak(person: Person, wanted: ExportFormat) -> int:
    """The most bytes that were in use at one time while the file was read to its end."""
    tracemalloc.start()
    try:
        assert max(map(len, parts_of(person, wanted))) < 64 * 1024
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
