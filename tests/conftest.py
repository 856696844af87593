"""Two businesses that outlive every test, each test rolled back, and a cast of people in both.

The cast of the salon: `owner`, `manager`, `stylist` (role staff), `customer`, and a `stranger` without an account; the
`rival_owner` owns the other business. Each has an `actor` for selectors and actions, an `api` (signed in by token) and
a `page` (a browser with a session), e.g. `owner.api.patch("config/", {…})`; see `tests.factories.users`. Nothing of it
is made before it is used. A test that commits makes its people by `make_person(committed, Role.OWNER)`.
The `stylist` signs in; whoever has a calendar is a row of its own: `StaffFactory(user_id=stylist.user.id)`.
"""

import gc
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.conf import settings as real_settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings

from bookme.bookings import locks
from bookme.core.permissions import Role
from bookme.tenants import tasks
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.provisioning import create_tenant
from bookme.tenants.selectors import forget_tenants
from tests.bookings.desk import NOW
from tests.factories.users import Person, Stranger, make_person
from tests.internet import LOOPBACK, Internet, small_internet
from tests.letters import Letters
from tests.servers import MAIL

# How long an example takes is the machine's affair.
settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("untimed")

MEASURED_CASES = 2
SETTINGS: dict[str, Any] = {
    "timezone": "Europe/London",
    "currency": "GBP",
    "country": "GB",
    "languages": ["en"],
    "contact": {"email": "hello@salon.example", "phone": "+442079460101"},
    "branding": {"primary_color": "#6d3b5e"},
    "policies": {"slot_interval_minutes": 15, "min_notice_minutes": 60, "max_days_ahead": 90},
    "reminders": [{"channel": "email", "minutes_before": 1440}],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage measures the first cases of a test alone: it makes each take up to twice as long."""
    cases: Counter[str] = Counter()
    for item in items:
        name = item.nodeid.partition("[")[0]
        cases[name] += 1
        if cases[name] > MEASURED_CASES:
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays until the end: it is not looked through again for what may go."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Instead of pytest-django's own, which makes no database for a run in which every test is `committed`."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        with public_scope():
            for slug in ("salon", "rival"):
                _make_business(slug)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


def _make_business(slug: str) -> None:
    made = create_tenant(slug=slug, name=slug.title(), kind="salon", config=SETTINGS, domains=[f"{slug}.localhost"])
    Tenant.objects.filter(pk=made.pk).update(status=TenantStatus.ACTIVE)


@pytest.fixture(scope="session", autouse=True)
def _as_in_production() -> None:
    """Mail is sent by SMTP, not kept aside by Django's test runner; tasks are known by their names, as to a worker."""
    real_settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    current_app.loader.import_default_modules()


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """No look-up, no counter and no letter of one test may answer another."""
    forget_tenants()
    yield
    forget_tenants()
    MAIL.empty()
    if "db" in request.fixturenames or "committed" in request.fixturenames:
        caches["default"].clear()
        caches["process"].clear()


@pytest.fixture(autouse=True)
def _a_test_is_no_transaction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks around a test that is rolled back never commit: the lock is held by what begins inside of them."""
    if "db" not in request.fixturenames:
        return
    request.getfixturevalue("db")
    around = len(connection.atomic_blocks)
    monkeypatch.setattr(locks, "outermost_block", lambda: next(iter(connection.atomic_blocks[around:]), None))
    monkeypatch.setattr(tasks, "MOMENT_SECONDS", (0, 0))  # nobody else sees what is due there


def tenant_named(slug: str) -> Tenant:
    with public_scope():
        return Tenant.objects.select_related("tenantconfig").get(slug=slug)


@pytest.fixture
def salon(db: None) -> Iterator[Tenant]:
    """The business of most tests, entered."""
    with tenant_scope(tenant_named("salon")) as tenant:
        yield tenant


@pytest.fixture
def rival(db: None) -> Tenant:
    """The other business, with its own rows; enter it with `tenant_scope`."""
    return tenant_named("rival")


@pytest.fixture
def client() -> Client:
    """A browser on the salon's own domain."""
    return Client(headers={"host": "salon.localhost"})


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still, on a morning in 2030; `clock.shift(…)` and `clock.move_to(…)` set it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(salon: Tenant) -> Person:
    return make_person(salon, Role.OWNER, email="owner@salon.example")


@pytest.fixture
def manager(salon: Tenant) -> Person:
    return make_person(salon, Role.MANAGER, email="manager@salon.example")


@pytest.fixture
def stylist(salon: Tenant) -> Person:
    return make_person(salon, Role.STAFF, email="stylist@salon.example")


@pytest.fixture
def customer(salon: Tenant) -> Person:
    return make_person(salon, Role.CUSTOMER, email="customer@people.example")


@pytest.fixture
def stranger(salon: Tenant) -> Stranger:
    return Stranger(host="salon.localhost")


@pytest.fixture
def rival_owner(rival: Tenant) -> Person:
    return make_person(rival, Role.OWNER, email="owner@rival.example")


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def internet(settings: Any) -> Iterator[Internet]:
    """Name and web servers on loopback, which is reached here, and nowhere else, as if it were public."""
    with small_internet() as world:
        settings.DNS_SERVERS = [world.dns.address]
        settings.OUTBOUND_HTTP_PORT = world.web.port
        settings.OUTBOUND_ALSO_ALLOWED = [f"{LOOPBACK}/32"]
        yield world


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Tenant]:
    """The salon, entered, with real commits: for threads, locks and what runs after a commit. Emptied afterwards."""
    with django_db_blocker.unblock():
        with tenant_scope(tenant_named("salon")) as tenant:
            yield tenant
        for slug in ("salon", "rival"):
            _empty(tenant_named(slug))
        with public_scope(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM tenants_outboxmessage")
            cursor.execute("TRUNCATE users_user CASCADE")
        connection.close()


def _empty(tenant: Tenant) -> None:
    with public_scope(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('%%I.%%I', schemaname, tablename), ',') FROM pg_tables"
            " WHERE schemaname = %s AND tablename <> 'django_migrations'",
            [tenant.schema_name],
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} CASCADE")
