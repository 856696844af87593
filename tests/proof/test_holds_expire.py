"""Promise 5 at full size: 1,000 holds end at the same second, and real workers free them all within a minute.

The control, without the rows in the outbox, is in `tests/bookings/test_holds_expire.py`: nobody frees them.
"""

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from bookme.bookings.actions.overdue import let_expire
from bookme.bookings.models import Appointment, Booking
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.delivery import start_delivery
from bookme.tenants.models import Tenant
from tests.bookings.crowd import wrong_seats
from tests.factories.bookings import AppointmentFactory, HoldFactory, VisitFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory

HOLDS, PEOPLE, SECONDS = 1000, 10, 60.0
TICK = 5.0  # how often beat looks, see CELERY_BEAT_SCHEDULE


@contextmanager
def workers(count: int) -> Iterator[None]:
    """So many real workers on the test's own database."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "PYTHONPATH": "src",
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "bookme.config.settings.test",
    }
    command = [sys.executable, "-m", "celery", "-A", "bookme.config.celery", "worker", "-P", "solo", "-l", "warning"]
    running = [
        subprocess.Popen([*command, "-n", f"w{number}"], env=environment, stdout=subprocess.DEVNULL)
        for number in range(count)
    ]
    try:
        yield
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(30)


def hold_all(until: dt.datetime) -> None:
    service, place, customer = ServiceFactory(), LocationFactory(), CustomerFactory()
    people = [StaffFactory() for _ in range(PEOPLE)]
    first = now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=30)
    for number in range(HOLDS):
        start = first + dt.timedelta(hours=number // PEOPLE)
        slot = AppointmentFactory(
            service=service, staff=people[number % PEOPLE], location=place, starts_at=start, seats_taken=1
        )
        hold = HoldFactory(appointment=slot, visit=VisitFactory(customer=customer), hold_expires_at=until)
        with transaction.atomic():
            let_expire(hold, now=now())


@pytest.mark.proof
def test_a_thousand_holds_expire_within_a_minute(committed: Tenant) -> None:
    end = now() + dt.timedelta(seconds=60)
    with workers(2):
        hold_all(end)
        assert now() < end, "making them took too long to tell"
        assert Booking.objects.filter(status="held").count() == HOLDS
        time.sleep((end - now()).total_seconds())
        began = time.monotonic()
        while Booking.objects.filter(status="held").exists() and time.monotonic() - began < 3 * SECONDS:
            start_delivery()
            time.sleep(TICK)
        last = Event.objects.filter(name="booking.expired").latest("occurred_at").occurred_at
    seconds = (last - end).total_seconds()
    print(f"{HOLDS} holds, 2 workers: all freed {seconds:.1f} s after they ended")  # noqa: T201 - the proof's figure
    assert Booking.objects.filter(status="expired").count() == HOLDS
    assert Event.objects.filter(name="booking.expired").count() == HOLDS
    assert Appointment.objects.exclude(seats_taken=0).count() == 0
    assert wrong_seats() == 0
    assert seconds <= SECONDS
