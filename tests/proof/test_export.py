"""However many bookings there are, taking them along needs no more memory: 50,000 are read as they are sent."""

import time

import pytest

from bookme.bookings.export import ExportFormat
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.bookings.conftest import open_shop
from tests.bookings.rows import many, parts_of, peak
from tests.factories.users import make_person

BOOKINGS, MOST_MIB = 50_000, 16


@pytest.mark.proof
@pytest.mark.parametrize("wanted", list(ExportFormat))
def test_memory_is_bounded(committed: Tenant, part: float, wanted: ExportFormat) -> None:
    shop, owner = open_shop(), make_person(committed, Role.OWNER)
    for hour in (10, 12):
        many(shop, max(int(BOOKINGS * part) // 2, 100), hour=hour)
    began = time.perf_counter()
    size = sum(map(len, parts_of(owner, wanted)))
    seconds = time.perf_counter() - began
    used = peak(owner, wanted) / 2**20
    count = max(int(BOOKINGS * part), 200)
    print(f"{count} bookings as {wanted}: {size / 2**20:.1f} MiB in {seconds:.1f} s, {used:.1f} MiB used")  # noqa: T201
    assert used < MOST_MIB
