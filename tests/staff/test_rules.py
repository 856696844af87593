"""The rules of people at work bind whoever calls the actions, and a set is kept in few statements."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.core.errors import Invalid
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.staff import actions
from bookme.staff.models import ServiceArea, StaffService, TimeOff, WorkingHours
from bookme.staff.rules import break_faults
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person

AREA = {"postcode": "N1 1AA", "latitude": 51.5, "longitude": -0.1, "radius_km": 8.0}


def shift(**values: Any) -> dict[str, Any]:
    return {"weekday": 0, "start": 540, "end": 1020, **values}


def faults(refused: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(each.pointer, each.code) for each in refused.value.errors}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"end": 540}, ("/end", "end_before_start")),
        ({"end": 2881}, ("/end", "max_value")),
        ({"start": 1440, "end": 1500}, ("/start", "max_value")),
        ({"start": None, "end": None}, ("/start", "required")),
        ({"end": None}, ("/end", "required")),
        ({"on_date": dt.date(2030, 1, 7)}, ("/weekday", "weekday_or_date")),
        ({"breaks": [[500, 560]]}, ("/breaks", "outside_shift")),
        ({"breaks": [[600, 660], [650, 700]]}, ("/breaks", "outside_shift")),
    ],
)
def test_a_shift_that_cannot_be(owner: Person, values: dict[str, Any], found: tuple[str, str]) -> None:
    person = StaffFactory()

    with pytest.raises(Invalid) as refused:
        actions.add_working_hours(person=person, values=shift(**values), actor=owner.actor)
    assert faults(refused) == {found}
    with pytest.raises(Invalid) as refused:
        actions.set_working_hours(person=person, rows=[shift(weekday=3), shift(**values)], actor=owner.actor)
    assert faults(refused) == {(f"/1{found[0]}", found[1])}
    assert not WorkingHours.objects.exists()
    assert not Event.objects.exists()


def test_every_fault_of_a_set_is_told(owner: Person) -> None:
    with pytest.raises(Invalid) as refused:
        actions.set_working_hours(
            person=StaffFactory(),
            rows=[shift(), shift(start=600), shift(weekday=1), shift(end=1000)],
            actor=owner.actor,
        )
    assert faults(refused) == {("/1", "overlap"), ("/3", "overlap")}


@pytest.mark.parametrize(
    ("breaks", "found"),
    [
        ([], []),
        ([[600, 660], [660, 700]], []),
        ([[660, 700], [600, 660]], []),
        ([[700, 700], [600, 660]], [(0, "end_before_start")]),
        ([[600, 660], [650, 700], [1000, 1030]], [(1, "overlap"), (2, "outside_shift")]),
        ([[600, 900], [610, 620], [700, 710]], [(1, "overlap"), (2, "overlap")]),
    ],
)
def test_which_break_cannot_be(breaks: list[list[int]], found: list[tuple[int, str]]) -> None:
    assert list(break_faults(540, 1020, breaks)) == found


def test_offers_areas_and_absence_that_cannot_be(owner: Person) -> None:
    person, cut, at = StaffFactory(), ServiceFactory(), now()
    wrong = [{"service": cut, "price": Decimal("1.005")}, {"service": cut}]

    with pytest.raises(Invalid) as refused:
        actions.set_offers(person=person, rows=wrong, actor=owner.actor)
    assert faults(refused) == {("/0/own_price", "too_many_decimals"), ("/1/service", "twice")}
    with pytest.raises(Invalid) as refused:
        actions.set_areas(person=person, rows=[AREA, AREA | {"days": [1, 1]}], actor=owner.actor)
    assert faults(refused) == {("/1/days", "twice")}
    with pytest.raises(Invalid) as refused:
        actions.add_time_off(person=person, values={"starts_at": at, "ends_at": at}, actor=owner.actor)
    assert faults(refused) == {("/ends_at", "end_before_start")}
    for model in (StaffService, ServiceArea, TimeOff):
        assert not model._default_manager.exists()
    assert not Event.objects.exists()


def statements(act: Callable[..., Any]) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


def test_a_larger_set_takes_no_more_statements(owner: Person) -> None:
    person, services = StaffFactory(), [ServiceFactory() for _ in range(24)]

    def offers(count: int, price: Decimal) -> int:
        rows = [{"service": each, "price": price} for each in services[:count]]
        return statements(lambda: actions.set_offers(person=person, rows=rows, actor=owner.actor))

    def hours(count: int) -> int:
        rows = [{"weekday": each % 7, "start": each * 50, "end": each * 50 + 40} for each in range(count)]
        return statements(lambda: actions.set_working_hours(person=person, rows=rows, actor=owner.actor))

    def areas(count: int) -> int:
        rows = [AREA | {"postcode": f"N{each}"} for each in range(count)]
        return statements(lambda: actions.set_areas(person=person, rows=rows, actor=owner.actor))

    assert offers(24, Decimal(2)) <= offers(1, Decimal(1))
    assert hours(24) <= hours(1)
    assert areas(24) <= areas(1)
    assert WorkingHours.objects.count() == ServiceArea.objects.count() == StaffService.objects.count() == 1


def test_what_stays_in_a_set_of_offers_is_left_alone(owner: Person) -> None:
    person, cut, wash, shave = StaffFactory(), ServiceFactory(), ServiceFactory(), ServiceFactory()
    first = [{"service": cut, "price": Decimal(30)}, {"service": wash, "duration_minutes": 20}]
    actions.set_offers(person=person, rows=first, actor=owner.actor)
    before = {each.service_id: each for each in StaffService.objects.all()}

    second = [first[0], {"service": wash, "price": Decimal(9)}, {"service": shave}]
    actions.set_offers(person=person, rows=second, actor=owner.actor)

    after = {each.service_id: each for each in StaffService.objects.all()}
    assert {key: (row.price, row.duration_minutes) for key, row in after.items()} == {
        cut.pk: (30, None),
        wash.pk: (9, None),
        shave.pk: (None, None),
    }
    assert after[cut.pk].updated_at == before[cut.pk].updated_at
    assert after[wash.pk].pk == before[wash.pk].pk
    assert after[wash.pk].updated_at > before[wash.pk].updated_at
