"""What the exclusion constraints refuse where the look before them is blind: 409, and nothing half written."""

from dataclasses import replace
from typing import Any

import pytest

from bookme.bookings.actions import placing
from bookme.bookings.availability import Snapshot
from bookme.tenants.models import Tenant
from tests.bookings.conftest import open_shop
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import body_for, monday, refused, written
from tests.factories.users import Api


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine sees nobody's bookings."""
    real = placing.snapshots_of

    def snapshots_of(*args: Any, **options: Any) -> list[Snapshot]:
        return [
            replace(found, people=tuple(replace(each, blocked=(), booked=(), stays=()) for each in found.people))
            for found in real(*args, **options)
        ]

    monkeypatch.setattr(placing, "snapshots_of", snapshots_of)


def test_a_taken_time_is_refused_by_the_wall_alone(clock: Any, committed: Tenant, blind: None) -> None:
    shop, api = open_shop(), Api(host="salon.localhost")
    body = body_for(shop.service, monday(10), staff=str(shop.ada.pk))
    made = api.post("bookings/", body)
    assert made.status_code == 201
    before = written()
    problem = refused(api.post("bookings/", body), 409, "slot_unavailable")
    assert problem["causes"] == ["booking"]
    assert problem["alternatives"]
    assert written() == before
    other = api.post("bookings/", body | {"start": monday(12).isoformat()}).json()
    path = f"bookings/{other['id']}/reschedule/?token={other['manage_token']}"
    refused(api.post(path, {"start": monday(10, 30).isoformat()}), 409, "slot_unavailable")
    assert (overlaps(), wrong_seats()) == (0, 0)
