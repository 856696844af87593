"""Courses and single dates of them, booked and called off at once: whatever comes first, all of a course or nothing."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking, Series, Visit
from bookme.bookings.states import KEEPS_SEATS
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, deadlocks_seen, wrong_seats
from tests.bookings.desk import CONSENTS, monday, session_body
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, make_person

CLIENTS, TRIES, WEEKS = 8, 3, 4
HOST = "salon.localhost"


@pytest.fixture
def business(clock: Any, committed: Tenant) -> Shop:
    return open_shop()


@pytest.fixture
def dates(business: Shop) -> list[Appointment]:
    """A course with twelve places whose people change from date to date, the later one first by id."""
    people = sorted((business.ada, business.ben), key=lambda each: each.pk, reverse=True)
    service = ServiceFactory(of_class=True, course="drop_in", capacity=12, staff=people)
    common = {"service": service, "location": business.place, "course_id": uuid7()}
    return [
        SessionFactory(starts_at=monday(10) + week * dt.timedelta(weeks=1), staff=people[week % 2], **common)
        for week in range(WEEKS)
    ]


def who(number: int, index: int) -> dict[str, Any]:
    return {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}


def book_all(api: Api, dates: list[Appointment], number: int, index: int) -> int:
    body = {"customer": who(number, index), "consents": CONSENTS, "party_size": number % 3 + 1}
    return api.post(f"courses/{dates[0].course_id}/book/", body).status_code


def book_one(api: Api, session: Appointment, number: int, index: int) -> int:
    body = session_body(session, party_size=number % 3 + 1)
    return api.post("bookings/", body | {"customer": who(number, index)}).status_code


def dates_of_series() -> list[int]:
    return [series.visits.count() for series in Series.objects.all()]


def test_the_last_places_are_had_on_all_dates_or_on_none(dates: list[Appointment]) -> None:
    statuses, before = Counter[int](), deadlocks_seen()

    def work(api: Api, number: int) -> None:
        for index in range(TRIES):
            statuses[book_all(api, dates, number, index)] += 1

    crowd(HOST, CLIENTS, work)
    assert set(statuses) == {201, 409}
    assert dates_of_series() == [WEEKS] * statuses[201]
    assert Visit.objects.count() == WEEKS * statuses[201]
    [taken] = set(Appointment.objects.filter(published=True).values_list("seats_taken", flat=True))
    assert 10 <= taken <= 12
    assert (wrong_seats(), deadlocks_seen() - before) == (0, 0)


def test_beside_single_dates_from_the_last_to_the_first(dates: list[Appointment]) -> None:
    """Every other client goes the other way round: where each took its dates one by one, they would meet."""
    statuses, single, before = Counter[int](), Counter[int](), deadlocks_seen()

    def work(api: Api, number: int) -> None:
        for index in range(TRIES):
            if number % 2:
                statuses[book_all(api, dates, number, index)] += 1
                continue
            for session in reversed(dates):
                single[book_one(api, session, number, index)] += 1

    crowd(HOST, CLIENTS, work)
    assert set(statuses) | set(single) <= {201, 409}
    assert dates_of_series() == [WEEKS] * statuses[201]
    assert Booking.objects.count() == WEEKS * statuses[201] + single[201]
    assert max(Appointment.objects.values_list("seats_taken", flat=True)) <= 12
    assert (wrong_seats(), deadlocks_seen() - before) == (0, 0)


def test_a_date_is_called_off_while_it_is_booked(committed: Tenant, dates: list[Appointment]) -> None:
    """Who had booked it is told; who comes later books what is left; nobody has a seat in what is not."""
    owner, statuses = make_person(committed, Role.OWNER).api, Counter[int]()

    def work(api: Api, number: int) -> None:
        for index in range(2):
            if number == 0 and index == 1:
                assert owner.post(f"sessions/{dates[2].pk}/cancel/").status_code == 200
            elif number:
                statuses[book_all(api, dates, number, index)] += 1

    crowd(HOST, 5, work)
    assert set(statuses) <= {201, 409}
    assert statuses[201] > 0
    assert not Booking.objects.filter(appointment=dates[2], status__in=KEEPS_SEATS).exists()
    assert set(dates_of_series()) <= {WEEKS - 1, WEEKS}
    assert wrong_seats() == 0
