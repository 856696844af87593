"""The team against customers: whatever comes first, nobody is booked for what is not, or told another time."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions.sessions import decide_session
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.states import KEEPS_SEATS
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, overlaps, wrong_seats
from tests.bookings.desk import monday, session_body
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, make_person

CLIENTS, TRIES = 8, 4
HOST = "salon.localhost"


@pytest.fixture
def business(clock: Any, committed: Tenant) -> Shop:
    return open_shop()


@pytest.fixture
def yoga(business: Shop) -> Service:
    return ServiceFactory(of_class=True, capacity=12, staff=[business.ada, business.ben])


def owner_of(tenant: Tenant) -> Api:
    return make_person(tenant, Role.OWNER).api


def book(api: Api, session: Appointment, number: int, index: int) -> int:
    body = session_body(session, party_size=number % 3 + 1)
    body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
    return api.post("bookings/", body).status_code


def test_a_session_is_cancelled_while_it_is_booked(committed: Tenant, business: Shop, yoga: Service) -> None:
    session = SessionFactory(service=yoga, staff=business.ada, location=business.place)
    owner, statuses = owner_of(committed), Counter[int]()

    def work(api: Api, number: int) -> None:
        for index in range(TRIES):
            if number == 0 and index == 1:
                assert owner.post(f"sessions/{session.pk}/cancel/").status_code == 200
            elif number:
                statuses[book(api, session, number, index)] += 1

    crowd(HOST, CLIENTS, work)
    assert set(statuses) <= {201, 400, 409}
    session.refresh_from_db()
    assert (session.published, session.seats_taken) == (False, 0)
    assert not Booking.objects.filter(status__in=KEEPS_SEATS).exists()
    assert Booking.objects.count() == statuses[201]
    assert Event.objects.filter(name="booking.cancelled").count() == statuses[201]
    assert wrong_seats() == 0


def test_a_session_moves_while_it_is_booked(committed: Tenant, business: Shop, yoga: Service) -> None:
    """The last fact about every booking tells the time and the person that the session has now."""
    session = SessionFactory(service=yoga, staff=business.ada, location=business.place)
    owner, statuses = owner_of(committed), Counter[int]()
    moves = [
        {"start": monday(11).isoformat()},
        {"staff": str(business.ben.pk)},
        {"start": monday(12).isoformat(), "staff": str(business.ada.pk)},
        {"start": monday(14).isoformat(), "staff": str(business.ben.pk), "capacity": 14},
    ]

    def work(api: Api, number: int) -> None:
        for index in range(TRIES):
            if number == 0:
                assert owner.patch(f"sessions/{session.pk}/", moves[index]).status_code == 200
            else:
                statuses[book(api, session, number, index)] += 1

    crowd(HOST, CLIENTS, work)
    assert set(statuses) <= {201, 409}
    session.refresh_from_db()
    assert (session.starts_at, session.staff_id, session.version) == (monday(14), business.ben.pk, 5)
    assert session.seats_taken <= session.capacity
    assert (wrong_seats(), overlaps()) == (0, 0)
    assert Booking.objects.filter(appointment=session).count() == statuses[201]
    for booking in Booking.objects.all():
        last = Event.objects.filter(subject_id=booking.pk).order_by("occurred_at", "id").last()
        assert last is not None
        assert (last.payload["start"], last.payload["staff_id"]) == (monday(14).isoformat(), str(business.ben.pk))


def test_it_is_decided_while_it_is_booked(committed: Tenant, business: Shop, yoga: Service) -> None:
    """Either it takes place with enough, or everybody who had got a place is told; nobody is left in between."""
    point = monday(10) - dt.timedelta(days=1)
    session = SessionFactory(service=yoga, staff=business.ada, location=business.place, min_to_run=6, decide_at=point)
    statuses = Counter[int]()

    def work(api: Api, number: int) -> None:
        for index in range(2):
            if number:
                statuses[book(api, session, number, index)] += 1
                continue
            with tenant_scope(committed), transaction.atomic():
                decide_session(session_id=session.pk, now=point)

    crowd(HOST, 5, work)
    session.refresh_from_db()
    seated = Booking.objects.filter(status__in=KEEPS_SEATS)
    assert session.decide_at is None
    assert session.published == (Event.objects.filter(name="session.confirmed").count() == 1)
    assert session.published or not seated.exists()
    assert not session.published or session.seats_taken >= 6
    assert Event.objects.filter(name="booking.cancelled").count() == Booking.objects.filter(status="cancelled").count()
    assert wrong_seats() == 0


def test_two_publish_the_same_run(committed: Tenant, business: Shop, yoga: Service) -> None:
    owners = [owner_of(committed) for _ in range(4)]
    statuses: Counter[int] = Counter()
    body = {"service": str(yoga.pk), "staff": str(business.ada.pk), "location": str(business.place.pk)}
    repeat = {"frequency": "weekly", "count": 5}

    def work(_: Api, number: int) -> None:
        start = monday(10) + number * dt.timedelta(minutes=10)
        answer = owners[number].post("sessions/", body | {"start": start.isoformat(), "repeat": repeat})
        statuses[answer.status_code] += 1

    crowd(HOST, len(owners), work)
    assert statuses == {201: 1, 409: 3}
    assert (Appointment.objects.count(), overlaps()) == (5, 0)
