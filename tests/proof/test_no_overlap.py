"""Promise 2 at full size: 20,000 random operations by 16 clients on a real server, and nobody at two things at once.

What they do is the table in `tests/bookings/operations.py`; the control is in `tests/bookings/test_no_overlap.py`.
"""

import datetime as dt
from collections import Counter
from contextlib import closing
from functools import partial
from random import Random

import pytest

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.actions import token_pair
from bookme.users.models import SignInKind
from tests.at_once import all_at_once
from tests.bookings.crowd import deadlocks_seen, overlaps, wrong_seats
from tests.bookings.operations import (
    NOTHING_TO_DO,
    OPERATIONS,
    Client,
    Door,
    Told,
    World,
    half_bookings,
    overlapping_rooms,
)
from tests.factories.users import Person, make_person
from tests.proof.wire import Line, Server, running_server

CLIENTS, OPERATIONS_IN_ALL = 16, 20_000
# 503 says honestly that a lock was waited for too long, and that nothing was done.
ANSWERS = {NOTHING_TO_DO, 200, 201, 400, 404, 409, 429, 503}


def signs_in_anew(person: Person) -> str:
    return token_pair(sign_in=person.signed_in(SignInKind.API), now=now()).access


def guest_of(server: Server, dice: Random, number: int) -> Door:
    """From another address each time: one may have only so many bookings."""

    def guest(method: str, path: str, body: object = None) -> Told:
        with closing(server.wire(number * 15 + dice.randrange(15))) as wire:
            return Line(wire)(method, path, body)

    return guest


@pytest.mark.proof
def test_no_overlap_by_any_path(full_business: Tenant, first_day: dt.datetime, part: float) -> None:
    world, told = World.open(first_day, days=10), Counter[tuple[str, int]]()
    count = int(OPERATIONS_IN_ALL * part) // CLIENTS
    owner, before = make_person(full_business, Role.OWNER), deadlocks_seen()

    def client(server: Server, number: int) -> None:
        dice = Random(number)
        with closing(server.wire()) as wire:
            team = Line(wire, lambda: signs_in_anew(owner))
            Client(team, guest_of(server, dice, number), dice, world, told).run(count)

    with running_server() as server:
        all_at_once(CLIENTS, partial(client, server))
    by_name: dict[str, dict[int, int]] = {}
    for (name, status), count in sorted(told.items()):
        by_name.setdefault(name, {})[status] = count
    done = sum(count for (_, status), count in told.items() if 200 <= status < 300)
    print(f"{told.total()} operations by {CLIENTS} clients, {done} done:")  # noqa: T201
    for name, statuses in by_name.items():
        print(f"  {name}: {statuses}")  # noqa: T201
    assert {status for _, status in told} <= ANSWERS
    assert {name for (name, status) in told if 200 <= status < 300} == set(OPERATIONS), "each was done at least once"
    assert (overlaps(), overlapping_rooms(), wrong_seats(), [*half_bookings()]) == (0, 0, 0, [])
    assert deadlocks_seen() == before
