"""Promise 1 at full size: 64 HTTP clients want the same 200 slots, of mixed lengths, from a real server.

The control, with neither lock nor constraint, is in `tests/bookings/test_races.py`: it books twice.
"""

import datetime as dt
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bookme.bookings.models import Appointment, Booking
from bookme.core.time import now
from bookme.tenants.models import Tenant
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import body_for
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory

CLIENTS, SLOTS, SLOTS_A_DAY = 64, 200, 8
P99_SECONDS = 2.0


@pytest.fixture
def server(committed: Tenant) -> Iterator[int]:
    """Two processes of the real web server on the test's own database; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    env = os.environ | {
        "DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}",
        "PYTHONPATH": "src",
        "DATABASE_POOL_SIZE": "16",
    }
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "8", "--workers-kill-timeout", "5"]
    with subprocess.Popen([*command, "bookme.config.wsgi:application"], env=env, stdout=subprocess.DEVNULL) as running:
        try:
            _wait_for(port)
            yield port
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with closing(_client(port)) as wire:
                if _ask(wire, "GET", "/health/") == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def _client(port: int, number: int = 0) -> http.client.HTTPConnection:
    """Each from an address of its own, since one address may have only so many bookings."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(f"127.0.0.{number + 1}", 0))


def _ask(client: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> int:
    headers = {"Host": "salon.localhost", "Content-Type": "application/json"}
    client.request(method, path, json.dumps(body) if body else None, headers)
    answer = client.getresponse()
    answer.read()
    return answer.status


@pytest.mark.proof
def test_one_winner_per_slot(server: int) -> None:
    LocationFactory()
    services = [ServiceFactory(duration_minutes=minutes) for minutes in (60, 30, 45)]
    person = StaffFactory(hours=EVERY_DAY, does=services)
    monday = dt.datetime.combine(now().date() + dt.timedelta(days=7), dt.time(9), dt.UTC)
    starts = [monday + dt.timedelta(days=number // SLOTS_A_DAY, hours=number % SLOTS_A_DAY) for number in range(SLOTS)]
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    together = threading.Barrier(CLIENTS)

    def client(number: int) -> None:
        with closing(_client(server, number)) as wire:
            want_each(wire, number)

    def want_each(wire: http.client.HTTPConnection, number: int) -> None:
        for index, start in enumerate(starts):
            body = body_for(services[(number + index) % 3], start, staff=str(person.pk))
            body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
            together.wait(120)
            began = time.perf_counter()
            status = _ask(wire, "POST", "/api/v1/bookings/", body)
            seconds.append(time.perf_counter() - began)
            statuses[status] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    p99 = sorted(seconds)[int(len(seconds) * 0.99)]
    print(f"{CLIENTS} clients x {SLOTS} slots: {dict(statuses)}, p99 {p99:.2f} s")  # noqa: T201 - the figure of the proof
    assert statuses == {201: SLOTS, 409: SLOTS * (CLIENTS - 1)}
    assert Booking.objects.count() == len(set(Appointment.objects.values_list("starts_at", flat=True))) == SLOTS
    assert (overlaps(), wrong_seats()) == (0, 0)
    assert p99 <= P99_SECONDS
