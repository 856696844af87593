"""A service that needs two: both are booked, freed, moved and brought back together."""

import datetime as dt

import pytest

from bookme.bookings.models import Appointment
from bookme.core.permissions import Role
from bookme.services.models import Service, ServiceKind
from bookme.staff.models import Staff
from tests.bookings.conftest import Shop
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import body_for, monday, refused, written
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory, TimeOffFactory
from tests.factories.users import Person, Stranger


@pytest.fixture
def lift(shop: Shop) -> Service:
    """An hour that takes two people; three do it."""
    service = ServiceFactory(staff_needed=2, staff=[shop.ada, shop.ben])
    StaffFactory(name="Cyd", hours=EVERY_DAY, does=[service])
    return service


def names() -> list[tuple[str, bool]]:
    """Whose calendars are taken, and whether they help."""
    taken = Appointment.objects.filter(seats_taken__gt=0).order_by("lead_id", "staff__name")
    return [(each.staff.name, each.lead_id is not None) for each in taken.select_related("staff")]


def away(person: Staff, hour: int) -> None:
    TimeOffFactory(staff=person, starts_at=monday(hour), ends_at=monday(hour + 1))


def test_both_are_booked_and_freed(shop: Shop, lift: Service, stranger: Stranger, owner: Person) -> None:
    made = stranger.api.post("bookings/", body_for(lift, monday(10))).json()
    assert sorted(names()) == [("Ada", False), ("Ben", True)]
    assert (made["staff"], made["helpers"]) == (str(shop.ada.pk), [str(shop.ben.pk)])
    refused(
        stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk))),
        409,
        "slot_unavailable",
    )
    assert stranger.api.post(f"bookings/{made['id']}/cancel/?token={made['manage_token']}", {}).status_code == 200
    assert names() == []
    assert owner.api.post(f"bookings/{made['id']}/undo/", {}).status_code == 200
    assert sorted(names()) == [("Ada", False), ("Ben", True)]
    assert (overlaps(), wrong_seats()) == (0, 0)


def test_who_is_asked_for_leads(shop: Shop, lift: Service, stranger: Stranger) -> None:
    made = stranger.api.post("bookings/", body_for(lift, monday(10), staff=str(shop.ben.pk))).json()
    assert (made["staff"], made["helpers"]) == (str(shop.ben.pk), [str(shop.ada.pk)])


def test_too_few_people_are_a_cause(shop: Shop, lift: Service, stranger: Stranger) -> None:
    away(shop.ada, 10)
    away(shop.ben, 10)
    before = written()
    cyd = Staff.objects.get(name="Cyd")
    answer = stranger.api.post("bookings/", body_for(lift, monday(10), staff=str(cyd.pk)))
    assert refused(answer, 409, "slot_unavailable")["causes"] == ["staff"]
    refused(stranger.api.post("bookings/", body_for(lift, monday(10))), 409, "slot_unavailable")
    assert written() == before
    query = {"service": str(lift.pk), "from": "2030-01-07", "to": "2030-01-07"}
    starts = [
        slot["start"][11:16] for slot in stranger.api.get("bookings/available-slots/", query).json()["days"][0]["slots"]
    ]
    assert "09:00" in starts
    assert not {"09:15", "10:00", "10:45"} & set(starts)
    assert "11:00" in starts


def test_a_move_takes_whoever_is_free_then(shop: Shop, lift: Service, stranger: Stranger) -> None:
    made = stranger.api.post("bookings/", body_for(lift, monday(10))).json()
    away(shop.ben, 14)
    path = f"bookings/{made['id']}/reschedule/?token={made['manage_token']}"
    assert stranger.api.post(path, {"start": monday(14).isoformat()}).json()["helpers"] != [str(shop.ben.pk)]
    assert sorted(names()) == [("Ada", False), ("Cyd", True)]
    assert stranger.api.post(path, {"start": monday(14, 30).isoformat()}).status_code == 200
    assert {each.starts_at for each in Appointment.objects.filter(seats_taken__gt=0)} == {monday(14, 30)}
    assert (overlaps(), wrong_seats()) == (0, 0)


def test_undo_where_a_helper_was_given_away(shop: Shop, lift: Service, stranger: Stranger, owner: Person) -> None:
    made = stranger.api.post("bookings/", body_for(lift, monday(10))).json()
    owner.api.post(f"bookings/{made['id']}/cancel/", {})
    assert stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk))).status_code == 201
    before = names()
    refused(owner.api.post(f"bookings/{made['id']}/undo/", {}), 409, "slot_unavailable")
    assert names() == before


def test_a_group_of_several_people_is_joined(shop: Shop, stranger: Stranger) -> None:
    service = ServiceFactory(kind=ServiceKind.GROUP, capacity=3, staff_needed=2, staff=[shop.ada, shop.ben])
    for party in (1, 2):
        assert stranger.api.post("bookings/", body_for(service, monday(10), party_size=party)).status_code == 201
    assert [each.seats_taken for each in Appointment.objects.all()] == [3, 3]
    refused(stranger.api.post("bookings/", body_for(service, monday(10))), 409, "slot_unavailable")
    assert wrong_seats() == 0


def test_who_helps_sees_it_on_their_calendar(shop: Shop, lift: Service, stranger: Stranger, stylist: Person) -> None:
    shop.ben.user_id = stylist.user.pk
    shop.ben.save()
    made = stranger.api.post("bookings/", body_for(lift, monday(10))).json()
    assert stylist.actor.role is Role.STAFF
    assert [each["id"] for each in stylist.api.get("bookings/").json()["results"]] == [made["id"]]
    query = {"staff": str(shop.ben.pk)}
    assert stylist.api.get("bookings/", query).json()["count"] == 1
    assert shop.ada.pk != shop.ben.pk


def test_archiving_who_helps_tells_what_stands(shop: Shop, lift: Service, stranger: Stranger, owner: Person) -> None:
    made = stranger.api.post("bookings/", body_for(lift, monday(10))).json()
    answer = owner.api.delete(f"staff/{shop.ben.pk}/").json()
    assert [each["id"] for each in answer["standing_bookings"]] == [made["id"]]


def test_travel_between_places_takes_time(shop: Shop, stranger: Stranger) -> None:
    camden = LocationFactory(name="Camden")
    assert stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk))).status_code == 201
    there = {"staff": str(shop.ada.pk), "location": str(camden.pk)}
    problem = refused(
        stranger.api.post("bookings/", body_for(shop.service, monday(11), **there)), 409, "slot_unavailable"
    )
    assert problem["causes"] == ["travel"]
    later = monday(11) + dt.timedelta(minutes=15)
    assert stranger.api.post("bookings/", body_for(shop.service, later, **there)).status_code == 201
