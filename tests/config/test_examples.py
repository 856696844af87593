"""The examples in the description of the API are what a business answers: each is sent, and its answer compared."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client

from bookme.bookings.links import manage_token
from bookme.bookings.models import Visit
from bookme.config import openapi
from bookme.config.openapi import ANSWERS, REQUESTS
from bookme.services.models import QuestionKind
from bookme.staff.models import Staff
from bookme.tenants.models import BusinessKind, Tenant
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.postcodes import PostcodeFactory
from tests.factories.services import ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import ServiceAreaFactory, StaffFactory
from tests.web.conftest import configure

BOOKED = ANSWERS["bookings_create"]["201"]["Booked"]
# What is new each time: an example can only have its form.
NEW = {"id", "visit", "reference", "manage_token"}


@pytest.fixture
def clock() -> Iterator[None]:
    with time_machine.travel(dt.datetime.fromisoformat(BOOKED["created_at"]), tick=False):
        yield


@pytest.fixture
def business(salon: Tenant, clock: None) -> Tenant:
    """One person, one place, a cut with an extra and a class: those that the examples name."""
    place = LocationFactory(id=openapi.LOCATION, name="Soho")
    cut = ServiceFactory(id=openapi.SERVICE, name="Cut & finish", duration_minutes=45, price="58.000")
    ExtraFactory(id=openapi.EXTRA, name="Scalp massage", price="12.000", duration_minutes=15, services=[cut])
    QuestionFactory(key="pets", label="Any pets?", kind=QuestionKind.TEXT)
    start = dt.datetime.fromisoformat(BOOKED["start"])
    hours = [(0, 570, 630), (0, 780, 840), (1, 660, 720)]
    anna = StaffFactory(id=openapi.STAFF, name="Anna Okafor", hours=hours, does=[cut])
    SessionFactory(id=openapi.SESSION, staff=anna, location=place, starts_at=start + dt.timedelta(days=2))
    return salon


def _same(answer: Any, example: dict[str, Any]) -> dict[str, Any]:
    """The answer, which has the members of the example and, but for what is new, its values."""
    told: dict[str, Any] = answer.json()
    assert {**told, **{each: example[each] for each in NEW & told.keys()}} == example
    return told


def test_a_time_is_found_booked_moved_and_cancelled_as_the_examples_say(business: Tenant) -> None:
    browser = Client(headers={"host": "salon.localhost"})
    query = {"service": openapi.SERVICE, "from": "2027-03-01", "to": "2027-03-02", "extras": openapi.EXTRA}
    [slots] = ANSWERS["bookings_available_slots"]["200"].values()
    assert browser.get("/api/v1/bookings/available-slots/", query).json() == slots
    answer = _send(browser, "bookings/", REQUESTS["bookings_create"]["Book a time"])
    assert answer.status_code == 201
    made = _same(answer, BOOKED)
    for step in ("reschedule", "cancel"):
        [body] = REQUESTS[f"bookings_{step}"].values()
        [example] = ANSWERS[f"bookings_{step}"]["200"].values()
        answer = _send(browser, f"bookings/{made['id']}/{step}/?token={made['manage_token']}", body)
        assert answer.status_code == 200
        _same(answer, example)


@pytest.mark.parametrize("title", ["Join a class", "Have somebody come"])
def test_the_other_ways_to_book_are_taken(business: Tenant, title: str) -> None:
    if title == "Have somebody come":
        configure(business, kind=BusinessKind.MOBILE)
    answer = _send(Client(headers={"host": "salon.localhost"}), "bookings/", REQUESTS["bookings_create"][title])
    assert answer.status_code == 201, answer.json()
    assert answer.json().keys() == BOOKED.keys()


def test_who_comes_to_a_postcode_is_told_as_the_example_says(business: Tenant) -> None:
    configure(business, features={"service_areas": True})
    anna = Staff.objects.get()
    anna.slug = "anna-okafor"
    anna.save()
    PostcodeFactory(code="N1", latitude=51.5386, longitude=-0.1028)
    ServiceAreaFactory(staff=anna, latitude=51.5206, longitude=-0.1028, days=[0, 1, 4])
    [example] = ANSWERS["staff_by_postcode"]["200"].values()
    answer = Client(headers={"host": "salon.localhost"}).get("/api/v1/staff/by-postcode/", {"postcode": "N1 2BB"})
    assert answer.json() == example


def test_what_is_new_each_time_has_its_form(business: Tenant) -> None:
    made = _send(Client(headers={"host": "salon.localhost"}), "bookings/", REQUESTS["bookings_create"]["Book a time"])
    real = made.json()
    for name in ("reference", "manage_token"):
        assert _form(BOOKED[name]) == _form(real[name]), name
    visit = Visit(pk=UUID(BOOKED["visit"]))
    assert BOOKED["manage_token"].rpartition(":")[0] == manage_token(visit).rpartition(":")[0]


def _form(text: str) -> list[int]:
    """The lengths of its parts, all of letters and digits, `-` and `_`."""
    assert re.fullmatch(r"[\w:-]+", text)
    return [len(part) for part in text.split(":")]


def _send(browser: Client, path: str, body: dict[str, Any]) -> Any:
    return browser.post(f"/api/v1/{path}", body, content_type="application/json")
