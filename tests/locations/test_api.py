"""Places through their API."""

import datetime as dt
from typing import Any

import pytest

from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.answers import faults, ids
from tests.factories.locations import ClosureFactory, LocationFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.users import Person, Stranger, make_person

NINE_TO_FIVE = {"weekday": 0, "start": 540, "end": 1020}


def test_an_owner_makes_a_place_and_anyone_reads_it(owner: Person, stranger: Stranger) -> None:
    body = {
        "name": "Downtown",
        "city": "Boston",
        "country": "US",
        "timezone": "America/New_York",
        "latitude": 42.35,
        "longitude": -71.06,
        "phone": "+16175550105",
        "online": True,
        "meeting_url": "https://meet.example/room",
    }

    made = owner.api.post("locations/", body)

    assert made.status_code == 201, made.content
    assert made.json() | body == made.json()
    shown = stranger.api.get(f"locations/{made.json()['id']}/").json()
    assert (shown["slug"], shown["name"], shown["key"]) == ("downtown", "Downtown", None)
    assert {"meeting_url", "translations"}.isdisjoint(shown)
    assert Event.objects.get().name == "locations.changed"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"timezone": "Mars/Olympus"}, "/timezone", "unknown_timezone"),
        ({"country": "u1"}, "/country", "invalid"),
        ({"latitude": 91, "longitude": 0}, "/latitude", "max_value"),
        ({"latitude": 1}, "/longitude", "point"),
        ({"phone": "call me"}, "/phone", "invalid_phone"),
        ({"meeting_url": "javascript:alert(1)"}, "/meeting_url", "invalid"),
        ({"online": "perhaps"}, "/online", "invalid"),
        ({"position": -1}, "/position", "min_value"),
    ],
)
def test_a_place_that_cannot_be_is_refused(owner: Person, body: Any, pointer: str, code: str) -> None:
    assert faults(owner.api.post("locations/", {"name": "Here", **body})) == {pointer: code}
    assert not Location.objects.exists()


def test_a_place_is_changed_archived_and_filtered(owner: Person, stranger: Stranger) -> None:
    here, there = LocationFactory(city="London"), LocationFactory(city="Leeds")

    assert owner.api.patch(f"locations/{here.pk}/", {"name": "New"}).json()["name"] == "New"
    assert ids(stranger.api.get("locations/?search=leeds")) == {str(there.pk)}
    assert owner.api.delete(f"locations/{there.pk}/").json()["is_active"] is False
    assert ids(stranger.api.get("locations/")) == {str(here.pk)}
    assert ids(owner.api.get("locations/?is_active=false")) == {str(there.pk)}


