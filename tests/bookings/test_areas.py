"""A business whose people come to its customers: who goes where on which day decides what is offered and booked."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest

from bookme.bookings.models import Booking
from bookme.bookings.selectors.slots import available_slots
from bookme.customers.actions import Address
from bookme.staff.selectors import asked_point
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import NOW, body_for, monday, refused, written
from tests.bookings.test_offered_is_bookable import accepts
from tests.factories.postcodes import PostcodeFactory
from tests.factories.staff import ServiceAreaFactory
from tests.factories.users import Person, Stranger
from tests.web.conftest import configure

NORTH = {"line1": "1 Low Street", "city": "London", "postcode": "N1 2BB"}
SOUTH = NORTH | {"postcode": "SE1 1AA"}
FAR = NORTH | {"postcode": "M1 1AA"}
TUESDAY = monday(10) + dt.timedelta(days=1)


@pytest.fixture
def rounds(shop: Shop, salon: Tenant) -> Shop:
    """Ada goes to the north every day, Ben to the north, from farther away, and to the south, on Mondays."""
    configure(salon, features={"service_areas": True})
    PostcodeFactory(code="N1", latitude=51.53, longitude=-0.10)
    PostcodeFactory(code="SE1", latitude=51.40, longitude=-0.10)
    PostcodeFactory(code="M1", latitude=53.48, longitude=-2.24)
    ServiceAreaFactory(staff=shop.ada, latitude=51.53, longitude=-0.10, radius_km=5)
    ServiceAreaFactory(staff=shop.ben, latitude=51.47, longitude=-0.10, radius_km=10, days=[0])
    return shop


def slots(stranger: Stranger, shop: Shop, **query: str) -> list[dict[str, Any]]:
    asked = {"service": str(shop.service.pk), "from": "2030-01-07", "to": "2030-01-08", **query}
    answer = stranger.api.get("bookings/available-slots/", asked)
    assert answer.status_code == 200, answer.content
    return [slot for day in answer.json()["days"] for slot in day["slots"]]


def who(found: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {(each["start"][8:10], *each["staff"]) for each in found}


def test_only_those_who_go_there_that_day_are_offered(rounds: Shop, stranger: Stranger) -> None:
    ada, ben = str(rounds.ada.pk), str(rounds.ben.pk)
    assert who(slots(stranger, rounds, postcode="n1 2bb")) == {("07", ada, ben), ("08", ada)}
    assert who(slots(stranger, rounds, postcode="SE1 1AA")) == {("07", ben)}
    assert slots(stranger, rounds, postcode="M1 1AA") == []
    assert who(slots(stranger, rounds)) == {("07", ada, ben), ("08", ada, ben)}
    query = {"service": str(rounds.service.pk), "from": "2030-01-07", "to": "2030-01-08", "postcode": "ZZ9 9ZZ"}
    refused(stranger.api.get("bookings/available-slots/", query), 400, "postcode_unknown", "/postcode")


def test_without_areas_a_postcode_is_no_question(
    salon: Tenant, rounds: Shop, stranger: Stranger, owner: Person
) -> None:
    configure(salon, features={})
    query = {"service": str(rounds.service.pk), "from": "2030-01-07", "to": "2030-01-08", "postcode": "N1 2BB"}
    refused(stranger.api.get("bookings/available-slots/", query), 400, "areas_off", "/postcode")
    query = query | {"staff": str(rounds.ben.pk), "start": monday(10).isoformat()}
    refused(owner.api.get("bookings/explain-slot/", query), 400, "areas_off", "/postcode")
    for path in ("staff/by-postcode/", "services/by-postcode/"):
        refused(stranger.api.get(path, {"postcode": "N1"}), 400, "areas_off", "/postcode")
    for address in (FAR, FAR | {"postcode": "ZZ9 9ZZ"}, None):
        answer = stranger.api.post("bookings/", body_for(rounds.service, TUESDAY, address=address, staff="any"))
        assert answer.status_code == (409 if address is None else 201), answer.content


def test_the_address_decides_who_can_be_booked(rounds: Shop, stranger: Stranger) -> None:
    before = written()
    problem = refused(
        stranger.api.post("bookings/", body_for(rounds.service, TUESDAY, address=SOUTH)), 409, "slot_unavailable"
    )
    assert problem["causes"] == ["area"]
    assert {each["start"][:10] for each in problem["alternatives"]} == {"2030-01-07"}
    assert {tuple(each["staff"]) for each in problem["alternatives"]} == {(str(rounds.ben.pk),)}
    asked = body_for(rounds.service, monday(10), address=SOUTH, staff=str(rounds.ada.pk))
    problem = refused(stranger.api.post("bookings/", asked), 409, "slot_unavailable")
    assert (problem["causes"], problem["alternatives"]) == (["area"], [])
    assert written() == before
    made = stranger.api.post("bookings/", body_for(rounds.service, monday(10), address=SOUTH))
    assert made.json()["staff"] == str(rounds.ben.pk)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (None, "required"),
        ({"line1": "1 Low Street"}, "required"),
        (NORTH | {"postcode": "ZZ9 9ZZ"}, "postcode_unknown"),
    ],
)
def test_an_address_needs_a_postcode_that_is_known(rounds: Shop, stranger: Stranger, address: Any, code: str) -> None:
    before = written()
    answer = stranger.api.post("bookings/", body_for(rounds.service, monday(10), address=address))
    assert answer.status_code == 400
    assert {(each["pointer"], each["code"]) for each in answer.json()["errors"]} == {("/address/postcode", code)}
    assert written() == before


def test_the_team_may_leave_the_address_open(rounds: Shop, owner: Person) -> None:
    body = body_for(rounds.service, TUESDAY, staff=str(rounds.ben.pk))
    refused(owner.api.post("bookings/", body | {"address": NORTH}), 409, "slot_unavailable")
    unknown = body | {"address": NORTH | {"postcode": "ZZ9 9ZZ"}}
    refused(owner.api.post("bookings/", unknown), 400, "postcode_unknown", "/address/postcode")
    assert owner.api.post("bookings/", body).json()["staff"] == str(rounds.ben.pk)


def test_the_nearest_is_chosen(salon: Tenant, rounds: Shop, stranger: Stranger) -> None:
    """Ben, who is nearer to this one, comes last in the business's order, and is busier."""
    configure(salon, policies={"any_staff": "nearest"})
    PostcodeFactory(code="SW9", latitude=51.49, longitude=-0.10)
    near = NORTH | {"postcode": "SW9 1AA"}
    assert who(slots(stranger, rounds, postcode="SW9 1AA")) == {
        ("07", str(rounds.ben.pk), str(rounds.ada.pk)),
        ("08", str(rounds.ada.pk)),
    }
    found = []
    for start, address in ((monday(9), near), (monday(11), near), (monday(13), NORTH)):
        found.append(stranger.api.post("bookings/", body_for(rounds.service, start, address=address)).json()["staff"])
    assert found == [str(rounds.ben.pk), str(rounds.ben.pk), str(rounds.ada.pk)]


