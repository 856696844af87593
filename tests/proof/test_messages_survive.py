"""Promises 16 and 17: whoever dies, each confirmation is recorded once and none is lost, and every reminder goes out.

The control of the first is the outbox without its memory: a worker that marks its work as done before it does it.
"""

import datetime as dt
import os
import random
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.communications.actions import plan_messages
from bookme.communications.models import Notification
from bookme.core.actor import SYSTEM
from bookme.core.time import now
from bookme.eventlog.actions import publish
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.communications.conftest import configure
from tests.factories.bookings import BookingFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.letters import Letters
from tests.proof.crew import Crew, commits_are_flushed, crew, kill_postgres, kill_redis

pytestmark = pytest.mark.usefixtures("room_enough")

WORKERS = 3
CONFIRMATIONS, WORKER_KILLS, POSTGRES_KILLS = 2000, 5, 3
REMINDERS, RECOVERY_SECONDS = 1000, 120.0
# Takes the memory from the outbox: what is claimed counts as done before it is.
FORGETFUL = """
import sys
import django
django.setup()
from bookme.core.time import now
from bookme.tenants import actions
remembering = actions._begin
def begin(message):
    begun = remembering(message)
    if begun:
        actions.OutboxMessage.objects.filter(pk=message.pk).update(done_at=now())
    return begun
actions._begin = begin
from celery.__main__ import main
main()
"""


def book(count: int, *, first: dt.datetime, apart: dt.timedelta = dt.timedelta(hours=2)) -> list[Booking]:
    """So many confirmed bookings, each of another person."""
    service, place, customer = ServiceFactory(), LocationFactory(), CustomerFactory()
    return [
        BookingFactory(
            appointment__service=service,
            appointment__location=place,
            appointment__staff=StaffFactory(does=[service]),
            appointment__starts_at=first + number * apart,
            visit__customer=customer,
            visit__contact_email=f"c{number}@mail.example",
        )
        for number in range(count)
    ]


def confirm(bookings: list[Booking]) -> None:
    for booking in bookings:
        with transaction.atomic():
            publish(fact_of(BookingConfirmed, booking), actor=SYSTEM)


def sent(kind: str) -> int:
    """How many are on record as sent; 0 while the database is away."""
    try:
        return Notification.objects.filter(kind=kind, status="sent").count()
    except OperationalError:
        connection.close()
        return 0


def wait_for(kind: str, count: int, *, seconds: float) -> float:
    """How long it took."""
    began = time.monotonic()
    while sent(kind) < count and time.monotonic() - began < seconds:
        time.sleep(0.5)
    return time.monotonic() - began


def kill_all_round(found: Crew, kind: str, count: int, *, postgres: int) -> None:
    """Five workers and so many servers, spread over the work."""
    deaths = ["worker"] * WORKER_KILLS + ["postgres"] * postgres
    random.shuffle(deaths)
    for number, death in enumerate(deaths, 1):
        wait_for(kind, count * number // (len(deaths) + 1), seconds=120)
        if death == "worker":
            found.kill_one()
        else:
            kill_postgres(found.database_url)


@pytest.mark.proof
def test_one_confirmation_on_record(committed: Tenant, letters: Letters, part: float) -> None:
    configure(committed, contact={"email": ""}, reminders=[])
    count = int(CONFIRMATIONS * part)
    bookings = book(count, first=now() + dt.timedelta(days=30))
    confirm(bookings)
    with crew(WORKERS) as found:
        commits_are_flushed(found.database_url)
        kill_all_round(found, "booking.confirmed", count, postgres=POSTGRES_KILLS)
        seconds = wait_for("booking.confirmed", count, seconds=600)
    with tenant_scope(committed):
        on_record = Counter(Notification.objects.values_list("key", "status"))
    sent_to = Counter(str(letter["Message-ID"]) for letter in letters.all())
    repeats, bound = sum(sent_to.values()) - len(sent_to), (WORKER_KILLS + POSTGRES_KILLS) * WORKERS
    print(  # noqa: T201 - the proof's figure
        f"{count} confirmations, {WORKER_KILLS} workers and {POSTGRES_KILLS} databases killed: "
        f"{len(on_record)} on record, {count - len(sent_to)} lost, {repeats} repeated (bound {bound}), "
        f"all {seconds:.0f} s after the last kill"
    )
    assert len(on_record) == count
    assert {status for (_, status) in on_record} == {"sent"}
    assert len(sent_to) == count
    assert repeats <= bound


@pytest.mark.proof
def test_one_confirmation_on_record_control(committed: Tenant, letters: Letters) -> None:
    """With work that counts as done before it is done, whoever is killed takes some with them."""
    configure(committed, contact={"email": ""}, reminders=[])
    confirm(book(300, first=now() + dt.timedelta(days=30)))
    with crew(WORKERS, script=FORGETFUL) as found:
        for number in range(1, 11):
            wait_for("booking.confirmed", number * 25, seconds=20)
            found.kill_one()
        wait_for("booking.confirmed", 300, seconds=20)
    lost = 300 - len({str(letter["Message-ID"]) for letter in letters.all()})
    print(f"control: {lost} of 300 lost")  # noqa: T201 - the proof's figure
    assert lost > 0


@pytest.mark.proof
def test_reminders_survive(committed: Tenant, letters: Letters, part: float) -> None:
    configure(
        committed,
        contact={"email": ""},
        reminders=[{"channel": "email", "minutes_before": 60}],
        messages={"quiet_from": None, "quiet_to": None},
    )
    count = int(REMINDERS * part)
    due = now() + dt.timedelta(seconds=30 + count / 10)  # by then they are made
    bookings = book(count, first=due + dt.timedelta(hours=1), apart=dt.timedelta(0))
    with transaction.atomic():
        plan_messages(visit_ids=[each.visit_id for each in bookings], now=now())
    assert now() < due, "making them took too long to tell"
    with crew(WORKERS) as found:
        time.sleep((due - now()).total_seconds())
        for number in range(1, WORKER_KILLS + 1):
            wait_for("booking.reminder", count * number // 8, seconds=120)
            found.kill_one()
        kill_redis(os.environ["REDIS_URL"])
        seconds = wait_for("booking.reminder", count, seconds=600)
    to = Counter(str(letter["X-BookMe-To"]) for letter in letters.all())
    print(  # noqa: T201 - the proof's figure
        f"{count} reminders, {WORKER_KILLS} workers and Redis killed: {len(to)} told, "
        f"the last one {seconds:.0f} s after all was well again"
    )
    assert len(to) == count
    assert Notification.objects.filter(kind="booking.reminder", status="sent").count() == count
    assert seconds <= RECOVERY_SECONDS
