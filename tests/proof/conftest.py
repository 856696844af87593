"""A real server, and the first day that it can be booked on."""

import datetime as dt
import os
from collections.abc import Iterator

import pytest

from bookme.core.time import now
from bookme.tenants.models import Tenant
from tests.bookings.conftest import full_business
from tests.proof.wire import Server, running_server

__all__ = ["full_business"]


@pytest.fixture
def server(committed: Tenant) -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def first_day() -> dt.datetime:
    """Midnight a week from today, in UTC."""
    return dt.datetime.combine(now().date() + dt.timedelta(days=7), dt.time(0), dt.UTC)


@pytest.fixture(scope="session")
def part() -> float:
    """How much of the full size: `PROOF_PART=0.05` tries a proof; a figure counts at 1."""
    return float(os.environ.get("PROOF_PART", "1"))
