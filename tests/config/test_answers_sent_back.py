"""A client that changes a part of what it was answered may send all of it back; what nobody knows is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.answers import faults
from tests.factories.bookings import BookingFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import ClosureFactory, LocationFactory, ResourceFactory
from tests.factories.services import CategoryFactory, ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person

ROWS: dict[str, Callable[..., Any]] = {
    "service-categories": CategoryFactory,
    "services": ServiceFactory,
    "extras": ExtraFactory,
    "questions": QuestionFactory,
    "staff": StaffFactory,
    "locations": LocationFactory,
    "resources": ResourceFactory,
    "closures": ClosureFactory,
    "customers": CustomerFactory,
    "bookings": BookingFactory,
}
# Of a closure's two ways to say when, one is chosen.
LEFT_OUT = {"closures": {"from", "to"}}


@pytest.mark.parametrize("rows", ROWS)
def test_an_answer_may_be_sent_back(owner: Person, rows: str) -> None:
    path = f"{rows}/{ROWS[rows]().pk}/"
    told = owner.api.get(path).json()
    answer = owner.api.patch(path, {name: value for name, value in told.items() if name not in LEFT_OUT.get(rows, ())})
    assert answer.status_code == 200, answer.content
    assert faults(owner.api.patch(path, told | {"nonsense": 1}))["/nonsense"] == "unknown"
    assert owner.api.get(path).json() == answer.json()
