"""10,000 reminders of 200 businesses are due in the same minute: how long until all are handed over.

By SMTP to a mail server on the same machine, and beside it to a carrier that takes everything at once: the difference
is the conversation with the mail server.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import transaction
from django.db.models import Max

from bookme.bookings.models import Appointment, Booking, Visit
from bookme.communications.actions import plan_messages
from bookme.communications.models import Notification
from bookme.core.time import now
from bookme.customers.models import Customer
from bookme.dev.mailbox import Mailbox
from bookme.staff.models import Staff
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from tests.conftest import SETTINGS
from tests.factories.bookings import AppointmentFactory, BookingFactory, VisitFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.proof.conftest import opened
from tests.proof.crew import crew, wait_until

BUSINESSES, OF_EACH, WORKERS = 200, 50, 2
BEFORE = dt.timedelta(hours=1)
REMINDING = SETTINGS | {
    "reminders": [{"channel": "email", "minutes_before": 60}],
    "messages": {"quiet_from": None, "quiet_to": None},
}
# Takes every mail at once, and says nothing to anybody.
TO_NOBODY = """
import django
django.setup()
from bookme.communications.channels import email
email.EmailChannel.send = lambda self, message: email.Receipt()
from celery.__main__ import main
main()
"""


class Sink(Mailbox):
    """A mail server that speaks SMTP as any other, and writes nothing to the disk: that is not ours to wait for."""

    taken = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken += 1
        return "250 Taken"


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with Sink(tmp_path / "sink") as server:
        monkeypatch.setenv("EMAIL_PORT", str(server.port))
        yield server


@pytest.fixture
def businesses(committed: Tenant, part: float) -> Iterator[list[Tenant]]:
    with opened((f"flood-{number}" for number in range(max(int(BUSINESSES * part), 2))), REMINDING) as made:
        yield made


def _book(starts_at: dt.datetime) -> None:
    """Fifty people, each with another of the staff, and what reminds them."""
    service, place = ServiceFactory(), LocationFactory()
    people = [StaffFactory.build(user_id=None) for _ in range(OF_EACH)]
    customers = [CustomerFactory.build() for _ in range(OF_EACH)]
    visits = [VisitFactory.build(customer=each) for each in customers]
    slots = [
        AppointmentFactory.build(service=service, staff=each, location=place, starts_at=starts_at, seats_taken=1)
        for each in people
    ]
    bookings = [BookingFactory.build(visit=visit, appointment=slot) for visit, slot in zip(visits, slots, strict=True)]
    with transaction.atomic():
        Staff.objects.bulk_create(people)
        Customer.objects.bulk_create(customers)
        Visit.objects.bulk_create(visits)
        Appointment.objects.bulk_create(slots)
        Booking.objects.bulk_create(bookings)
        plan_messages(visit_ids=[each.pk for each in visits], now=now())


def _handed_over(businesses: list[Tenant], due: dt.datetime) -> tuple[int, float]:
    """How many went out by the first try, and how long after they were due the last one did."""
    wait_until(lambda: not OutboxMessage.objects.filter(due_at=due, done_at=None).exists(), seconds=1800)
    sent = 0
    for each in businesses:
        with tenant_scope(each):
            sent += Notification.objects.filter(kind="booking.reminder", status="sent", attempts=1).count()
    last = OutboxMessage.objects.filter(due_at=due).aggregate(last=Max("done_at"))["last"]
    return sent, (last - due).total_seconds()


@pytest.mark.proof
@pytest.mark.parametrize("to", ["a mail server", "nobody"])
def test_how_long_it_takes(businesses: list[Tenant], sink: Sink, to: str) -> None:
    due = now().replace(microsecond=0) + dt.timedelta(seconds=20 + len(businesses) // 2)
    for each in businesses:
        with tenant_scope(each):
            _book(due + BEFORE)
    assert OutboxMessage.objects.filter(due_at=due).count() == len(businesses) * OF_EACH
    assert now() < due, "making them took too long to tell"
    with crew(WORKERS, script=TO_NOBODY if to == "nobody" else ""):
        time.sleep((due - now()).total_seconds())
        sent, seconds = _handed_over(businesses, due)
    print(  # noqa: T201 - the proof's figure
        f"{sent} reminders of {len(businesses)} businesses, {WORKERS} workers on {os.cpu_count()} cores, to {to}: "
        f"all handed over after {seconds:.0f} s, {sent / seconds:.0f} a second"
    )
    assert sent == len(businesses) * OF_EACH
    assert sink.taken == (0 if to == "nobody" else sent)
