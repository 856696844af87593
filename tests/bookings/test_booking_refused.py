"""`POST bookings/`: what is refused, with its code and place, and writes nothing."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookme.bookings.models import Appointment, Booking
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.answers import faults
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.desk import CONSENTS, CUSTOMER, NOW, body_for, monday, refused, session_body, written
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ExtraFactory, ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Person, Stranger

FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("no start", {"start": None}, "required", "/start"),
    ("no service", {"service": None}, "required", "/service"),
    ("unknown service", {"service": str(uuid4())}, "unknown_service", "/service"),
    ("no id", {"service": "cut"}, "invalid", "/service"),
    ("naive start", {"start": "2030-01-07T10:00:00"}, "naive_datetime", "/start"),
    ("wrong zone", {"start": "2030-01-07T10:00:00 Europe/London"}, "invalid", "/start"),
    ("no date", {"start": "2030-02-30T10:00:00Z"}, "invalid", "/start"),
    ("number as start", {"start": 1893578400}, "invalid", "/start"),
    ("unknown staff", {"staff": str(uuid4())}, "unknown_staff", "/staff"),
    ("no staff id", {"staff": "somebody"}, "invalid", "/staff"),
    ("unknown location", {"location": str(uuid4())}, "unknown_location", "/location"),
    ("unknown extra", {"extras": [str(uuid4())]}, "unknown_extra", "/extras/0"),
    ("too many people", {"party_size": 2}, "party_too_large", "/party_size"),
    ("nobody", {"party_size": 0}, "min_value", "/party_size"),
    ("huge number", {"party_size": 10**30}, "number_too_large", "/party_size"),
    ("no name", {"customer": {"email": "a@mail.example"}}, "required", "/customer/name"),
    ("long name", {"customer": {**CUSTOMER, "name": "x" * 10_000}}, "max_length", "/customer/name"),
    ("control characters", {"customer": {**CUSTOMER, "name": "A\u202eB"}}, "control_characters", "/customer/name"),
    ("NUL", {"notes": "a\x00b"}, "control_characters", "/notes"),
    ("no e-mail", {"customer": {**CUSTOMER, "email": "ada@"}}, "invalid", "/customer/email"),
    ("no phone", {"customer": {**CUSTOMER, "phone": "12"}}, "invalid_phone", "/customer/phone"),
    ("no contact", {"customer": {"name": "Ada"}}, "required", "/customer/email"),
    ("no customer", {"customer": None}, "invalid", "/customer/name"),
    ("an unknown key", {"extraz": []}, "unknown", "/extraz"),
    ("an unknown part", {"consents": {**CONSENTS, "un/asked": True}}, "unknown", "/consents/un~1asked"),
    ("no consents", {"consents": None}, "consent_required", "/consents/terms"),
    ("half a consent", {"consents": {"terms": True}}, "consent_required", "/consents/privacy"),
    ("refused consent", {"consents": {**CONSENTS, "terms": False}}, "consent_required", "/consents/terms"),
    ("half an address", {"address": {"line1": "2 Low Street"}}, "required", "/address/postcode"),
    ("session and service", {"session": str(uuid4())}, "session_or_service", ""),
    ("unknown session", {"session": str(uuid4()), "service": None, "start": None}, "unknown_session", "/session"),
    ("neither", {"service": None, "start": None}, "session_or_service", ""),
]


@pytest.mark.parametrize(("change", "code", "pointer"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_what_cannot_be_read_is_refused_and_writes_nothing(
    shop: Shop, stranger: Stranger, change: dict[str, Any], code: str, pointer: str
) -> None:
    before = written()
    body = {name: value for name, value in (body_for(shop.service, monday(10)) | change).items() if value is not None}
    refused(stranger.api.post("bookings/", body), 400, code, pointer)
    assert written() == before


def test_every_fault_of_form_is_told_at_once(shop: Shop, stranger: Stranger, owner: Person) -> None:
    before = written()
    consents = {"/consents/terms": "consent_required", "/consents/privacy": "consent_required"}
    nobody = {"/customer/name": "required", "/customer/email": "required"}
    assert faults(stranger.api.post("bookings/", {})) == {"": "session_or_service", **nobody, **consents}
    assert faults(owner.api.post("bookings/", {})) == {"": "session_or_service", **nobody}
    body = {"service": "x", "customer": {"email": "x"}, "consents": {"terms": 3}, "extraz": [], "party_size": 0}
    assert faults(stranger.api.post("bookings/", body)) == {
        "/extraz": "unknown",
        "/service": "invalid",
        "/start": "required",
        "/customer/name": "required",
        "/customer/email": "invalid",
        "/consents/terms": "invalid",
        "/consents/privacy": "consent_required",
        "/party_size": "min_value",
    }
    many = {f"key{number}": 1 for number in range(1000)}
    assert len(faults(stranger.api.post("bookings/", body_for(shop.service, monday(10)) | many))) == 20
    assert written() == before


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "null", '{"a": NaN}', "[" * 3000])
def test_malformed_json(shop: Shop, stranger: Stranger, body: str) -> None:
    before = written()
    answer = stranger.page.post("/api/v1/bookings/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert written() == before


OFF: list[tuple[str, dt.datetime, str]] = [
    ("past", dt.datetime(2029, 12, 1, 10, tzinfo=dt.UTC), "notice"),
    ("long past", dt.datetime(1900, 1, 2, tzinfo=dt.UTC), "notice"),
    ("within the notice", NOW + dt.timedelta(minutes=45), "notice"),
    ("beyond the horizon", monday(10) + dt.timedelta(days=100), "horizon"),
    ("far beyond", dt.datetime(2200, 1, 2, tzinfo=dt.UTC), "horizon"),
    ("off the grid", monday(10, 7), "grid"),
    ("between minutes", monday(10).replace(second=30), "grid"),
    ("before opening", monday(8), "hours"),
    ("reaching past the end", monday(16, 30), "hours"),
]


@pytest.mark.parametrize(("start", "cause"), [row[1:] for row in OFF], ids=[row[0] for row in OFF])
def test_a_start_that_is_not_offered(shop: Shop, stranger: Stranger, start: dt.datetime, cause: str) -> None:
    before = written()
    problem = refused(stranger.api.post("bookings/", body_for(shop.service, start)), 409, "slot_unavailable")
    assert cause in problem["causes"]
    assert problem["alternatives"]
    assert written() == before


def test_a_taken_time_is_refused_with_the_nearest_others(shop: Shop, stranger: Stranger) -> None:
    for person in (shop.ada, shop.ben):
        stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(person.pk)))
    before = written()
    problem = refused(stranger.api.post("bookings/", body_for(shop.service, monday(10))), 409, "slot_unavailable")
    assert problem["causes"] == ["booking"]
    starts = [each["start"] for each in problem["alternatives"]]
    assert starts[:2] == ["2030-01-07T11:00:00+00:00", "2030-01-07T09:00:00+00:00"]
    assert set(problem["alternatives"][0]["staff"]) == {str(shop.ada.pk), str(shop.ben.pk)}
    assert written() == before


def test_staff_who_do_not_do_it_and_places_where_it_is_not_given(shop: Shop, stranger: Stranger) -> None:
    other = StaffFactory(hours=EVERY_DAY)
    elsewhere = LocationFactory()
    shop.service.locations.set([shop.place])
    api = stranger.api
    refused(api.post("bookings/", body_for(shop.service, monday(10), staff=str(other.pk))), 400, "unknown_staff")
    answer = api.post("bookings/", body_for(shop.service, monday(10), location=str(elsewhere.pk)))
    refused(answer, 400, "unknown_location", "/location")
    assert not Booking.objects.exists()


def test_extras_of_another_service_and_twice_the_same(shop: Shop, stranger: Stranger) -> None:
    other, own = ExtraFactory(services=[ServiceFactory()]), ExtraFactory(services=[shop.service])
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), extras=[str(other.pk)]))
    refused(answer, 400, "unknown_extra", "/extras/0")
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), extras=[str(own.pk)] * 2))
    refused(answer, 400, "repeated", "/extras/1")


def test_ids_of_another_business_are_unknown(shop: Shop, stranger: Stranger, rival: Tenant) -> None:
    with tenant_scope(rival):
        theirs = open_shop()
        session = SessionFactory()
    before = written()
    answer = stranger.api.post("bookings/", body_for(theirs.service, monday(10)))
    refused(answer, 400, "unknown_service", "/service")
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(theirs.ada.pk)))
    refused(answer, 400, "unknown_staff", "/staff")
    refused(stranger.api.post("bookings/", session_body(session)), 400, "unknown_session", "/session")
    assert written() == before
    with tenant_scope(rival):
        assert not Booking.objects.exists()


def test_a_service_that_is_no_longer_offered(shop: Shop, stranger: Stranger) -> None:
    shop.service.is_active = False
    shop.service.save()
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10)))
    refused(answer, 400, "unknown_service", "/service")


def test_a_class_is_booked_by_its_sessions_only(shop: Shop, stranger: Stranger) -> None:
    session = SessionFactory(staff=shop.ada, location=shop.place)
    problem = refused(stranger.api.post("bookings/", body_for(session.service, monday(9))), 409, "slot_unavailable")
    assert problem["causes"] == ["sessions_only"]
    assert [each["session"] for each in problem["alternatives"]] == [str(session.pk)]
    answer = stranger.api.post("bookings/", session_body(session, party_size=3))
    assert answer.status_code == 201, answer.content
    assert (answer.json()["session"], answer.json()["price"]) == (str(session.pk), "120.00")
    session.refresh_from_db()
    assert session.seats_taken == 3


def test_a_session_without_enough_seats(shop: Shop, stranger: Stranger) -> None:
    session = SessionFactory(staff=shop.ada, location=shop.place, seats_taken=6)
    later = SessionFactory(
        service=session.service, staff=shop.ada, location=shop.place, starts_at=monday(10) + dt.timedelta(days=7)
    )
    before = written()
    problem = refused(stranger.api.post("bookings/", session_body(session, party_size=3)), 409, "slot_unavailable")
    assert problem["causes"] == ["capacity"]
    assert [each["session"] for each in problem["alternatives"]] == [str(later.pk)]
    refused(stranger.api.post("bookings/", session_body(session, party_size=9)), 400, "party_too_large", "/party_size")
    assert written() == before
    assert Appointment.objects.get(pk=session.pk).seats_taken == 6


def test_a_session_that_begins_too_soon(shop: Shop, stranger: Stranger) -> None:
    session = SessionFactory(starts_at=NOW + dt.timedelta(minutes=30))
    problem = refused(stranger.api.post("bookings/", session_body(session)), 409, "slot_unavailable")
    assert problem["causes"] == ["notice"]
    assert not Booking.objects.exists()
