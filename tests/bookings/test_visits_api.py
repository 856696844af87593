"""Several services in one go, through the API: their times, and booked, moved, cancelled and confirmed as one."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.services.models import Service, ServiceKind
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import CONSENTS, CUSTOMER, monday, refused, written
from tests.factories.bookings import AppointmentFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ExtraFactory, ServiceFactory
from tests.factories.users import Api, Person, Stranger, make_person
from tests.web.conftest import configure


@pytest.fixture
def api(stranger: Stranger) -> Api:
    return stranger.api


@pytest.fixture
def colour(shop: Shop) -> Service:
    """An hour and a half that only Ben does."""
    service: Service = ServiceFactory(name="Colour", duration_minutes=90, price="60.000", staff=[shop.ben])
    return service


def visit_body(*items: Service | dict[str, Any], start: dt.datetime, **more: Any) -> dict[str, Any]:
    asked = [each if isinstance(each, dict) else {"service": str(each.pk)} for each in items]
    return {"items": asked, "start": start.isoformat(), "customer": CUSTOMER, "consents": CONSENTS, **more}


def booked(api: Api, *items: Service | dict[str, Any], start: dt.datetime, **more: Any) -> dict[str, Any]:
    answer = api.post("visits/", visit_body(*items, start=start, **more))
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def with_ben(shop: Shop, *services: Service) -> list[dict[str, Any]]:
    return [{"service": str(each.pk), "staff": str(shop.ben.pk)} for each in services]


def legs(visit: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["start"][11:16], each["end"][11:16], each["staff_name"]) for each in visit["bookings"]]


def path_of(visit: dict[str, Any], step: str = "") -> str:
    return f"visits/{visit['id']}/{step}?token={visit['manage_token']}"


def test_two_services_are_one_visit_back_to_back(shop: Shop, colour: Service, api: Api) -> None:
    visit = booked(api, shop.service, colour, start=monday(10), notes="Mind the fringe.")
    assert legs(visit) == [("10:00", "11:00", "Ada"), ("11:00", "12:30", "Ben")]
    assert (visit["start"][11:16], visit["end"][11:16], visit["price"]) == ("10:00", "12:30", "100.00")
    assert Booking.objects.values("visit").distinct().count() == 1
    assert (visit["notes"], visit["contact"]["name"]) == ("Mind the fringe.", "Ada Byron")
    assert not {"notes", "contact", "internal_notes"} & visit["bookings"][0].keys()
    assert api.get(path_of(visit)).json()["bookings"] == visit["bookings"]


def test_one_fact_tells_of_the_others(shop: Shop, colour: Service, api: Api) -> None:
    visit = booked(api, shop.service, colour, start=monday(10))
    first, second = (each["id"] for each in visit["bookings"])
    api.post(path_of(visit, "cancel/"), {})
    for name in ("booking.confirmed", "booking.cancelled"):
        told = {str(each.subject_id): each.payload for each in Event.objects.filter(name=name)}
        assert (told[first]["also"], told[first]["told_with"]) == ([second], "")
        assert (told[second]["also"], told[second]["told_with"]) == ([], first)


def test_what_is_offered_is_what_can_be_booked(shop: Shop, colour: Service, api: Api) -> None:
    AppointmentFactory(
        service=colour, staff=shop.ben, location=shop.place, starts_at=monday(12), seats_taken=1, capacity=1
    )
    asked = {"service": [str(shop.service.pk), str(colour.pk)], "from": "2030-01-07", "to": "2030-01-07"}
    answer = api.get("visits/available-slots/", asked).json()
    (day,) = answer["days"]
    assert answer["services"] == asked["service"]
    starts = [each["start"][11:16] for each in day["slots"]]
    assert starts[:7] == ["09:00", "09:15", "09:30", "12:15", "12:30", "12:45", "13:00"]
    assert day["slots"][0]["services"][1] == {
        "service": str(colour.pk),
        "start": "2030-01-07T10:00:00+00:00",
        "end": "2030-01-07T11:30:00+00:00",
        "staff": [str(shop.ben.pk)],
    }
    for quarter in range(9 * 4, 17 * 4):
        start = monday(quarter // 4, quarter % 4 * 15)
        made = api.post("visits/", visit_body(shop.service, colour, start=start))
        assert made.status_code == (201 if start.strftime("%H:%M") in starts else 409), start
        if made.status_code == 201:
            assert api.post(path_of(made.json(), "cancel/"), {}).status_code == 200
            Booking.objects.all().delete()
            Appointment.objects.exclude(starts_at=monday(12), staff=shop.ben).delete()


def test_a_wait_of_a_few_minutes_is_allowed_as_the_policy_says(
    salon: Tenant, shop: Shop, colour: Service, api: Api
) -> None:
    AppointmentFactory(
        service=shop.service,
        staff=shop.ben,
        location=shop.place,
        starts_at=monday(10),
        ends_at=monday(11, 10),
        blocked_end=monday(11, 10),
        seats_taken=1,
    )
    configure(salon, policies={"max_gap_minutes": 5})
    problem = refused(api.post("visits/", visit_body(shop.service, colour, start=monday(10))), 409, "slot_unavailable")
    assert problem["causes"] == ["booking"]
    configure(salon, policies={})
    assert legs(booked(api, shop.service, colour, start=monday(10)))[1] == ("11:10", "12:40", "Ben")


def test_the_refusal_names_the_service_in_the_way_and_what_else_there_is(shop: Shop, colour: Service, api: Api) -> None:
    AppointmentFactory(service=colour, staff=shop.ben, location=shop.place, starts_at=monday(11), seats_taken=1)
    before = written()
    problem = refused(api.post("visits/", visit_body(shop.service, colour, start=monday(10))), 409, "slot_unavailable")
    assert problem["causes"] == ["booking"]
    nearest = problem["alternatives"][0]
    assert (nearest["start"][11:16], [each["service"] for each in nearest["services"]]) == (
        "11:15",
        [str(shop.service.pk), str(colour.pk)],
    )
    assert written() == before
    start = dt.datetime.fromisoformat(nearest["start"])
    assert booked(api, shop.service, colour, start=start)["start"] == nearest["start"]


def test_it_moves_as_one_and_is_not_in_its_own_way(shop: Shop, colour: Service, api: Api) -> None:
    visit = booked(api, *with_ben(shop, shop.service, colour), start=monday(10))
    moved = api.post(path_of(visit, "reschedule/"), {"start": monday(10, 30).isoformat()})
    assert moved.status_code == 200, moved.content
    assert legs(moved.json()) == [("10:30", "11:30", "Ben"), ("11:30", "13:00", "Ben")]
    assert [each["times_moved"] for each in moved.json()["bookings"]] == [1, 1]
    assert (overlaps(), wrong_seats()) == (0, 0)
    assert Appointment.objects.filter(seats_taken__gt=0).count() == 2


def test_a_move_that_is_not_possible_leaves_all_of_it(shop: Shop, colour: Service, api: Api) -> None:
    visit = booked(api, *with_ben(shop, shop.service, colour), start=monday(10))
    before = written()
    problem = refused(
        api.post(path_of(visit, "reschedule/"), {"start": monday(15).isoformat()}), 409, "slot_unavailable"
    )
    assert problem["causes"] == ["hours"]
    assert problem["alternatives"][0]["start"][11:16] == "14:30"
    assert written() == before
    assert legs(api.get(path_of(visit)).json()) == legs(visit)


def test_with_anybody_it_can_move_to_other_people(shop: Shop, colour: Service, api: Api) -> None:
    visit = booked(api, *with_ben(shop, shop.service, colour), start=monday(10))
    AppointmentFactory(service=colour, staff=shop.ben, location=shop.place, starts_at=monday(14), seats_taken=1)
    body = {"start": monday(14, 30).isoformat()}
    refused(api.post(path_of(visit, "reschedule/"), body), 409, "slot_unavailable")
    moved = api.post(path_of(visit, "reschedule/"), body | {"staff": "any"})
    assert legs(moved.json()) == [("14:30", "15:30", "Ada"), ("15:30", "17:00", "Ben")]


def test_a_customer_moves_the_whole_visit_or_nothing(shop: Shop, colour: Service, api: Api, owner: Person) -> None:
    visit = booked(api, shop.service, colour, start=monday(10))
    path = f"bookings/{visit['bookings'][0]['id']}/reschedule/"
    body = {"start": monday(14).isoformat()}
    refused(api.post(f"{path}?token={visit['manage_token']}", body), 409, "part_of_visit")
    assert owner.api.post(path, body).status_code == 200


def test_it_is_cancelled_as_one_with_one_fee(salon: Tenant, shop: Shop, colour: Service, api: Api) -> None:
    rule = {"free_until_minutes": 5 * 1440 + 90, "late_fee_percent": 50}
    configure(salon, policies={"cancellation": rule})
    visit = booked(api, shop.service, colour, start=monday(10))
    assert (visit["cancellation"]["fee"], visit["cancellation"]["allowed"]) == ("50.00", True)
    cancelled = api.post(path_of(visit, "cancel/"), {"reason": "Ill"}).json()
    assert [(each["status"], each["fee"]) for each in cancelled["bookings"]] == [
        ("cancelled", "20.00"),
        ("cancelled", "30.00"),
    ]
    assert not Appointment.objects.filter(seats_taken__gt=0).exists()
    refused(api.post(path_of(visit, "cancel/"), {}), 409, "wrong_status")


def test_one_service_of_it_can_be_cancelled_alone(shop: Shop, colour: Service, api: Api) -> None:
    visit = booked(api, shop.service, colour, start=monday(10))
    path = f"bookings/{visit['bookings'][1]['id']}/cancel/?token={visit['manage_token']}"
    assert api.post(path, {}).status_code == 200
    left = api.get(path_of(visit)).json()
    assert [each["status"] for each in left["bookings"]] == ["confirmed", "cancelled"]
    assert (left["end"][11:16], left["price"]) == ("11:00", "40.00")


def test_a_service_that_awaits_approval_holds_up_all_of_it(
    shop: Shop, colour: Service, api: Api, owner: Person
) -> None:
    colour.policy = {"auto_confirm": False}
    colour.save()
    visit = booked(api, shop.service, colour, start=monday(10))
    assert [each["status"] for each in visit["bookings"]] == ["pending", "pending"]
    assert owner.api.post(f"bookings/{visit['bookings'][0]['id']}/confirm/", {}).status_code == 200
    assert [each["status"] for each in api.get(path_of(visit)).json()["bookings"]] == ["confirmed", "confirmed"]
    other = booked(api, shop.service, colour, start=monday(13))
    declined = owner.api.post(f"visits/{other['id']}/decline/", {"reason": "Full"})
    assert [each["status"] for each in declined.json()["bookings"]] == ["declined", "declined"]
    refused(owner.api.post(f"visits/{other['id']}/confirm/", {}), 409, "wrong_status")


def test_who_reaches_only_a_part_decides_nothing(salon: Tenant, shop: Shop, colour: Service, api: Api) -> None:
    ada = make_person(salon, Role.STAFF, email="ada@salon.example")
    shop.ada.user_id = ada.user.pk
    shop.ada.save()
    visit = booked(api, shop.service, colour, start=monday(10))
    refused(ada.api.post(f"visits/{visit['id']}/cancel/", {}), 403, "out_of_scope")
    refused(ada.api.get(f"visits/{visit['id']}/"), 403, "out_of_scope")


def test_groups_resources_teams_and_extras_join_in(shop: Shop, api: Api) -> None:
    ResourceFactory(location=shop.place)
    extra = ExtraFactory(duration_minutes=10)
    lift = ServiceFactory(staff_needed=2, staff=[shop.ada, shop.ben], requires=["room"], duration_minutes=30)
    wash = ServiceFactory(duration_minutes=20, staff=[shop.ada, shop.ben])
    extra.services.add(wash)
    asked = {
        "service": f"{lift.pk},{wash.pk}",
        "extras": str(extra.pk),
        "from": "2030-01-07",
        "to": "2030-01-07",
    }
    slot = api.get("visits/available-slots/", asked).json()["days"][0]["slots"][0]
    assert [len(each["staff"]) for each in slot["services"]] == [2, 1]
    assert slot["end"][11:16] == "10:00"
    visit = booked(
        api, lift, {"service": str(wash.pk), "extras": [str(extra.pk)]}, start=dt.datetime.fromisoformat(slot["start"])
    )
    assert visit["end"] == slot["end"]
    assert len(visit["bookings"][0]["helpers"]) == 1
    assert Appointment.objects.filter(allocations__isnull=False).count() == 1
    assert api.post(path_of(visit, "cancel/"), {}).status_code == 200
    assert Appointment.objects.filter(allocations__isnull=False).count() == 0


def test_a_group_is_joined_within_a_visit(shop: Shop, colour: Service, api: Api) -> None:
    group = ServiceFactory(group=True, staff=[shop.ada])
    first = booked(api, group, colour, start=monday(10), party_size=1)
    second = booked(api, {"service": str(group.pk)}, start=monday(10), customer=CUSTOMER | {"email": "x@mail.example"})
    assert {each["staff"] for each in (*first["bookings"][:1], *second["bookings"])} == {str(shop.ada.pk)}
    assert Appointment.objects.get(service=group).seats_taken == 2


def test_all_of_a_visit_is_at_one_place(shop: Shop, colour: Service, api: Api) -> None:
    far = LocationFactory(name="Far")
    colour.locations.set([far])
    assert {each["location"] for each in booked(api, shop.service, colour, start=monday(10))["bookings"]} == {
        str(far.pk)
    }
    shop.service.locations.set([shop.place])
    refused(api.post("visits/", visit_body(shop.service, colour, start=monday(13))), 400, "places_apart", "/items")
    asked = {"service": f"{shop.service.pk},{colour.pk}", "from": "2030-01-07", "to": "2030-01-07"}
    refused(api.get("visits/available-slots/", asked), 400, "places_apart", "/service")
    shop.service.locations.add(far)
    assert booked(api, shop.service, colour, start=monday(13))["bookings"][0]["location"] == str(far.pk)


def test_each_service_has_its_own_full_days(shop: Shop, colour: Service, api: Api) -> None:
    colour.policy = {"max_per_day": 1}
    colour.save()
    booked(api, colour, start=monday(9))
    before = written()
    for pair in ((shop.service, colour), (colour, shop.service)):
        problem = refused(api.post("visits/", visit_body(*pair, start=monday(12))), 409, "slot_unavailable")
        assert problem["causes"] == ["day_limit"]
        asked = {"service": ",".join(str(each.pk) for each in pair), "from": "2030-01-07", "to": "2030-01-08"}
        days = api.get("visits/available-slots/", asked).json()["days"]
        assert [bool(day["slots"]) for day in days] == [False, True]
    assert written() == before


def test_a_visit_fills_a_day_by_itself(shop: Shop, api: Api) -> None:
    """Of a service of which two may begin a day, one is booked: a second, not two more, and never three."""
    shop.service.policy = {"max_per_day": 2}
    shop.service.save()
    one, two = (visit_body(*[shop.service] * many, start=monday(10)) for many in (1, 2))
    tuesday = monday(10) + dt.timedelta(days=1)
    assert api.post("visits/", one).status_code == 201
    before = written()
    assert refused(api.post("visits/", two), 409, "slot_unavailable")["causes"] == ["day_limit"]
    three = visit_body(*[shop.service] * 3, start=tuesday)
    assert refused(api.post("visits/", three), 409, "slot_unavailable")["causes"] == ["day_limit"]
    assert written() == before
    asked = {"service": f"{shop.service.pk},{shop.service.pk}", "from": "2030-01-07", "to": "2030-01-08"}
    days = api.get("visits/available-slots/", asked).json()["days"]
    assert [bool(day["slots"]) for day in days] == [False, True]
    made = api.post("visits/", visit_body(*[shop.service] * 2, start=tuesday)).json()
    moved = api.post(
        f"visits/{made['id']}/reschedule/?token={made['manage_token']}",
        {"start": (tuesday + dt.timedelta(hours=1)).isoformat()},
    )
    assert moved.status_code == 200, moved.content


def test_the_customer_limit_counts_within_a_visit(shop: Shop, api: Api) -> None:
    shop.service.policy = {"max_per_customer": 1}
    shop.service.save()
    before = written()
    refused(api.post("visits/", visit_body(shop.service, shop.service, start=monday(10))), 409, "customer_limit")
    assert written() == before


def test_what_does_not_fit_is_told_with_its_place(shop: Shop, colour: Service, api: Api) -> None:
    yoga = ServiceFactory(kind=ServiceKind.CLASS, capacity=8)
    nobody = "01b8e1da-7280-702c-bddf-536b450713fd"
    before = written()
    cases: list[tuple[list[dict[str, Any]], str, str]] = [
        ([{"service": str(colour.pk)}, {"service": str(yoga.pk)}], "/items/1/service", "class_apart"),
        ([{"service": str(colour.pk)}, {"service": nobody}], "/items/1/service", "unknown_service"),
        ([{"service": str(colour.pk), "staff": str(shop.ada.pk)}], "/items/0/staff", "unknown_staff"),
        ([{"service": str(colour.pk), "extras": [nobody]}], "/items/0/extras/0", "unknown_extra"),
        ([{"service": "x"}], "/items/0/service", "invalid"),
        ([], "/items", "min_length"),
        ([{"service": str(colour.pk)}] * 11, "/items", "max_length"),
    ]
    for items, pointer, code in cases:
        problem = api.post("visits/", visit_body(*items, start=monday(10))).json()
        assert problem["status"] == 400, problem
        assert (pointer, code) in {(each["pointer"], each["code"]) for each in problem["errors"]}, problem
    for query, pointer in (
        ({"service": [str(colour.pk), str(yoga.pk)]}, "/service/1"),
        ({"service": [nobody]}, "/service/0"),
        ({"service": [str(colour.pk)], "staff": [str(shop.ada.pk)]}, "/staff/0"),
        ({"service": [str(colour.pk)], "staff": ["any", "any"]}, "/staff"),
        ({"service": [str(colour.pk)], "extras": [nobody]}, "/extras/0"),
    ):
        asked = {"from": "2030-01-07", "to": "2030-01-07", **query}
        problem = api.get("visits/available-slots/", asked).json()
        assert (problem["status"], problem["errors"][0]["pointer"]) == (400, pointer)
    assert written() == before


def test_a_repeat_is_told_the_same_and_keeps_no_words(shop: Shop, colour: Service, api: Api) -> None:
    body = visit_body(shop.service, colour, start=monday(10))
    first, second = (api.post("visits/", body, idempotency_key="k1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Booking.objects.count() == 2
