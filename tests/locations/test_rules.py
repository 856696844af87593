"""The rules of places bind whoever calls the actions."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.core.errors import Invalid
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.locations import actions
from bookme.locations.models import Closure, Location, OpeningHours
from tests.factories.locations import ClosureFactory, LocationFactory
from tests.factories.users import Person


def faults(refused: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(each.pointer, each.code) for each in refused.value.errors}


def test_a_place_that_cannot_be(owner: Person) -> None:
    wrong = {"name": "Here", "timezone": "Mars/Olympus", "latitude": 51.5}
    with pytest.raises(Invalid) as refused:
        actions.make_location(values=wrong, actor=owner.actor)
    assert faults(refused) == {("/timezone", "unknown_timezone"), ("/longitude", "point")}
    assert not Location.objects.exists()

    place = LocationFactory(latitude=51.5, longitude=-0.1)
    with pytest.raises(Invalid) as refused:
        actions.change_location(location=place, values={"latitude": None}, actor=owner.actor)
    assert faults(refused) == {("/longitude", "point")}
    assert Location.objects.get().latitude == 51.5
    assert not Event.objects.exists()


def test_hours_that_cannot_be(owner: Person) -> None:
    place = LocationFactory()
    good: dict[str, Any] = {"weekday": 0, "start": 540, "end": 1020}
    rows = [good, {"on_date": dt.date(2030, 1, 7), "start": 540}, {"weekday": 1}, good | {"end": 3000}]

    with pytest.raises(Invalid) as refused:
        actions.set_opening_hours(location=place, rows=rows, actor=owner.actor)
    assert faults(refused) == {("/1/end", "required"), ("/2/start", "required"), ("/3/end", "max_value")}
    with pytest.raises(Invalid) as refused:
        actions.add_opening_hours(location=place, values={"weekday": 1}, actor=owner.actor)
    assert faults(refused) == {("/start", "required")}
    assert not OpeningHours.objects.exists()
    assert not Event.objects.exists()


def test_a_closure_that_cannot_be(owner: Person) -> None:
    at = now()
    with pytest.raises(Invalid) as refused:
        actions.make_closure(values={"name": "Shut", "starts_at": at, "ends_at": at}, actor=owner.actor)
    assert faults(refused) == {("/ends_at", "end_before_start")}
    assert not Closure.objects.exists()

    closure = ClosureFactory()
    late = {"ends_at": closure.starts_at + dt.timedelta(days=733)}
    with pytest.raises(Invalid) as refused:
        actions.change_closure(closure=closure, values=late, actor=owner.actor)
    assert faults(refused) == {("/ends_at", "too_long")}
    assert Closure.objects.get().ends_at == closure.ends_at
    assert not Event.objects.exists()


def test_a_larger_week_takes_no_more_statements(owner: Person) -> None:
    place = LocationFactory()

    def statements(count: int) -> int:
        rows = [{"weekday": each % 7, "start": each * 50, "end": each * 50 + 40} for each in range(count)]
        with CaptureQueriesContext(connection) as caught:
            actions.set_opening_hours(location=place, rows=rows, actor=owner.actor)
        return len(caught)

    assert statements(24) <= statements(1)
    assert OpeningHours.objects.count() == 1
