"""Promise 4 at full size: people and rooms asked for in opposite orders by 32 clients, 5,000 tries, on a real server.

The control, which takes the locks one after another, is in `tests/bookings/test_races.py`: it deadlocks.
"""

import datetime as dt
from collections import Counter
from contextlib import closing
from functools import partial
from random import Random

import pytest

from bookme.bookings.models import Booking
from bookme.tenants.models import Tenant
from tests.at_once import all_at_once
from tests.bookings.crowd import deadlocks_seen, overlaps, wrong_seats
from tests.bookings.desk import body_for
from tests.bookings.operations import half_bookings, overlapping_rooms
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.proof.wire import ALL_DAY, Line, Server, running_server

CLIENTS, TRIES = 32, 5_000
ORDERS = (["room", "laser"], ["laser", "room"], ["laser"], ["room"])


@pytest.mark.proof
def test_person_and_room_never_deadlock(committed: Tenant, first_day: dt.datetime, part: float) -> None:
    """A try books any of four people with any of two rooms, or two people at once, and moves it if it was booked."""
    place = LocationFactory()
    for _ in range(2):
        ResourceFactory(location=place)
        ResourceFactory(location=place, kind="laser")
    services = [ServiceFactory(requires=kinds) for kinds in ORDERS]
    services += [ServiceFactory(requires=["room"], staff_needed=2), ServiceFactory(staff_needed=2)]
    people = [StaffFactory(hours=ALL_DAY, does=services) for _ in range(4)]
    statuses: Counter[int] = Counter()
    before = deadlocks_seen()

    def client(server: Server, number: int) -> None:
        dice = Random(number)
        with closing(server.wire(number)) as wire:
            line = Line(wire)
            for index in range(int(TRIES * part) // CLIENTS + 1):
                start = first_day + dt.timedelta(days=index // 10, minutes=15 * dice.randrange(80))
                body = body_for(dice.choice(services), start, staff=dice.choice([str(people[0].pk), "any"]))
                body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
                answer = line("POST", "bookings/", body)
                statuses[answer.status] += 1
                if answer.status == 201:
                    move = {"start": (start + dt.timedelta(minutes=15)).isoformat(), "staff": "any"}
                    path = f"bookings/{answer.body['id']}/reschedule/?token={answer.body['manage_token']}"
                    statuses[line("POST", path, move).status] += 1

    with running_server() as server:
        all_at_once(CLIENTS, partial(client, server))
    deadlocks = deadlocks_seen() - before
    print(f"{CLIENTS} clients, {statuses.total()} bookings and moves: {dict(statuses)}, {deadlocks} deadlocks")  # noqa: T201
    assert set(statuses) - {503} == {200, 201, 409}
    assert deadlocks == 0
    assert Booking.objects.count() == statuses[201], "what was answered 503 was not done"
    assert (overlaps(), overlapping_rooms(), wrong_seats(), [*half_bookings()]) == (0, 0, 0, [])
