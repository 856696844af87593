"""Bookings that are there before a test begins, and what is told of them."""

from typing import Any

from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking
from bookme.eventlog.models import Event
from tests.bookings.conftest import Shop
from tests.factories.bookings import BookingFactory


def booked(shop: Shop, **more: Any) -> Booking:
    """Ada, Monday at ten, unless told otherwise."""
    given = {"appointment__staff": shop.ada, "appointment__location": shop.place, "appointment__service": shop.service}
    return BookingFactory(**given | more)


def link(booking: Booking) -> str:
    return "?token=" + manage_token(visit_id=booking.visit_id, link_version=booking.visit.link_version)


def names(booking: Booking) -> list[str]:
    return [row.name for row in Event.objects.filter(subject_id=booking.pk).order_by("occurred_at", "id")]
