"""People at work through their API."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.staff.models import ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.answers import faults, ids
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import (
    WEEK,
    ServiceAreaFactory,
    StaffFactory,
    StaffServiceFactory,
    TimeOffFactory,
    WorkingHoursFactory,
)
from tests.factories.users import Person, Stranger, make_person

NINE_TO_FIVE = {"weekday": 0, "start": 540, "end": 1020}
AREA = {"postcode": "N1 1AA", "latitude": 51.5, "longitude": -0.1, "radius_km": 8, "days": [4, 0]}


def test_a_person_is_made_and_their_contact_stays_within_the_team(owner: Person, stranger: Stranger) -> None:
    body = {"name": "Dana", "title": "Physio", "email": "Dana@X.example", "phone": "020 7946 0101", "color": "#32628f"}

    made = owner.api.post("staff/", body)

    assert made.status_code == 201, made.content
    assert (made.json()["email"], made.json()["phone"]) == ("dana@x.example", "+442079460101")
    shown = stranger.api.get(f"staff/{made.json()['id']}/").json()
    assert shown == {
        "id": made.json()["id"],
        "key": None,
        "name": "Dana",
        "slug": "dana",
        "title": "Physio",
        "bio": "",
        "color": "#32628f",
        "services": [],
        "position": 0,
        "is_active": True,
    }
    event = Event.objects.get()
    assert (event.name, event.payload["changes"]["email"]) == ("staff.changed", None)
    assert "dana@x.example" not in str(event.payload)


def test_people_are_filtered_changed_and_archived(owner: Person, stranger: Stranger) -> None:
    place, cut = LocationFactory(), ServiceFactory()
    anna = StaffFactory(name="Anna", does=[cut], position=1)
    berta = StaffFactory(name="Berta", title="Colourist", position=0)
    WorkingHoursFactory(staff=anna, location=LocationFactory())
    WorkingHoursFactory(staff=berta, location=place)

    def found(query: str) -> set[str]:
        return ids(stranger.api.get(f"staff/?{query}"))

    assert [each["name"] for each in stranger.api.get("staff/").json()["results"]] == ["Berta", "Anna"]
    assert found(f"service={cut.pk}") == {str(anna.pk)}
    assert found(f"location={place.pk}") == found("search=colour") == {str(berta.pk)}
    assert list(faults(stranger.api.get("staff/?location=here"))) == ["/location"]

    assert owner.api.patch(f"staff/{anna.pk}/", {"bio": "Cuts."}).json()["bio"] == "Cuts."
    assert owner.api.delete(f"staff/{anna.pk}/").json()["standing_bookings"] == []
    assert found("") == {str(berta.pk)}
    assert ids(owner.api.get("staff/?is_active=false")) == {str(anna.pk)}
    for part in ("services", "working-hours", "areas"):
        assert stranger.api.get(f"staff/{anna.pk}/{part}/").status_code == 404


def test_what_a_person_does_at_what_price(owner: Person, stranger: Stranger) -> None:
    person, other = StaffFactory(position=1), StaffFactory(position=0)
    cut, wash = ServiceFactory(price="40", position=0), ServiceFactory(price="10", position=1)
    StaffServiceFactory(staff=other, service=cut)
    body = [
        {"service": str(cut.pk), "own_price": "55.00", "own_duration_minutes": 75},
        {"service": str(wash.pk), "own_price": None},
    ]

    answer = owner.api.put(f"staff/{person.pk}/services/", body)

    assert answer.status_code == 200, answer.content
    does = stranger.api.get(f"staff/{person.pk}/services/").json()["results"]
    assert [(each["service"], each["price"], each["own_price"]) for each in does] == [
        (str(cut.pk), "55.00", "55.00"),
        (str(wash.pk), "10.00", None),
    ]
    who = stranger.api.get(f"services/{cut.pk}/staff/").json()["results"]
    assert [(each["id"], each["price"], each["duration_minutes"], each["currency"]) for each in who] == [
        (str(other.pk), "40.00", 60, "GBP"),
        (str(person.pk), "55.00", 75, "GBP"),
    ]
    assert set(stranger.api.get(f"staff/{person.pk}/").json()["services"]) == {str(cut.pk), str(wash.pk)}

    assert owner.api.put(f"staff/{person.pk}/services/", []).status_code == 200
    assert list(StaffService.objects.values_list("staff_id", flat=True)) == [other.pk]
    changes = [each.payload["changes"]["staff_service"] for each in Event.objects.order_by("occurred_at")]
    assert changes[0][0] == changes[1][1] == []
    assert {each["price"] for each in changes[0][1]} == {"55", None}


def test_archived_people_and_services_are_not_offered(owner: Person, stranger: Stranger) -> None:
    person, service = StaffFactory(), ServiceFactory()
    StaffServiceFactory(staff=person, service=service)
    StaffServiceFactory(staff=StaffFactory(is_active=False), service=service)
    StaffServiceFactory(staff=person, service=ServiceFactory(is_active=False))

    assert ids(stranger.api.get(f"services/{service.pk}/staff/")) == {str(person.pk)}
    assert [each["service"] for each in stranger.api.get(f"staff/{person.pk}/services/").json()["results"]] == [
        str(service.pk)
    ]
    assert stranger.api.get(f"staff/{person.pk}/").json()["services"] == [str(service.pk)]
    everybody = owner.api.get(f"services/{service.pk}/staff/").json()["results"]
    assert {each["is_active"] for each in everybody} == {True, False}


@pytest.mark.parametrize(
    ("row", "pointer", "code"),
    [
        ({}, "/0/service", "required"),
        ({"service": "cut"}, "/0/service", "invalid"),
        ({"own_price": "-1"}, "/0/own_price", "min_value"),
        ({"own_duration_minutes": 1441}, "/0/own_duration_minutes", "max_value"),
    ],
)
def test_offers_that_cannot_be_are_refused(owner: Person, row: Any, pointer: str, code: str) -> None:
    offer = StaffServiceFactory()
    service = {} if pointer == "/0/service" else {"service": str(offer.service.pk)}

    assert faults(owner.api.put(f"staff/{offer.staff.pk}/services/", [service | row])) == {pointer: code}

    twice = [{"service": str(offer.service.pk)}] * 2
    assert faults(owner.api.put(f"staff/{offer.staff.pk}/services/", twice)) == {"/1/service": "twice"}
    assert list(StaffService.objects.all()) == [offer]


def test_hours_are_added_replaced_and_removed(owner: Person, stranger: Stranger) -> None:
    person, place = StaffFactory(), LocationFactory()
    path = f"staff/{person.pk}/working-hours/"
    shift = NINE_TO_FIVE | {
        "location": str(place.pk),
        "breaks": [{"start": 780, "end": 810}, {"start": 720, "end": 750}],
    }

    made = owner.api.post(path, shift)

    assert made.status_code == 201, made.content
    assert made.json()["breaks"] == [{"start": 720, "end": 750}, {"start": 780, "end": 810}]
    assert WorkingHours.objects.get().breaks == [[720, 750], [780, 810]]
    assert stranger.api.get(path).json()["results"] == [made.json()]
    assert ids(stranger.api.get(f"{path}?location={LocationFactory().pk}")) == set()

    week = [{"weekday": weekday, "start": start, "end": end} for weekday, start, end in WEEK]
    assert owner.api.put(path, week).json()["count"] == 5
    friday = WorkingHours.objects.get(weekday=4)
    assert owner.api.delete(f"{path}{friday.pk}/").status_code == 204
    assert WorkingHours.objects.count() == 4
    assert Event.objects.filter(name="staff.changed", subject_id=person.pk).count() == 3


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"breaks": [{"start": 500, "end": 560}]}, "/breaks", "outside_shift"),
        ({"breaks": [{"start": 1000, "end": 1021}]}, "/breaks", "outside_shift"),
        ({"breaks": [{"start": 720, "end": 720}]}, "/breaks", "outside_shift"),
        ({"breaks": [{"start": 720, "end": 760}, {"start": 750, "end": 770}]}, "/breaks", "outside_shift"),
        ({"breaks": [{"start": 720}]}, "/breaks/0/end", "required"),
        ({"breaks": [{"start": 720, "end": 730}] * 11}, "/breaks", "max_length"),
        ({"location": "01890000-0000-7000-8000-000000000000"}, "/location", "does_not_exist"),
        ({"weekday": 1, "start": 1000, "end": 1100}, "/start", "overlap"),
        ({"weekday": 0, "start": 1200, "end": 2000}, "/start", "overlap"),
        (
            {"weekday": None, "on_date": "2030-01-07", "start": None, "end": None, "breaks": [{"start": 1, "end": 2}]},
            "/breaks",
            "outside_shift",
        ),
    ],
)
def test_shifts_that_cannot_be_are_refused(owner: Person, body: Any, pointer: str, code: str) -> None:
    shift = WorkingHoursFactory(weekday=1)

    found = faults(owner.api.post(f"staff/{shift.staff.pk}/working-hours/", NINE_TO_FIVE | body))

    assert found == {pointer: code}
    assert list(WorkingHours.objects.all()) == [shift]
    assert not Event.objects.exists()


def test_a_week_is_replaced_whole_or_not_at_all(owner: Person) -> None:
    shift = WorkingHoursFactory()
    night = {"weekday": 6, "start": 1200, "end": 2000}

    assert faults(owner.api.put(f"staff/{shift.staff.pk}/working-hours/", [night, NINE_TO_FIVE])) == {"/1": "overlap"}

    assert list(WorkingHours.objects.all()) == [shift]
    assert not Event.objects.exists()


def test_staff_keep_their_own_time_off_and_nobody_elses(stylist: Person, owner: Person, stranger: Stranger) -> None:
    mine, other = StaffFactory(user_id=stylist.user.id), StaffFactory()
    body = {"from": "2030-08-01", "to": "2030-08-14", "reason": "Wedding"}

    made = stylist.api.post(f"staff/{mine.pk}/time-off/", body)

    assert made.status_code == 201, made.content
    assert made.json()["starts_at"] == "2030-08-01T00:00:00+01:00"
    assert stylist.api.post(f"staff/{other.pk}/time-off/", body).status_code == 403
    assert stylist.api.post(f"staff/{mine.pk}/working-hours/", NINE_TO_FIVE).status_code == 403
    (shown,) = stylist.api.get(f"staff/{mine.pk}/time-off/").json()["results"]
    assert (shown["to"], shown["reason"]) == ("2030-08-14", "Wedding")
    assert "Wedding" not in str(Event.objects.get().payload)
    theirs = TimeOffFactory(staff=other)
    assert stylist.api.delete(f"staff/{other.pk}/time-off/{theirs.pk}/").status_code == 403
    assert stylist.api.delete(f"staff/{mine.pk}/time-off/{theirs.pk}/").status_code == 404
    assert stylist.api.delete(f"staff/{mine.pk}/time-off/{made.json()['id']}/").status_code == 204
    assert list(TimeOff.objects.all()) == [theirs]
    assert owner.api.delete(f"staff/{other.pk}/time-off/{theirs.pk}/").status_code == 204


def test_absence_is_not_for_everybody(
    stylist: Person, manager: Person, customer: Person, stranger: Stranger, salon: Tenant
) -> None:
    absence = TimeOffFactory(reason="Hospital")
    colleague = TimeOffFactory(staff=StaffFactory(user_id=stylist.user.id))
    scoped = make_person(salon, Role.MANAGER, staff_ids=[str(colleague.staff_id)])
    path = f"staff/{absence.staff_id}/time-off/"

    assert [each.api.get(path).status_code for each in (stranger, customer, stylist, scoped)] == [401, 403, 403, 403]
    assert ids(manager.api.get(path)) == {str(absence.pk)}
    assert ids(scoped.api.get(f"staff/{colleague.staff_id}/time-off/")) == {str(colleague.pk)}
    for part in ("", "working-hours/", "areas/"):
        assert "Hospital" not in stranger.api.get(f"staff/{absence.staff_id}/{part}").content.decode()


def test_areas_are_kept_and_their_middle_is_not_shown(owner: Person, stranger: Stranger) -> None:
    person = StaffFactory()
    path = f"staff/{person.pk}/areas/"

    made = owner.api.post(path, AREA)

    assert made.status_code == 201, made.content
    assert made.json()["days"] == [0, 4]
    assert stranger.api.get(path).json()["results"] == [
        {"id": made.json()["id"], "postcode": "N1 1AA", "radius_km": 8.0, "days": [0, 4]}
    ]
    assert owner.api.put(path, [AREA, AREA | {"postcode": "E2"}]).json()["count"] == 2
    first = ServiceArea.objects.first()
    assert first is not None
    assert owner.api.delete(f"{path}{first.pk}/").status_code == 204
    assert ServiceArea.objects.count() == 1
    assert faults(owner.api.post(path, AREA | {"radius_km": 501})) == {"/radius_km": "max_value"}
    assert faults(owner.api.post(path, AREA | {"days": [1, 1]})) == {"/days": "twice"}
    assert faults(owner.api.put(path, [AREA, AREA | {"latitude": "north"}])) == {"/1/latitude": "invalid"}
    assert ServiceArea.objects.count() == 1


def test_a_manager_of_some_people_keeps_only_them(salon: Tenant) -> None:
    mine, other = StaffFactory(), StaffFactory()
    manager = make_person(salon, Role.MANAGER, staff_ids=[str(mine.pk)])
    area = ServiceAreaFactory(staff=other)

    assert manager.api.patch(f"staff/{mine.pk}/", {"title": "Senior"}).status_code == 200
    refused = [
        manager.api.patch(f"staff/{other.pk}/", {"title": "Senior"}),
        manager.api.post("staff/", {"name": "New"}),
        manager.api.put(f"staff/{other.pk}/services/", []),
        manager.api.post(f"staff/{other.pk}/time-off/", {"from": "2030-01-01", "to": "2030-01-01"}),
        manager.api.delete(f"staff/{other.pk}/areas/{area.pk}/"),
        manager.api.delete(f"staff/{other.pk}/"),
    ]
    assert [each.status_code for each in refused] == [403] * 6
    other.refresh_from_db()
    assert (other.title, other.is_active, ServiceArea.objects.count(), TimeOff.objects.count()) == ("", True, 1, 0)


def test_nobody_of_another_business_is_seen(owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = StaffFactory()

    for path in ("", "services/", "working-hours/", "time-off/", "areas/"):
        assert owner.api.get(f"staff/{foreign.pk}/{path}").status_code == 404
    assert owner.api.put(f"staff/{foreign.pk}/working-hours/", []).status_code == 404
    assert not Staff.objects.exists()


def test_a_list_takes_a_fixed_number_of_queries(stranger: Stranger) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert stranger.api.get(path).status_code == 200
        return len(caught)

    service = ServiceFactory()
    person = StaffFactory(does=[service])
    paths = ["staff/", f"services/{service.pk}/staff/", f"staff/{person.pk}/services/"]
    queries("staff/")  # what is kept in the process
    few = [queries(path) for path in paths]
    for _ in range(24):
        StaffFactory(does=[service])
        StaffServiceFactory(staff=person)
    assert [queries(path) for path in paths] == few
    assert max(few) <= 8


def test_a_persons_price_does_not_lose_digits(owner: Person) -> None:
    offer = StaffServiceFactory()

    owner.api.put(f"staff/{offer.staff.pk}/services/", [{"service": str(offer.service.pk), "own_price": "0.01"}])

    assert StaffService.objects.get().price == Decimal("0.010")
