"""Bookings a second, of clients that book at the same time: on ten people, for whom they wait, and on a hundred."""

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from random import Random
from socket import socket
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.db import connection

from benchmarks.door import HOST
from benchmarks.meter import Table, say
from benchmarks.salon import DAYS, Salon, open_salon

CLIENTS = 16
SECONDS = 8
WORKERS = 2
THREADS = 8


def measure(rounds: int) -> None:
    """Two servers' processes on the loopback, and clients in a process of their own that book with anybody."""
    table = Table(
        f"{CLIENTS} clients book at once, with anybody, for {SECONDS} s: by the wall clock, so on a calm machine",
        "people", "booked", "bookings/s", "median ms", "95 % within ms", "taken meanwhile",
        "waited 3 s in vain",
    )  # fmt: skip
    found: dict[int, list[float]] = {10: [], 100: []}
    with _server() as port:
        for people in [10, 100] * rounds:
            result = _run(port, open_salon(people, first=_soon()), round_number=len(found[people]))
            times = sorted(result["times"])
            found[people].append(len(times) / SECONDS)
            table.row(
                people, len(times), len(times) / SECONDS, statistics.median(times) * 1000,
                times[len(times) * 95 // 100] * 1000, result["taken"], result["waited"],
            )  # fmt: skip
    few, many = (statistics.median(found[people]) for people in (10, 100))
    say(f"\n10 people take {few / many * 100:.0f} % of the bookings a second that 100 people take.")


def _soon() -> dt.date:
    """A Monday: what the server books has to be ahead."""
    today = dt.datetime.now(dt.UTC).date()
    return today + dt.timedelta(days=14 - today.weekday())


@contextmanager
def _server() -> Iterator[int]:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = urlsplit(os.environ["DATABASE_URL"])
    settings = {
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "DATABASE_POOL_SIZE": str(THREADS),
        "TRUSTED_PROXY_COUNT": "1",  # every client has an address of its own, and its own limit
        "LOG_LEVEL": "WARNING",
    }
    options = ["--interface", "wsgi", "--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
    command = [sys.executable, "-m", "granian", *options, "--port", str(port), "bookme.config.wsgi:application"]
    process = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            asked = HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/health/")
            asked.getresponse().read()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _run(port: int, salon: Salon, *, round_number: int) -> Any:
    starts = _starts(port, salon)
    Random(round_number).shuffle(starts)
    asked = {
        "port": port, "host": HOST, "seconds": SECONDS, "service": str(salon.service.pk),
        "starts": [starts[number::CLIENTS] for number in range(CLIENTS)],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.clients"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    if done.stderr:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def _starts(port: int, salon: Salon) -> list[str]:
    query = urlencode({"service": salon.service.pk, "from": _soon(), "to": _soon() + dt.timedelta(days=DAYS - 1)})
    asked = HTTPConnection("127.0.0.1", port, timeout=60)
    asked.request("GET", f"/api/v1/bookings/available-slots/?{query}", headers={"Host": HOST})
    days = json.loads(asked.getresponse().read())["days"]
    return [slot["start"] for day in days for slot in day["slots"]]