def test_opening_hours_are_added_replaced_and_removed(owner: Person, stranger: Stranger) -> None:
    path = f"locations/{LocationFactory().pk}/opening-hours/"

    first = owner.api.post(path, NINE_TO_FIVE)
    assert first.status_code == 201, first.content
    assert owner.api.post(path, {"on_date": "2030-01-07"}).status_code == 201
    rows = stranger.api.get(path).json()["results"]
    assert [(each["on_date"], each["weekday"], each["start"]) for each in rows] == [
        ("2030-01-07", None, None),
        (None, 0, 540),
    ]
    assert len(ids(stranger.api.get(path + "?weekly=true"))) == 1
    assert ids(stranger.api.get(path + "?from=2030-01-08")) == set()

    replaced = owner.api.put(path, [{"weekday": 1, "start": 600, "end": 1500}])
    assert replaced.status_code == 200, replaced.content
    (only,) = replaced.json()["results"]
    assert (only["weekday"], only["end"]) == (1, 1500)
    assert owner.api.delete(f"{path}{first.json()['id']}/").status_code == 404
    assert owner.api.delete(f"{path}{only['id']}/").status_code == 204
    assert not OpeningHours.objects.exists()
    last = Event.objects.order_by("-occurred_at").first()
    assert last is not None
    assert last.payload["changes"]["opening_hours"][1] == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"start": 540, "end": 600}, "/weekday", "weekday_or_date"),
        ({"weekday": 0, "on_date": "2030-01-07", "start": 1, "end": 2}, "/weekday", "weekday_or_date"),
        ({"weekday": 7, "start": 540, "end": 600}, "/weekday", "max_value"),
        ({"weekday": 0}, "/start", "required"),
        ({"weekday": 0, "start": 540}, "/end", "required"),
        ({"weekday": 0, "start": 600, "end": 600}, "/end", "end_before_start"),
        ({"weekday": 0, "start": 1440, "end": 1500}, "/start", "max_value"),
        ({"weekday": 0, "start": 0, "end": 2881}, "/end", "max_value"),
        ({"on_date": "2030-02-30"}, "/on_date", "invalid"),
        ({"on_date": "9999-12-31"}, "/on_date", "out_of_range"),
        ({"weekday": 0, "start": 1000, "end": 1100}, "/start", "overlap"),
        ({"weekday": 6, "start": 1200, "end": 2000}, "/start", "overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused(owner: Person, body: Any, pointer: str, code: str) -> None:
    hours = OpeningHoursFactory()

    found = faults(owner.api.post(f"locations/{hours.location_id}/opening-hours/", body))

    assert found == {pointer: code}
    assert list(OpeningHours.objects.all()) == [hours]


def test_a_set_of_hours_is_replaced_whole_or_not_at_all(owner: Person) -> None:
    hours = OpeningHoursFactory()
    path = f"locations/{hours.location_id}/opening-hours/"

    assert faults(owner.api.put(path, [NINE_TO_FIVE, {"weekday": 0, "start": 600, "end": 700}])) == {"/1": "overlap"}
    assert "/1/end" in faults(owner.api.put(path, [NINE_TO_FIVE, {"weekday": 1, "start": 600, "end": 500}]))
    assert owner.api.put(path, {"rows": 1}).status_code == 400
    assert owner.api.put(path, [NINE_TO_FIVE] * 401).status_code == 400
    assert list(OpeningHours.objects.all()) == [hours]
    assert not Event.objects.exists()


def test_resources_are_kept(owner: Person, stranger: Stranger) -> None:
    place = LocationFactory()

    made = owner.api.post("resources/", {"name": "Room 1", "kind": "room", "location": str(place.pk)}).json()

    ResourceFactory()
    assert ids(stranger.api.get(f"resources/?location={place.pk}&kind=room")) == {made["id"]}
    assert owner.api.patch(f"resources/{made['id']}/", {"kind": "chair"}).json()["kind"] == "chair"
    assert owner.api.delete(f"resources/{made['id']}/").status_code == 200
    assert stranger.api.get(f"resources/{made['id']}/").status_code == 404
    assert faults(owner.api.post("resources/", {"name": "x", "kind": "a b", "location": str(place.pk)})) == {
        "/kind": "invalid"
    }


def test_a_closure_is_whole_local_days_or_instants(owner: Person, stranger: Stranger) -> None:
    place = LocationFactory(timezone="America/New_York")
    days = {"name": "Christmas", "from": "2030-12-24", "to": "2030-12-25", "location": str(place.pk)}

    made = owner.api.post("closures/", days).json()

    assert made["starts_at"] == "2030-12-24T00:00:00-05:00"
    assert made["ends_at"] == "2030-12-26T00:00:00-05:00"
    assert (made["from"], made["to"]) == ("2030-12-24", "2030-12-25")
    hours = {"name": "Works", "starts_at": "2030-07-01T12:00:00Z", "ends_at": "2030-07-01T13:30:00Z"}
    other = owner.api.post("closures/", hours).json()
    assert other["starts_at"] == "2030-07-01T13:00:00+01:00"
    assert (other["from"], other["to"], other["location"]) == (None, None, None)

    assert ids(stranger.api.get("closures/?from=2030-12-25")) == {made["id"]}
    assert ids(stranger.api.get("closures/?to=2030-07-01")) == {other["id"]}
    assert ids(stranger.api.get(f"closures/?location={LocationFactory().pk}")) == {other["id"]}
    assert ids(stranger.api.get("closures/?search=christ")) == {made["id"]}

    night = {"name": "Night", "starts_at": "2030-07-02T20:00:00Z", "ends_at": "2030-07-02T23:00:00Z"}  # midnight here
    assert owner.api.post("closures/", night).status_code == 201
    assert len(ids(stranger.api.get("closures/?from=2030-07-02&to=2030-07-02"))) == 1
    assert ids(stranger.api.get("closures/?from=2030-07-03&to=2030-07-03")) == set()
    Closure.objects.filter(name="Night").delete()

    moved = owner.api.patch(f"closures/{made['id']}/", {"from": "2030-12-25", "to": "2030-12-25"})
    assert moved.json()["starts_at"] == "2030-12-25T00:00:00-05:00"
    assert owner.api.delete(f"closures/{made['id']}/").status_code == 204
    assert [each.name for each in Closure.objects.all()] == ["Works"]
    removed = Event.objects.order_by("-occurred_at").first()
    assert removed is not None
    assert removed.payload["change"] == "removed"


def test_a_day_of_a_clock_change_is_as_long_as_it_is(owner: Person) -> None:
    made = owner.api.post("closures/", {"name": "Spring", "from": "2030-03-31", "to": "2030-03-31"}).json()

    closure = Closure.objects.get(pk=made["id"])
    assert closure.ends_at - closure.starts_at == dt.timedelta(hours=23)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/starts_at", "required"),
        ({"from": "2030-01-02"}, "/to", "required"),
        ({"from": "2030-01-02", "to": "2030-01-01"}, "/to", "end_before_start"),
        ({"from": "2030-01-02", "to": "2030-01-02", "starts_at": "2030-01-01T00:00:00Z"}, "/from", "days_or_instants"),
        ({"starts_at": "2030-01-01T00:00:00", "ends_at": "2030-01-02T00:00:00Z"}, "/starts_at", "naive_datetime"),
        ({"starts_at": "2030-01-02T00:00:00Z", "ends_at": "2030-01-02T00:00:00Z"}, "/ends_at", "end_before_start"),
        ({"from": "2030-01-02", "to": "2040-01-02"}, "/ends_at", "too_long"),
        ({"from": "2030-01-02", "to": "2030-01-02", "location": "x"}, "/location", "invalid"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(owner: Person, body: Any, pointer: str, code: str) -> None:
    assert faults(owner.api.post("closures/", {"name": "Shut", **body})) == {pointer: code}
    assert not Closure.objects.exists()


def test_a_manager_of_one_place_keeps_only_that(salon: Tenant) -> None:
    mine, other = LocationFactory(), LocationFactory()
    manager = make_person(salon, Role.MANAGER, location_ids=[str(mine.pk)])
    room = ResourceFactory(location=other)
    closure = ClosureFactory(location=None)

    assert manager.api.patch(f"locations/{mine.pk}/", {"name": "Mine"}).status_code == 200
    refused = [
        manager.api.patch(f"locations/{other.pk}/", {"name": "Mine too"}),
        manager.api.post("locations/", {"name": "A third"}),
        manager.api.post(f"locations/{other.pk}/opening-hours/", NINE_TO_FIVE),
        manager.api.patch(f"resources/{room.pk}/", {"name": "Mine too"}),
        manager.api.delete(f"closures/{closure.pk}/"),
    ]
    assert {each.status_code for each in refused} == {403}
    assert Location.objects.count() == 2
    assert (Resource.objects.get().name, Closure.objects.get()) == (room.name, closure)


def test_another_business_has_other_places(owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = LocationFactory()
        closure = ClosureFactory(location=foreign)

    assert owner.api.get(f"locations/{foreign.pk}/opening-hours/").status_code == 404
    assert owner.api.delete(f"closures/{closure.pk}/").status_code == 404
    body = {"name": "x", "kind": "room", "location": str(foreign.pk)}
    assert faults(owner.api.post("resources/", body)) == {"/location": "does_not_exist"}
    with tenant_scope(rival):
        assert Closure.objects.exists()
