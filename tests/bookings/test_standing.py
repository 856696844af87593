"""Archiving tells which bookings to come still stand."""

import datetime as dt

import pytest

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.core.permissions import CustomerScope, Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from tests.factories.bookings import AppointmentFactory, BookingFactory, ResourceAllocationFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import CategoryFactory, ExtraFactory, ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person, make_person


@pytest.fixture
def booked(salon: object) -> Booking:
    """A booking to come of a service with a category, an extra and a room."""
    extra = ExtraFactory()
    appointment = AppointmentFactory(service=ServiceFactory(category=CategoryFactory()), seats_taken=1)
    booking: Booking = BookingFactory(appointment=appointment, extras=[{"id": str(extra.pk), "duration_minutes": 10}])
    ResourceAllocationFactory(appointment=appointment)
    return booking


def _path(booking: Booking, kind: str) -> str:
    appointment = booking.appointment
    return {
        "category": f"service-categories/{appointment.service.category_id}/",
        "service": f"services/{appointment.service_id}/",
        "extra": f"extras/{booking.extras[0]['id']}/",
        "staff": f"staff/{appointment.staff_id}/",
        "location": f"locations/{appointment.location_id}/",
        "resource": f"resources/{appointment.allocations.get().resource_id}/",
        "customer": f"customers/{booking.visit.customer_id}/",
    }[kind]


@pytest.mark.parametrize("kind", ["category", "service", "extra", "staff", "location", "resource", "customer"])
def test_what_is_archived_names_the_bookings_that_stand(booked: Booking, owner: Person, kind: str) -> None:
    BookingFactory()  # of something else

    answer = owner.api.delete(_path(booked, kind))

    assert answer.status_code == 200, answer.content
    (standing,) = answer.json()["standing_bookings"]
    assert standing["id"] == str(booked.pk)
    assert standing["reference"] == booked.visit.reference
    assert dt.datetime.fromisoformat(standing["start"]) == booked.appointment.starts_at
    booked.refresh_from_db()
    assert booked.status == Status.CONFIRMED


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.NO_SHOW])
def test_what_is_over_does_not_stand(booked: Booking, owner: Person, status: Status) -> None:
    Booking.objects.update(status=status)

    assert owner.api.delete(_path(booked, "service")).json()["standing_bookings"] == []


@pytest.mark.parametrize("reach", ["staff_ids", "location_ids"])
def test_what_is_out_of_reach_is_not_told(booked: Booking, salon: Tenant, reach: str) -> None:
    elsewhere = {"staff_ids": StaffFactory, "location_ids": LocationFactory}[reach]()
    scoped = make_person(salon, Role.MANAGER, customer_scope=CustomerScope.ALL, **{reach: [str(elsewhere.pk)]})

    assert scoped.api.delete(_path(booked, "customer")).json()["standing_bookings"] == []


def test_what_has_ended_does_not_stand(booked: Booking, owner: Person) -> None:
    start = now() - dt.timedelta(hours=3)
    type(booked.appointment).objects.update(
        starts_at=start,
        blocked_start=start,
        ends_at=start + dt.timedelta(hours=1),
        blocked_end=start + dt.timedelta(hours=1),
    )

    assert owner.api.delete(_path(booked, "staff")).json()["standing_bookings"] == []
