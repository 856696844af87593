"""What slots cost: the engine with its output, and the endpoint, beside an empty DRF view."""

import datetime as dt
import json
from urllib.parse import urlencode

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import door
from benchmarks.meter import Table, cost_of
from benchmarks.salon import FIRST, NOW, Salon, open_salon
from bookme.bookings.selectors.slots import slots_as_data
from bookme.bookings.selectors.snapshots import load_snapshot
from bookme.tenants.config import Policy

MONTH = 30


def measure(rounds: int) -> None:
    """Ten people and a hundred, with a grid of 15 and of 5 minutes, for a day, a month and 60 days."""
    table = Table(
        "Slots: CPU in ms, of this process and of the database's",
        "people", "days", "grid", "appointments", "slots", "empty view", "engine + output", "× empty", "endpoint",
        "of it database", "× empty", "queries",
    )  # fmt: skip
    with time_machine.travel(NOW, tick=True):
        for people, interval, ranges in ((10, 15, (1, MONTH, 60)), (10, 5, (MONTH,)), (100, 15, (1, MONTH))):
            salon = open_salon(people, interval=interval)
            for days in ranges:
                _row(table, salon, interval, days, max(rounds // (1 if people == 10 else 5), 3))


def _row(table: Table, salon: Salon, interval: int, days: int, rounds: int) -> None:
    last = FIRST + dt.timedelta(days=days - 1)
    query = urlencode({"service": salon.service.pk, "from": FIRST.isoformat(), "to": last.isoformat()})
    path = "/api/v1/bookings/available-slots/"
    with CaptureQueriesContext(connection) as captured:
        answer = json.loads(door.get(path, query))
    queries = len(captured)  # at once: the next request forgets them
    policy = Policy(slot_interval_minutes=interval, min_notice_minutes=120, max_days_ahead=120)
    snapshot = load_snapshot(service=salon.service, first=FIRST, last=last, now=NOW, policy=policy)
    empty, engine, endpoint = cost_of(
        lambda: door.get("/floor/empty/"),
        lambda: json.dumps(slots_as_data(snapshot)),
        lambda: door.get(path, query),
        rounds=rounds,
    )
    table.row(
        salon.people, days, interval, salon.appointments, sum(len(day["slots"]) for day in answer["days"]),
        empty.total, engine.app, engine.app / empty.total, endpoint.total, endpoint.database,
        endpoint.total / empty.total, queries,
    )  # fmt: skip
