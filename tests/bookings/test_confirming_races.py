"""A visit is confirmed by any of its bookings: by two of them at once, it is confirmed once, and nobody deadlocks."""

import time
from collections import Counter
from typing import Any

import pytest

from bookme.bookings.actions import deciding
from bookme.bookings.actions.versions import swap
from bookme.bookings.models import Booking
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, deadlocks_seen
from tests.bookings.desk import monday
from tests.factories.bookings import AppointmentFactory, BookingFactory, VisitFactory
from tests.factories.users import Api, make_person


@pytest.fixture
def hesitant(clock: Any, committed: Tenant, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop in which confirming takes a while between two bookings."""

    def slowly(booking: Booking, **columns: Any) -> None:
        swap(booking, **columns)
        time.sleep(0.3)

    monkeypatch.setattr(deciding, "swap", slowly)
    return open_shop()


def confirmed_from_both_ends(tenant: Tenant, shop: Shop) -> Counter[int]:
    """Two of the team say yes to one visit, each by another of its two bookings; the answers."""
    visit = VisitFactory()
    bookings = [
        BookingFactory(
            visit=visit,
            position=number,
            status="pending",
            appointment=AppointmentFactory(
                service=shop.service, staff=person, location=shop.place, starts_at=monday(10 + number), seats_taken=1
            ),
        )
        for number, person in enumerate((shop.ada, shop.ben))
    ]
    token, told = make_person(tenant, Role.OWNER).tokens.access, Counter[int]()

    def work(api: Api, number: int) -> None:
        api = Api(host="salon.localhost", token=token)
        told[api.post(f"bookings/{bookings[number].pk}/confirm/", {}).status_code] += 1

    crowd("salon.localhost", 2, work)
    return told


def test_two_at_once_confirm_once(committed: Tenant, hesitant: Shop) -> None:
    before = deadlocks_seen()
    assert confirmed_from_both_ends(committed, hesitant) == {200: 1, 409: 1}
    assert set(Booking.objects.values_list("status", "version")) == {("confirmed", 2)}
    assert deadlocks_seen() == before


def test_two_at_once_confirm_once_control(committed: Tenant, hesitant: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock each holds what the other wants."""
    monkeypatch.setattr(deciding, "lock", lambda *_, **__: None)
    before = deadlocks_seen()
    assert confirmed_from_both_ends(committed, hesitant) == {200: 1, 503: 1}
    assert deadlocks_seen() == before + 1
