"""Real workers that are killed and replaced, and the servers under them that die and come back."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from celery import current_app
from django.db import connection
from redis import Redis

from bookme.tenants.delivery import start_delivery
from tests import servers

TICK = 1.0


class Crew:
    """So many workers on the test's own database: whoever is killed is replaced at once, as a supervisor does."""

    def __init__(self, count: int, *, script: str = "") -> None:
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        self.database_url = f"{base}/{connection.settings_dict['NAME']}"
        self._environment = os.environ | {
            "PYTHONPATH": f"src{os.pathsep}.",
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "bookme.config.settings.test",
        }
        celery = ["-A", "bookme.config.celery", "worker", "-P", "solo", "-l", "error"]
        self._command = [sys.executable, *(["-c", script] if script else ["-m", "celery"]), *celery]
        self._running = [self._started(number) for number in range(count)]
        self.kills = 0

    def kill_one(self) -> None:
        number = random.randrange(len(self._running))
        self._running[number].kill()
        self._running[number].wait(10)
        self._running[number] = self._started(number)
        self.kills += 1

    def stop(self) -> None:
        for each in self._running:
            each.kill()
        for each in self._running:
            each.wait(10)

    def _started(self, number: int) -> "subprocess.Popen[bytes]":
        name = ["-n", f"crew{number}-{time.monotonic_ns()}"]
        return subprocess.Popen([*self._command, *name], env=self._environment, stdout=subprocess.DEVNULL)


@contextmanager
def crew(count: int, *, script: str = "") -> Iterator[Crew]:
    """The workers, and somebody who wakes them each second, as beat does every five."""
    found, over = Crew(count, script=script), threading.Event()

    def wake() -> None:
        while not over.wait(TICK):
            start_delivery()

    waker = threading.Thread(target=wake, daemon=True)
    waker.start()
    try:
        yield found
    finally:
        over.set()
        waker.join(10)
        found.stop()


def commits_are_flushed(database_url: str) -> None:
    """The test's cluster forgets on a crash what it had not written yet; a real one does not, and neither may this."""
    with psycopg.connect(database_url, autocommit=True) as wire:
        name = database_url.rpartition("/")[2].partition("?")[0]
        wire.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on'.encode())


def kill_postgres(database_url: str) -> None:
    """Every process of it at once, by SIGKILL; then it is started again and recovers."""
    with psycopg.connect(database_url, autocommit=True) as wire:
        found = wire.execute("SELECT pg_backend_pid()").fetchone()
        assert found is not None
        _kill_with_siblings(found[0])
    connection.close()
    wait_until(servers._running.revive, seconds=60)


def kill_redis(redis_url: str) -> None:
    """By SIGKILL, with all that it held; it comes back empty."""
    with Redis.from_url(redis_url) as wire:
        pid = int(wire.info("server")["process_id"])
        wire.flushall()
    os.kill(pid, signal.SIGKILL)
    wait_until(servers._running.revive, seconds=60)


def _kill_with_siblings(backend: int) -> None:
    with open(f"/proc/{backend}/stat", encoding="ascii") as file:
        parent = int(file.read().rpartition(")")[2].split()[1])
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:
        children = [int(each) for each in file.read().split()]
    for pid in (parent, *children):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def is_at_rest() -> bool:
    """Whether the one worker there is has ended what it was told to do: it answers between two tasks, not in one."""
    return _nothing_waits() and bool(current_app.control.ping(timeout=1.0)) and _nothing_waits()


def _nothing_waits() -> bool:
    with Redis.from_url(os.environ["REDIS_URL"]) as wire:
        return not wire.llen(current_app.conf.task_default_queue)


def wait_until(true: Callable[[], bool], *, seconds: float) -> None:
    stop_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < stop_at, "it did not happen in time"
        time.sleep(0.2)
