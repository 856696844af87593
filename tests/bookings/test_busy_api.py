"""`calendar/busy/`: when people are busy, for the team, and nothing of with what."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.selectors.busy import BusyRange, merged
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import monday, refused
from tests.bookings.rows import booked
from tests.factories.bookings import AppointmentFactory
from tests.factories.locations import LocationFactory
from tests.factories.staff import ExternalBusyFactory, StaffFactory, TimeOffFactory, WorkingHoursFactory
from tests.factories.users import Person, Stranger, make_person

DAY = {"from": "2030-01-07", "to": "2030-01-07"}
A, B = uuid7(), uuid7()


def busy(person: Person, **query: Any) -> list[tuple[str, str | None, str, str]]:
    answer = person.api.get("calendar/busy/", DAY | {name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.content
    return [
        (each["staff"], each["location"], each["start"][11:16], each["end"][11:16]) for each in answer.json()["busy"]
    ]


def test_staff_know_when_everybody_is_busy_and_nothing_else(shop: Shop, stylist: Person) -> None:
    for at, who in ((10, shop.ada), (11, shop.ada), (14, shop.ben)):
        booked(shop, appointment__staff=who, appointment__starts_at=monday(at), visit__contact_name="Secret")
    booked(shop, appointment__starts_at=monday(16), status="cancelled")
    ExternalBusyFactory(staff=shop.ben, starts_at=monday(15), ends_at=monday(15, 30))
    TimeOffFactory(staff=shop.ben, starts_at=monday(15, 15), ends_at=monday(30 - 12), reason="Secret")
    place, ada, ben = (str(each.pk) for each in (shop.place, shop.ada, shop.ben))
    answer = stylist.api.get("calendar/busy/", DAY)
    assert b"Secret" not in answer.content
    assert (answer.json()["timezone"], answer.json()["staff"]) == ("Europe/London", [ada, ben])
    assert {name for each in answer.json()["busy"] for name in each} == {"staff", "location", "start", "end"}
    assert busy(stylist) == [
        (ada, place, "10:00", "12:00"),
        (ben, place, "14:00", "15:00"),
        (ben, None, "15:00", "18:00"),
    ]
    assert busy(stylist, staff=ada) == [(ada, place, "10:00", "12:00")]
    assert busy(stylist, location=LocationFactory().pk) == [(ben, None, "15:00", "18:00")]


def test_padding_and_helping_are_busy(shop: Shop, owner: Person) -> None:
    shop.service.padding_after_minutes = 15
    shop.service.save()
    lead = booked(shop).appointment
    AppointmentFactory(lead=lead, service=shop.service, staff=shop.ben, location=shop.place, seats_taken=1)
    assert [each[2:] for each in busy(owner)] == [("10:00", "11:15")] * 2


def test_of_some_calendars_only_these(shop: Shop, salon: Tenant) -> None:
    booked(shop)
    booked(shop, appointment__staff=shop.ben)
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    assert [each[0] for each in busy(bound)] == [str(shop.ada.pk)]
    refused(bound.api.get("calendar/busy/", DAY | {"staff": str(shop.ben.pk)}), 403, "out_of_scope")


def test_of_a_place_who_works_there_and_not_where_else(shop: Shop, salon: Tenant) -> None:
    other = LocationFactory()
    dee, eve = StaffFactory(name="Dee"), StaffFactory(name="Eve")
    WorkingHoursFactory(staff=dee, location=other, weekday=0)
    booked(shop, appointment__location=other)
    booked(shop, appointment__staff=dee, appointment__location=other)
    booked(shop, appointment__staff=eve)
    bound = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
    place = str(shop.place.pk)
    assert busy(bound) == [(str(shop.ada.pk), None, "10:00", "11:00"), (str(eve.pk), place, "10:00", "11:00")]
    refused(bound.api.get("calendar/busy/", DAY | {"location": str(other.pk)}), 403, "out_of_scope")


def test_what_reaches_beyond_the_days_is_cut(shop: Shop, owner: Person) -> None:
    TimeOffFactory(staff=shop.ada, starts_at=monday(0) - dt.timedelta(days=9), ends_at=monday(0) + dt.timedelta(days=9))
    [found] = owner.api.get("calendar/busy/", DAY).json()["busy"]
    assert (found["start"], found["end"]) == ("2030-01-07T00:00:00+00:00", "2030-01-08T00:00:00+00:00")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/from"),
        ({"from": "2030-01-07"}, "/to"),
        ({"from": "2030-01-07", "to": "2030-01-06"}, "/to"),
        ({"from": "2030-01-07", "to": "2030-02-07"}, "/to"),
        ({**DAY, "staff": str(A)}, "/staff"),
        ({**DAY, "staff": "ada"}, "/staff"),
        ({**DAY, "location": str(A)}, "/location"),
    ],
)
def test_what_cannot_be_asked(shop: Shop, owner: Person, query: dict[str, str], pointer: str) -> None:
    answer = owner.api.get("calendar/busy/", query)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]][:1]) == (400, [pointer])


def test_it_is_for_the_team(shop: Shop, customer: Person, stranger: Stranger) -> None:
    refused(stranger.api.get("calendar/busy/", DAY), 401, "not_signed_in")
    refused(customer.api.get("calendar/busy/", DAY), 403, "not_allowed")


def test_it_takes_as_many_queries_however_much_there_is(shop: Shop, owner: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            busy(owner)
        return len(caught)

    queries()
    few = queries()
    for hour in range(9, 15):
        booked(shop, appointment__staff=StaffFactory(), appointment__starts_at=monday(hour))
    assert queries() == few


def span(start: int, end: int, place: UUID | None = A, staff: UUID = B) -> BusyRange:
    return BusyRange(staff, place, monday(start), monday(end))


@pytest.mark.parametrize(
    ("ranges", "found"),
    [
        ([], []),
        ([span(10, 11), span(9, 10)], [span(9, 11)]),
        ([span(10, 11), span(12, 13)], [span(10, 11), span(12, 13)]),
        ([span(10, 11), span(11, 12, B)], [span(10, 11), span(11, 12, B)]),
        ([span(10, 12), span(11, 13, B)], [span(10, 13, None)]),
        ([span(9, 17, None), span(10, 11), span(12, 13)], [span(9, 17, None)]),
        ([span(10, 11), span(10, 11, A, A)], [span(10, 11), span(10, 11, A, A)]),
        ([span(10, 12), span(10, 12)], [span(10, 12)]),
    ],
)
def test_what_is_taken_together_is_told_as_one(ranges: list[BusyRange], found: list[BusyRange]) -> None:
    assert merged(ranges) == found
