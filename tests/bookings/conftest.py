"""A shop that can be booked, and a clock that stands at `desk.NOW`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from bookme.bookings.actions import placing
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.provisioning import create_tenant, drop_schema
from bookme.tenants.selectors import forget_tenants
from tests.conftest import SETTINGS
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.web.conftest import configure


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
def shop(clock: Any, salon: Tenant) -> Shop:
    return open_shop()


@pytest.fixture
def open_business(clock: Any, committed: Tenant) -> Shop:
    return open_shop()


@pytest.fixture
def unguarded(clock: Any, committed: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A business without the wall, entered, while nobody takes the lock; its host."""
    with public_scope():
        made = create_tenant(slug="bare", name="Bare", kind="salon", config=SETTINGS, domains=["bare.localhost"])
        Tenant.objects.filter(pk=made.pk).update(status=TenantStatus.ACTIVE)
        tenant = Tenant.objects.select_related("tenantconfig").get(pk=made.pk)
    monkeypatch.setattr(placing, "lock", lambda *_, **__: None)
    with tenant_scope(tenant):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE bookings_appointment DROP CONSTRAINT appointment_no_overlap")
        yield "bare.localhost"
    with public_scope():
        drop_schema(tenant.schema_name)
        tenant.delete()
    forget_tenants()


@pytest.fixture
def full_business(committed: Tenant) -> Iterator[Tenant]:
    """The salon with all that can be done in it, with real commits."""
    configure(committed, features={"waitlist": True})
    yield committed
    configure(committed, features={})
