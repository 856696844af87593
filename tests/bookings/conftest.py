"""A shop that can be booked, and a clock that stands at `desk.NOW`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.bookings.desk import NOW
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory


@dataclass
class Shop:
    """One place, one service of an hour at 40, and two people who do it every day from nine to five."""

    place: Location
    service: Service
    ada: Staff
    ben: Staff


def open_shop() -> Shop:
    service = ServiceFactory()
    ada, ben = (StaffFactory(name=name, hours=EVERY_DAY, does=[service]) for name in ("Ada", "Ben"))
    return Shop(place=LocationFactory(), service=service, ada=ada, ben=ben)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Stands still; `clock.move_to(…)` sets it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(clock: Any, salon: Tenant) -> Shop:
    return open_shop()
