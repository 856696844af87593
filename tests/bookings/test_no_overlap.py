"""Promise 2 at the size of the daily suite: whatever is done, by whatever door, nobody is at two things at once."""

import threading
from collections import Counter
from random import Random
from typing import Any

import pytest

from bookme.core.permissions import Role
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant
from tests.bookings.crowd import crowd, deadlocks_seen, overlaps, wrong_seats
from tests.bookings.desk import monday
from tests.bookings.operations import (
    NOTHING_TO_DO,
    OPERATIONS,
    Client,
    World,
    half_bookings,
    in_process,
    overlapping_rooms,
)
from tests.factories.users import Api, make_person

pytestmark = pytest.mark.no_cover

ANSWERS = {NOTHING_TO_DO, 200, 201, 400, 404, 409, 503}


def at_random(host: str, *, clients: int, count: int, alike: bool = False) -> Counter[tuple[str, int]]:
    """So many clients, each with so many operations; what came of each kind. Those alike do the same at once."""
    together = threading.Barrier(clients)
    world, told = World.open(monday(0)), Counter[tuple[str, int]]()
    token = make_person(require_tenant(), Role.OWNER).tokens.access

    pace = together.wait if alike else object

    def work(guest: Api, number: int) -> None:
        team = Api(host=host, token=token)
        guest.client.defaults["REMOTE_ADDR"] = f"203.0.113.{number + 1}"
        Client(in_process(team), in_process(guest), Random(1 if alike else number), world, told, pace).run(count)

    crowd(host, clients, work)
    return told


def test_promise_2_no_overlap_by_any_path(clock: Any, full_business: Tenant, record_property: Any) -> None:
    before = deadlocks_seen()
    told = at_random("salon.localhost", clients=6, count=70)
    record_property("told", {f"{name} {status}": count for (name, status), count in sorted(told.items())})
    assert {status for _, status in told} <= ANSWERS
    assert {name for name, _ in told} == set(OPERATIONS)
    assert (overlaps(), overlapping_rooms(), wrong_seats(), [*half_bookings()]) == (0, 0, 0, [])
    assert deadlocks_seen() == before


def test_promise_2_control(unguarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookme.bookings.actions.seats.lock", lambda *_, **__: None)
    at_random(unguarded, clients=6, count=25, alike=True)
    assert overlaps() > 0
