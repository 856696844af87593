"""Scopes bound what a member of the team changes, not only what they see."""

import pytest

from bookme.bookings.models import Booking
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, clock, shop  # noqa: F401 - fixtures
from tests.bookings.desk import body_for, monday, refused, written
from tests.factories.locations import LocationFactory
from tests.factories.users import Person, make_person


def test_a_booking_on_a_calendar_outside_of_the_scope_is_refused(salon: Tenant, shop: Shop) -> None:  # noqa: F811
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    before = written()
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk)))
    refused(answer, 403, "out_of_scope")
    assert written() == before
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    assert answer.status_code == 201


def test_a_booking_at_a_place_outside_of_the_scope_is_refused(salon: Tenant, shop: Shop) -> None:  # noqa: F811
    other = LocationFactory()
    bound = make_person(salon, Role.MANAGER, location_ids=[str(other.pk)])
    before = written()
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10), location=str(shop.place.pk)))
    refused(answer, 403, "out_of_scope")
    assert written() == before
    assert bound.api.post("bookings/", body_for(shop.service, monday(10), location=str(other.pk))).status_code == 201


@pytest.mark.parametrize("chosen", ["ben", "any"])
def test_a_booking_is_not_moved_out_of_the_scope(salon: Tenant, shop: Shop, owner: Person, chosen: str) -> None:  # noqa: F811
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    made = owner.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk))).json()
    owner.api.post("bookings/", body_for(shop.service, monday(12), staff=str(shop.ada.pk)))
    before = written()
    to = {"start": monday(12).isoformat(), "staff": str(shop.ben.pk) if chosen == "ben" else "any"}
    refused(bound.api.post(f"bookings/{made['id']}/reschedule/", to), 403, "out_of_scope")
    assert written() == before
    booking = Booking.objects.select_related("appointment").get(pk=made["id"])
    assert (booking.appointment.staff, booking.appointment.starts_at, booking.version) == (shop.ada, monday(10), 1)
    to |= {"start": monday(14).isoformat(), "staff": str(shop.ada.pk)}
    assert bound.api.post(f"bookings/{made['id']}/reschedule/", to).status_code == 200
