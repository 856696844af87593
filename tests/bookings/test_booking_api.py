"""`POST bookings/`: what it makes, and everything that it refuses without a trace."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookme.bookings.models import Appointment, Booking, ResourceAllocation, Visit
from bookme.core.permissions import Role
from bookme.customers.models import Consent, CustomerAddress
from bookme.eventlog.models import Event
from bookme.services.models import QuestionKind, ServiceKind
from bookme.tenants.models import OutboxMessage, Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import CONSENTS, CUSTOMER, body_for, monday, refused, session_body, written
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory, StaffServiceFactory
from tests.factories.users import Person, Stranger, make_person
from tests.web.conftest import configure


def test_a_stranger_books(shop: Shop, stranger: Stranger) -> None:
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    booking = Booking.objects.get()
    assert told["id"] == str(booking.pk)
    assert told["visit"] == str(booking.visit_id)
    assert told["reference"] == booking.visit.reference
    assert (told["status"], told["start"], told["end"]) == (
        "confirmed",
        "2030-01-07T10:00:00+00:00",
        "2030-01-07T11:00:00+00:00",
    )
    assert (told["service"], told["staff"], told["location"]) == (
        str(shop.service.pk),
        str(shop.ada.pk),
        str(shop.place.pk),
    )
    assert (told["price"], told["currency"], told["payment_due"], told["hold_expires_at"]) == (
        "40.00",
        "GBP",
        "0.00",
        None,
    )
    assert told["manage_token"]
    assert "internal_notes" not in told
    assert booking.appointment.seats_taken == 1
    assert [row.name for row in Event.objects.filter(subject_id=booking.pk)] == ["booking.confirmed"]


def test_where_they_are_is_kept(shop: Shop, stranger: Stranger) -> None:
    body = body_for(shop.service, monday(10), timezone="Europe/Helsinki")
    assert stranger.api.post("bookings/", body).status_code == 201
    assert Visit.objects.get().timezone == "Europe/Helsinki"
    refused(stranger.api.post("bookings/", body | {"timezone": "Nowhere"}), 400, "unknown_timezone", "/timezone")


def test_the_customer_and_the_consents_are_kept(shop: Shop, stranger: Stranger) -> None:
    stranger.api.post(
        "bookings/", body_for(shop.service, monday(10), consents={**CONSENTS, "marketing": False}, notes="By bus.")
    )
    visit = Visit.objects.get()
    assert (visit.customer.email, visit.customer.phone, visit.notes) == (
        CUSTOMER["email"],
        CUSTOMER["phone"],
        "By bus.",
    )
    kept = Consent.objects.filter(customer=visit.customer, visit_id=visit.pk)
    assert dict(kept.values_list("kind", "granted")) == {"terms": True, "privacy": True, "marketing": False}
    asked = stranger.api.get("config/").json()["consents"]
    said = {(each["kind"], each["wording"], each["url"] or "") for each in asked}
    assert set(kept.values_list("kind", "wording", "url")) == said
    assert all(each["wording"] for each in asked)


@pytest.mark.parametrize(
    "contact",
    [
        {"name": "Mallory", "email": "OLD@mail.example", "phone": "+442079460999"},
        {"name": "Mallory", "phone": "+442079460001"},
    ],
    ids=["e-mail", "phone"],
)
def test_a_known_customer_is_found_and_neither_changed_nor_shown(
    shop: Shop, stranger: Stranger, contact: dict[str, str]
) -> None:
    known = CustomerFactory(name="Olga Old", email="old@mail.example", phone="+442079460001", notes="VIP")
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), customer=contact))
    assert answer.status_code == 201, answer.content
    visit = Visit.objects.get()
    assert (visit.customer_id, visit.contact_name) == (known.pk, "Mallory")
    known.refresh_from_db()
    assert (known.name, known.phone, known.notes) == ("Olga Old", "+442079460001", "VIP")
    assert b"Olga" not in answer.content


def test_any_staff_is_the_least_busy(shop: Shop, stranger: Stranger) -> None:
    stranger.api.post("bookings/", body_for(shop.service, monday(9), staff=str(shop.ada.pk)))
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff="any"))
    assert answer.json()["staff"] == str(shop.ben.pk)


def test_the_location_is_the_first_at_which_the_start_is_offered(shop: Shop, stranger: Stranger) -> None:
    chosen = LocationFactory(position=5)
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), location=str(chosen.pk)))
    assert answer.json()["location"] == str(chosen.pk)
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(11)))
    assert answer.json()["location"] == str(shop.place.pk)


def test_the_price_is_that_of_the_person_with_extras_once(shop: Shop, stranger: Stranger) -> None:
    group = ServiceFactory(group=True, price="10.005")
    StaffServiceFactory(staff=shop.ada, service=group, price="20.00", duration_minutes=30)
    extra = ExtraFactory(price="5.50", duration_minutes=10, services=[group])
    answer = stranger.api.post("bookings/", body_for(group, monday(10), party_size=3, extras=[str(extra.pk)]))
    assert answer.status_code == 201, answer.content
    assert answer.json()["price"] == "65.50"
    assert answer.json()["end"] == "2030-01-07T10:40:00+00:00"
    assert answer.json()["extras"] == [
        {"id": str(extra.pk), "name": extra.name, "price": "5.50", "duration_minutes": 10}
    ]


def test_money_that_is_due_is_recorded_and_the_booking_goes_on(shop: Shop, stranger: Stranger) -> None:
    shop.service.policy = {"deposit": {"kind": "percent", "value": "25"}, "auto_confirm": False}
    shop.service.save()
    told = stranger.api.post("bookings/", body_for(shop.service, monday(10))).json()
    assert (told["status"], told["payment_due"], told["hold_expires_at"]) == ("pending", "10.00", None)
    assert [row.name for row in Event.objects.all()] == ["booking.requested"]
    booking = Booking.objects.get()
    assert booking.policy["deposit"] == {"kind": "percent", "value": "25"}
    expiry = OutboxMessage.objects.get(task="bookings.expire_booking")
    assert expiry.due_at == monday(10)


def test_a_policy_that_changes_later_does_not_change_what_was_booked(shop: Shop, stranger: Stranger) -> None:
    stranger.api.post("bookings/", body_for(shop.service, monday(10)))
    shop.service.policy = {"cancellation": {"late_fee_percent": 90}}
    shop.service.save()
    assert Booking.objects.get().policy["cancellation"]["late_fee_percent"] == 0


def test_a_mobile_trade_must_be_told_where_to_come(
    shop: Shop, salon: Tenant, stranger: Stranger, customer: Person, owner: Person
) -> None:
    configure(salon, kind="mobile")
    before = written()
    for who in (stranger, customer):
        refused(who.api.post("bookings/", body_for(shop.service, monday(10))), 400, "required", "/address")
    assert written() == before
    address = {"line1": "2 Low Street", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
    assert stranger.api.post("bookings/", body_for(shop.service, monday(10), address=address)).status_code == 201
    assert owner.api.post("bookings/", body_for(shop.service, monday(12))).status_code == 201


def test_an_address_is_kept_on_the_customer_and_copied_onto_the_visit(shop: Shop, stranger: Stranger) -> None:
    address = {"line1": "2 Low Street", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
    for hour in (10, 12):
        answer = stranger.api.post("bookings/", body_for(shop.service, monday(hour), address=address))
        assert answer.status_code == 201, answer.content
    assert answer.json()["address"]["postcode"] == "LS1 1AA"
    kept = CustomerAddress.objects.get()
    assert (kept.line1, kept.city, kept.customer.email) == ("2 Low Street", "Leeds", CUSTOMER["email"])


def test_answers_are_kept(shop: Shop, stranger: Stranger) -> None:
    QuestionFactory(key="rooms", kind=QuestionKind.INTEGER, minimum=0, maximum=12, required=True)
    QuestionFactory(key="pets", kind=QuestionKind.BOOLEAN, services=[shop.service])
    QuestionFactory(key="elsewhere", required=True, services=[ServiceFactory()])
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), answers={"rooms": 3, "pets": False}))
    assert answer.status_code == 201, answer.content
    assert Visit.objects.get().answers == {"rooms": 3, "pets": False}


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        ({}, "/answers/rooms", "required"),
        ({"rooms": 13}, "/answers/rooms", "max_value"),
        ({"rooms": -1}, "/answers/rooms", "min_value"),
        ({"rooms": "3"}, "/answers/rooms", "invalid"),
        ({"rooms": True}, "/answers/rooms", "invalid"),
        ({"rooms": 3, "access": "By helicopter"}, "/answers/access", "invalid_choice"),
        ({"rooms": 3, "pets": "no"}, "/answers/pets", "invalid"),
        ({"rooms": 3, "day": "tomorrow"}, "/answers/day", "invalid"),
        ({"rooms": 3, "say": 5}, "/answers/say", "invalid"),
        ({"rooms": 3, "say": "x" * 2001}, "/answers/say", "max_length"),
        ({"rooms": 3, "say": "bell \u0007"}, "/answers/say", "control_characters"),
        ({"rooms": 3, "un/asked": 1}, "/answers/un~1asked", "unknown_question"),
    ],
)
def test_an_answer_that_does_not_do(
    shop: Shop, stranger: Stranger, answers: dict[str, Any], pointer: str, code: str
) -> None:
    QuestionFactory(key="rooms", kind=QuestionKind.INTEGER, minimum=0, maximum=12, required=True)
    QuestionFactory(key="access", kind=QuestionKind.CHOICE, choices=["Key safe", "At home"])
    QuestionFactory(key="pets", kind=QuestionKind.BOOLEAN)
    QuestionFactory(key="day", kind=QuestionKind.DATE)
    QuestionFactory(key="say")
    before = written()
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), answers=answers))
    refused(answer, 400, code, pointer)
    assert written() == before


def test_a_group_is_joined_while_seats_are_left(shop: Shop, stranger: Stranger) -> None:
    group = ServiceFactory(group=True, staff=[shop.ada])
    first = stranger.api.post("bookings/", body_for(group, monday(10), party_size=2))
    second = stranger.api.post("bookings/", body_for(group, monday(10), party_size=2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert Appointment.objects.get().seats_taken == 4
    problem = refused(stranger.api.post("bookings/", body_for(group, monday(10))), 409, "slot_unavailable")
    assert problem["causes"] == ["capacity"]


def test_a_room_is_taken_with_the_person(shop: Shop, stranger: Stranger) -> None:
    room = ResourceFactory(location=shop.place)
    treated = ServiceFactory(staff=[shop.ada, shop.ben], requires=["room"])
    answer = stranger.api.post("bookings/", body_for(treated, monday(10)))
    assert answer.status_code == 201, answer.content
    assert ResourceAllocation.objects.get().resource == room
    problem = refused(stranger.api.post("bookings/", body_for(treated, monday(10))), 409, "slot_unavailable")
    assert problem["causes"] == ["resource"]


def test_guests_where_they_may_not_book(shop: Shop, stranger: Stranger, customer: Person, owner: Person) -> None:
    shop.service.policy = {"guest_booking": False}
    shop.service.save()
    before = written()
    refused(stranger.api.post("bookings/", body_for(shop.service, monday(10))), 403, "guest_booking_off")
    assert written() == before
    assert customer.api.post("bookings/", body_for(shop.service, monday(10))).status_code == 201
    assert owner.api.post("bookings/", body_for(shop.service, monday(11))).status_code == 201


def test_a_signed_in_customer_has_the_visit(shop: Shop, customer: Person, owner: Person) -> None:
    customer.api.post("bookings/", body_for(shop.service, monday(10)))
    visit = Visit.objects.get()
    assert visit.user_id == customer.user.pk
    assert visit.customer.user_id is None, "an e-mail that was only claimed links nobody"
    owner.api.post("bookings/", body_for(shop.service, monday(11)))
    assert Visit.objects.get(user_id=None).customer == visit.customer


def test_the_team_books_for_a_caller_without_consents(shop: Shop, owner: Person) -> None:
    answer = owner.api.post("bookings/", body_for(shop.service, monday(10), consents=None))
    assert answer.status_code == 201, answer.content
    assert answer.json()["internal_notes"] == ""
    assert not Consent.objects.exists()


def test_how_many_queries_a_booking_takes(
    shop: Shop, stranger: Stranger, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Of a new customer with any staff, in all; no more for more people or more bookings."""
    for each in range(8):
        StaffFactory(hours=EVERY_DAY, does=[shop.service])
        BookingFactory(appointment__service=shop.service, appointment__starts_at=monday(9) + dt.timedelta(days=each))
    stranger.api.get("config/")  # which business it is, and what it set, is kept for some seconds
    with django_assert_max_num_queries(19):
        answer = stranger.api.post("bookings/", body_for(shop.service, monday(10)))
    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize("kind", ["alone", "together", "joining", "session"])
