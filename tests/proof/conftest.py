"""A real server, and the first day that it can be booked on."""

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.tenants.models import OutboxMessage, Tenant, TenantStatus
from bookme.tenants.provisioning import create_tenant, drop_schema
from tests.bookings.conftest import full_business
from tests.proof.wire import Server, running_server

__all__ = ["full_business"]


@contextmanager
def opened(slugs: Iterable[str], config: dict[str, Any]) -> Iterator[list[Tenant]]:
    """Businesses besides the salon, with real commits; gone afterwards with all that they had waiting."""
    with public_scope():
        made = [_open(each, config) for each in slugs]
    yield made
    with public_scope():
        OutboxMessage.objects.all().delete()
        for each in made:
            drop_schema(each.schema_name)
            Tenant.objects.filter(pk=each.pk).delete()


def _open(slug: str, config: dict[str, Any]) -> Tenant:
    made = create_tenant(slug=slug, name=slug, kind="salon", config=config, domains=[f"{slug}.localhost"])
    Tenant.objects.filter(pk=made.pk).update(status=TenantStatus.ACTIVE)
    return Tenant.objects.select_related("tenantconfig").get(pk=made.pk)


@pytest.fixture
def server(committed: Tenant) -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def first_day() -> dt.datetime:
    """Midnight a week from today, in UTC."""
    return dt.datetime.combine(now().date() + dt.timedelta(days=7), dt.time(0), dt.UTC)


@pytest.fixture
def room_enough(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One business sends more by the platform's mail server than it may, here and by workers."""
    for each in ("PLATFORM_MAILS_PER_HOUR", "PLATFORM_MAILS_PER_DAY"):
        setattr(settings, each, 100_000)
        monkeypatch.setenv(each, "100000")


@pytest.fixture(scope="session")
def part() -> float:
    """How much of the full size: `PROOF_PART=0.05` tries a proof; a figure counts at 1."""
    return float(os.environ.get("PROOF_PART", "1"))
