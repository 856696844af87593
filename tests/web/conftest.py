"""A salon with something to book on every day of the week."""

from dataclasses import dataclass

import pytest

from bookme.locations.models import Location
from bookme.services.models import Category, Extra, Service
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.factories.locations import LocationFactory
from tests.factories.services import CategoryFactory, ExtraFactory, ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory


@dataclass(frozen=True)
class Shop:
    """Two people who both do `cut`; only Ana does `colour`; nobody does `shelved`."""

    tenant: Tenant
    place: Location
    category: Category
    cut: Service
    colour: Service
    shelved: Service
    massage: Extra
    ana: Staff
    ben: Staff


@pytest.fixture
def shop(salon: Tenant) -> Shop:
    place = LocationFactory(name="Soho")
    category = CategoryFactory(name="Hair")
    cut = ServiceFactory(name="Cut & finish", slug="cut", category=category)
    colour = ServiceFactory(name="Full colour", slug="colour", category=category, duration_minutes=120)
    shelved = ServiceFactory(name="Shelved", slug="shelved")
    massage = ExtraFactory(name="Scalp massage", services=[cut])
    ana = StaffFactory(name="Ana Okafor", title="Stylist", hours=EVERY_DAY, does=[cut, colour])
    ben = StaffFactory(name="Ben Ruiz", hours=EVERY_DAY, does=[cut])
    return Shop(salon, place, category, cut, colour, shelved, massage, ana, ben)
