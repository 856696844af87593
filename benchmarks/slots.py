"""What slots cost: the engine with its output, and the endpoint, beside an empty DRF view."""

import datetime as dt
import json
from urllib.parse import urlencode

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import door
from benchmarks.meter import Table, costs_of, say
from benchmarks.salon import FIRST, NOW, Salon, open_salon
from bookme.bookings.selectors.slots import slots_as_data
from bookme.bookings.selectors.snapshots import load_snapshot
from bookme.tenants.config import Policy

MONTH = 30


def measure(rounds: int) -> None:
    """Ten people and a hundred, with a grid of 15 and of 5 minutes, for a day, a month and 60 days."""
    table = Table(
        "Slots: CPU in ms, of this process and of the database's",
        "people", "days", "grid", "booked %", "slots", "queries", "empty view", "engine + output", "× empty",
        "in a row", "endpoint", "of it database", "× empty", "in a row", "µs a person and day",
    )  # fmt: skip
    month: dict[int, float] = {}
    with time_machine.travel(NOW, tick=True):
        for people, interval, ranges in ((10, 15, (1, MONTH, 60)), (10, 5, (MONTH,)), (100, 15, (1, MONTH, 60))):
            salon = open_salon(people, interval=interval)
            for days in ranges:
                cost = _row(table, salon, interval, days, max(rounds // (1 if people == 10 else 5), 3))
                month |= {people: cost} if (interval, days) == (15, MONTH) else {}
    say(f"\n100 people cost {month[100] / month[10]:.1f} times what 10 cost, for a month.")


def _row(table: Table, salon: Salon, interval: int, days: int, rounds: int) -> float:
    last = FIRST + dt.timedelta(days=days - 1)
    query = urlencode({"service": salon.service.pk, "from": FIRST.isoformat(), "to": last.isoformat()})
    path = "/api/v1/bookings/available-slots/"
    door.get(path, query)
    with CaptureQueriesContext(connection) as captured:
        answer = json.loads(door.get(path, query))
    queries = len(captured)  # at once: the next request forgets them
    policy = Policy(slot_interval_minutes=interval, min_notice_minutes=120, max_days_ahead=120)
    snapshot = load_snapshot(service=salon.service, first=FIRST, last=last, now=NOW, policy=policy)
    (empty, engine, endpoint), (empty_row, engine_row, endpoint_row) = costs_of(
        lambda: door.get("/floor/empty/"),
        lambda: json.dumps(slots_as_data(snapshot)),
        lambda: door.get(path, query),
        rounds=rounds,
    )
    table.row(
        salon.people, days, interval, round(salon.busy * 100), sum(len(day["slots"]) for day in answer["days"]),
        queries, empty.total, engine.app, engine.app / empty.total, engine_row.app / empty_row.total, endpoint.total,
        endpoint.database, endpoint.total / empty.total, endpoint_row.total / empty_row.total,
        endpoint.total * 1000 / salon.people / days,
    )  # fmt: skip
    return endpoint.total
