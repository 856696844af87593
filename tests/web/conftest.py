"""A salon with something to book on every day of the week, and a visitor who goes through its pages."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from typing import Any

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client

from bookme.bookings.models import Appointment
from bookme.locations.models import Location
from bookme.services.models import Category, Extra, Service
from bookme.staff.models import Staff
from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant, TenantConfig
from bookme.tenants.selectors import forget_tenants
from bookme.web.booking.draft import Draft, Line
from tests.factories.locations import LocationFactory
from tests.factories.services import CategoryFactory, ExtraFactory, ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.openid import ADA, OpenIdProvider, running_provider
from tests.web.surfer import Surfer

NOW = dt.datetime(2030, 1, 2, 9, tzinfo=dt.UTC)  # a Wednesday
MONDAY = dt.datetime(2030, 1, 7, 10, tzinfo=dt.UTC)
OF_LINE = {each.name for each in fields(Line)}
GOOD = {"name": "Ada Byron", "email": "Ada@Mail.example", "phone": "020 7946 0958", "terms": "on", "privacy": "on"}
FORM_ID = re.compile(r'name="form" value="([\w-]+)"')


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


@dataclass
class Visitor:
    """Somebody with a browser that keeps no cookies, on the salon's own domain."""

    shop: Shop
    client: Client = field(default_factory=lambda: Client(headers={"host": "salon.localhost"}))

    def draft(self, **more: Any) -> Draft:
        """A cut on Monday at ten, with whatever else is given, of the draft or of its one line."""
        line = {"service_id": self.shop.cut.id} | {name: more.pop(name) for name in OF_LINE & more.keys()}
        return Draft(**{"lines": (Line(**line),), "start": MONDAY, **more})

    def get(self, path: str, draft: Draft | None = None, **query: Any) -> HttpResponse:
        return self.client.get(path, {"d": draft.token(), **query} if draft else query)

    def post(self, path: str, data: dict[str, Any], draft: Draft | None = None) -> HttpResponse:
        return self.client.post(f"{path}?d={draft.token()}" if draft else path, data)

    def book(self, draft: Draft | None = None, **changes: Any) -> HttpResponse:
        """Sends the form of the details step; a value of None leaves a field out."""
        data = {key: value for key, value in (GOOD | changes).items() if value is not None}
        return self.post("/book/details/", data, draft or self.draft())


@pytest.fixture
def shop(salon: Tenant, clock: Any) -> Shop:
    place = LocationFactory(name="Soho")
    category = CategoryFactory(name="Hair")
    cut = ServiceFactory(name="Cut & finish", slug="cut", category=category)
    colour = ServiceFactory(name="Full colour", slug="colour", category=category, duration_minutes=120)
    shelved = ServiceFactory(name="Shelved", slug="shelved")
    massage = ExtraFactory(name="Scalp massage", services=[cut])
    ana = StaffFactory(name="Ana Okafor", position=1, title="Stylist", hours=EVERY_DAY, does=[cut, colour])
    ben = StaffFactory(name="Ben Ruiz", position=2, hours=EVERY_DAY, does=[cut])
    return Shop(salon, place, category, cut, colour, shelved, massage, ana, ben)


@pytest.fixture
def visitor(shop: Shop) -> Visitor:
    return Visitor(shop)


def configure(tenant: Tenant, *, kind: str = "", **changes: Any) -> None:
    """Settings of the business, merged into what it has, as its next request will see them."""
    with public_scope():
        row = TenantConfig.objects.get(tenant=tenant)
        row.data = row.data | changes
        row.save()
        if kind:
            Tenant.objects.filter(pk=tenant.pk).update(kind=kind)
    forget_tenants()
    tenant.__dict__.pop("config", None)
    tenant.tenantconfig.data = row.data


def page_of(response: HttpResponse) -> str:
    """The page as text; checks that no component was left unrendered."""
    text = response.content.decode()
    assert "<c-" not in text
    return text


def without_values(page: str) -> str:
    """The words of a page, without what is in its fields and without what is random."""
    return re.sub(r'(value|nonce)="[^"]*"', "", page)


@pytest.fixture(scope="session")
def openid_servers() -> Iterator[dict[str, OpenIdProvider]]:
    with ExitStack() as running:
        yield {name: running.enter_context(running_provider(name)) for name in ("google", "apple", "microsoft")}


@pytest.fixture
def provider(
    openid_servers: dict[str, OpenIdProvider], settings: Any, request: pytest.FixtureRequest
) -> OpenIdProvider:
    """On, as new; Google's ways, unless a test asks for another."""
    found = openid_servers[getattr(request, "param", "google")]
    fresh = OpenIdProvider(found.name, found.port)
    vars(found).update(vars(fresh))
    found.redirect_uri = f"http://localhost:8000/social/{found.name}/callback/"
    for name, value in found.environment.items():
        setattr(settings, name, value)
    if found.name == "microsoft":
        found.account = {**ADA, "xms_edov": True}
    caches["default"].clear()
    return found


@pytest.fixture
def surfer() -> Surfer:
    return Surfer()


def draft_in(location: str) -> Draft:
    """That of an address of a step."""
    return Draft.from_token(location.partition("d=")[2].replace("%3A", ":"))


def publish(visitor: Visitor, service: Service, start: dt.datetime = MONDAY, *, taken: int = 0) -> Appointment:
    """A session of a class, by Ana, with eight places."""
    end = start + dt.timedelta(minutes=90)
    return Appointment.objects.create(
        service=service,
        staff=visitor.shop.ana,
        location=visitor.shop.place,
        starts_at=start,
        ends_at=end,
        blocked_start=start,
        blocked_end=end,
        capacity=8,
        seats_taken=taken,
        published=True,
    )
