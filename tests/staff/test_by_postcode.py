"""Who comes to a postcode, and what can be had there."""

from dataclasses import dataclass
from typing import Any

import pytest

from bookme.postcodes.distance import Point
from bookme.services.models import Service
from bookme.staff.areas import Area, reach
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.bookings.desk import refused
from tests.factories.postcodes import PostcodeFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import ServiceAreaFactory, StaffFactory
from tests.factories.users import Person, Stranger
from tests.web.conftest import configure

KM = 1 / 111.195  # degrees of latitude


@dataclass
class Rounds:
    """Ada, 4.2 km away, comes on Mondays and Fridays, and Ben, 0.3 km away, every day; Cyd goes elsewhere."""

    clean: Service
    windows: Service
    lift: Service
    ada: Staff
    ben: Staff


@pytest.fixture
def rounds(salon: Tenant) -> Rounds:
    configure(salon, features={"service_areas": True})
    PostcodeFactory(code="M1", latitude=53.5, longitude=-2.2)
    clean, windows, lift = ServiceFactory(), ServiceFactory(), ServiceFactory(staff_needed=2)
    ada = StaffFactory(position=1, does=[clean, lift], phone="+442079460958", metadata={"van": 1})
    ben = StaffFactory(position=2, does=[clean, windows])
    cyd = StaffFactory(position=3, does=[clean, windows, lift])
    StaffFactory(position=4, does=[clean])
    gone = StaffFactory(position=0, does=[clean], is_active=False)
    for person, away, days in ((ada, 4.2, [0, 4]), (ben, 0.3, []), (gone, 0.1, [])):
        ServiceAreaFactory(staff=person, latitude=53.5 + away * KM, longitude=-2.2, radius_km=6, days=days)
    ServiceAreaFactory(staff=ada, latitude=53.5 + 5 * KM, longitude=-2.2, radius_km=9, days=[1])
    ServiceAreaFactory(staff=cyd, latitude=53.5 + 9 * KM, longitude=-2.2, radius_km=8.9)
    return Rounds(clean, windows, lift, ada, ben)


def near(caller: Any, **query: str) -> list[dict[str, Any]]:
    answer = caller.api.get("staff/by-postcode/", {"postcode": "M1 1AA", **query})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_the_nearest_come_first_and_their_middle_is_not_told(rounds: Rounds, stranger: Stranger, owner: Person) -> None:
    told = near(stranger)
    assert [(each["id"], each["distance_km"], each["days"]) for each in told] == [
        (str(rounds.ben.pk), 1, [0, 1, 2, 3, 4, 5, 6]),
        (str(rounds.ada.pk), 4, [0, 1, 4]),
    ]
    of_team = near(owner)
    assert [each["distance_km"] for each in of_team] == [0.3, 4.2]
    hidden = {"email", "phone", "user_id", "metadata", "translations", "latitude", "longitude", "areas"}
    assert not [name for each in (*told, *of_team) for name in hidden & each.keys()]


def test_the_order_says_no_more_than_the_distance(rounds: Rounds, stranger: Stranger) -> None:
    """Of two in the same kilometre the business's order decides."""
    rounds.ada.areas.update(latitude=53.5 + 1.3 * KM, longitude=-2.2)
    assert [(each["id"], each["distance_km"]) for each in near(stranger)] == [
        (str(rounds.ada.pk), 1),
        (str(rounds.ben.pk), 1),
    ]


def test_only_those_who_do_it_and_come_that_day(rounds: Rounds, stranger: Stranger) -> None:
    ada, ben = str(rounds.ada.pk), str(rounds.ben.pk)
    assert [each["id"] for each in near(stranger, service=str(rounds.windows.pk))] == [ben]
    assert [each["id"] for each in near(stranger, date="2030-01-07")] == [ben, ada]
    assert [each["id"] for each in near(stranger, date="2030-01-08")] == [ben, ada]
    assert [each["id"] for each in near(stranger, date="2030-01-09")] == [ben]
    rounds.windows.is_active = False
    rounds.windows.save()
    assert near(stranger, service=str(rounds.windows.pk)) == []


def test_what_can_be_had_there(rounds: Rounds, stranger: Stranger, owner: Person) -> None:
    """What takes two is not to be had where one of them comes."""
    for caller in (stranger, owner):
        answer = caller.api.get("services/by-postcode/", {"postcode": "M1"}).json()
        assert {each["id"] for each in answer["results"]} == {str(rounds.clean.pk), str(rounds.windows.pk)}
        assert not [each for each in answer["results"] if {"policy", "metadata", "translations"} & each.keys()]
    rounds.ben.staff_services.create(service=rounds.lift)
    assert stranger.api.get("services/by-postcode/", {"postcode": "M1"}).json()["count"] == 3


@pytest.mark.parametrize("path", ["staff/by-postcode/", "services/by-postcode/"])
def test_they_are_asked_and_kept_like_other_lists(rounds: Rounds, stranger: Stranger, owner: Person, path: str) -> None:
    refused(stranger.api.get(path), 400, "required", "/postcode")
    refused(stranger.api.get(path, {"postcode": "ZZ9 9ZZ"}), 400, "postcode_unknown", "/postcode")
    answer = stranger.api.get(path, {"postcode": "M1", "page_size": 1})
    assert (answer.json()["count"], len(answer.json()["results"])) == (2, 1)
    assert answer["Cache-Control"] == "public, max-age=30"
    assert {"Host", "Authorization", "Accept-Language"} <= set(answer["Vary"].split(", "))
    assert owner.api.get(path, {"postcode": "M1"})["Cache-Control"] == "private, no-cache"
    assert stranger.api.get(path, {"postcode": "M1", "page_size": 1}, if_none_match=answer["ETag"]).status_code == 304


def test_the_edge_of_a_circle_is_in_it() -> None:
    here = Point(53.5, -2.2)
    assert reach([], here) == (frozenset(), None)
    assert reach([Area(53.5, -2.2, 0.1, [3])], here) == ({3}, 0)
    assert reach([Area(53.5 + KM, -2.2, 1.01, []), Area(53.5 + KM, -2.2, 0.99, [2])], here).days == set(range(7))
    assert reach([Area(53.5 + KM, -2.2, 0.99, [])], here) == (frozenset(), None)