def test_what_is_told_of_a_new_booking_is_what_is_read_of_it(shop: Shop, stranger: Stranger, kind: str) -> None:
    extra = ExtraFactory(services=[shop.service], price="7.5", duration_minutes=15)
    body = body_for(shop.service, monday(10), extras=[str(extra.pk)], notes="By bus.", party_size=1)
    if kind == "session":
        body = session_body(SessionFactory(starts_at=monday(10), capacity=5))
    elif kind != "alone":
        group = {"kind": ServiceKind.GROUP, "capacity": 3, "padding_after_minutes": 10}
        body = body_for(ServiceFactory(staff_needed=2, staff=[shop.ada, shop.ben], **group), monday(10))
        if kind == "joining":
            stranger.api.post("bookings/", body | {"customer": {"name": "Bea", "email": "bea@mail.example"}})
    answer = stranger.api.post("bookings/", body)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    token = told.pop("manage_token")
    assert told == stranger.api.get(f"bookings/{told['id']}/", {"token": token}).json()
    assert len(told["helpers"]) == (kind in {"together", "joining"})


def test_a_member_who_may_not_manage_bookings_makes_none(shop: Shop, salon: Tenant) -> None:
    reader = make_person(salon, Role.STAFF, denied=["bookings.manage"])
    before = written()
    refused(reader.api.post("bookings/", body_for(shop.service, monday(10))), 403, "not_allowed")
    assert written() == before