def test_a_booking_moves_to_where_somebody_goes(rounds: Shop, stranger: Stranger) -> None:
    made = stranger.api.post("bookings/", body_for(rounds.service, monday(10), address=SOUTH)).json()
    path = f"bookings/{made['id']}/reschedule/?token={made['manage_token']}"
    before = written()
    for staff in ({}, {"staff": "any"}):
        problem = refused(stranger.api.post(path, {"start": TUESDAY.isoformat(), **staff}), 409, "slot_unavailable")
        assert problem["causes"] == ["area"]
        assert {each["start"][:10] for each in problem["alternatives"]} == {"2030-01-07"}
    assert written() == before
    moved = stranger.api.post(path, {"start": monday(14).isoformat(), "staff": "any"})
    assert (moved.status_code, moved.json()["staff"]) == (200, str(rounds.ben.pk))


@pytest.mark.parametrize("address", [None, {}, FAR | {"postcode": "ZZ9 9ZZ"}])
def test_what_was_taken_without_a_known_postcode_can_be_moved(rounds: Shop, owner: Person, address: Any) -> None:
    made = owner.api.post("bookings/", body_for(rounds.service, monday(10), staff=str(rounds.ben.pk))).json()
    visit = Booking.objects.get(pk=made["id"]).visit
    visit.address = address
    visit.save()
    answer = owner.api.post(f"bookings/{made['id']}/reschedule/", {"start": TUESDAY.isoformat()})
    assert answer.status_code == 200


def test_why_somebody_does_not_come(rounds: Shop, owner: Person) -> None:
    query = {"service": str(rounds.service.pk), "staff": str(rounds.ben.pk), "start": TUESDAY.isoformat()}
    told = owner.api.get("bookings/explain-slot/", query | {"postcode": "N1 2BB"}).json()
    assert [each["code"] for each in told["causes"]] == ["area"]
    assert owner.api.get("bookings/explain-slot/", query).json()["offered"]


@pytest.mark.no_cover
def test_offered_with_a_postcode_means_bookable(rounds: Shop, record_property: Any) -> None:
    """And what is not offered is refused: for each postcode, any person or a named one, on both days."""
    dice, booked, tried = random.Random(3), 0, 0
    for address in (NORTH, SOUTH, FAR):
        where, offered = Address(**address), set()
        point = asked_point(address["postcode"])
        days = available_slots(
            service=rounds.service, first=monday(0).date(), last=TUESDAY.date(), now=NOW, point=point
        )["days"]
        for slot in [slot for day in days for slot in day["slots"]]:
            start = dt.datetime.fromisoformat(slot["start"])
            for staff in [*map(UUID, slot["staff"]), None]:
                offered.add((start, staff))
                assert accepts(rounds.service, start, staff_id=staff, address=where), (address, slot, staff)
                booked += 1
        every = [
            (monday(9) + dt.timedelta(days=day, minutes=minute), staff)
            for day in (0, 1)
            for minute in range(0, 481, 15)
            for staff in (rounds.ada.pk, rounds.ben.pk, None)
        ]
        for start, staff in dice.sample(sorted(set(every) - offered, key=str), 20):
            assert not accepts(rounds.service, start, staff_id=staff, address=where), (address, start, staff)
            tried += 1
    record_property("offered_and_booked", booked)
    record_property("not_offered_and_refused", tried)
    assert booked > 150
    assert tried >= 50
    assert not Booking.objects.exists()
