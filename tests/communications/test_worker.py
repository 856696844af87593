"""The whole way with a real worker: commit, broker, worker process, database, mail server."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from bookme.bookings.events import BookingConfirmed
from bookme.communications.models import Notification
from bookme.tenants.models import OutboxMessage, Tenant
from tests.communications.conftest import happen
from tests.factories.bookings import BookingFactory
from tests.letters import Letters


def test_a_booking_becomes_a_letter(committed: Tenant, letters: Letters) -> None:
    with _worker():
        happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example"), deliver=False)
        _wait_until(lambda: Notification.objects.filter(status="sent").count() == 2)
        _wait_until(lambda: OutboxMessage.objects.filter(done_at=None).count() == 1)
    assert len(letters.to("amelia@mail.example")) == 1
    assert OutboxMessage.objects.get(done_at=None).task == "communications.send_reminder"


@contextmanager
def _worker() -> Iterator[None]:
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "PYTHONPATH": "src",
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "bookme.config.settings.test",
    }
    command = [sys.executable, "-m", "celery", "-A", "bookme.config.celery", "worker", "-P", "solo", "-l", "warning"]
    with subprocess.Popen(command, env=environment) as process:
        try:
            yield
        finally:
            process.terminate()


def _wait_until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    stop_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < stop_at, "it did not happen in time"
        time.sleep(0.1)
