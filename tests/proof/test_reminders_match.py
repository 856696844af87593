"""Promise 18: a thousand bookings are moved or cancelled just as their reminders are due, and none tells what is over.

What counts is the moment at which the conversation with the mail server begins, as the server sees it: nothing that was
committed before it may be contradicted. The control looks at the booking when the reminder is claimed, and not again
before it goes.
"""

import datetime as dt
import random
import re
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection, transaction

from bookme.bookings.actions import cancel_booking, reschedule_booking
from bookme.bookings.models import Booking
from bookme.communications.actions import plan_messages
from bookme.core.actor import Actor
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.dev.mailbox import Mailbox
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from tests.communications.conftest import configure
from tests.factories.users import make_person
from tests.proof.crew import crew
from tests.proof.test_messages_survive import book

pytestmark = pytest.mark.usefixtures("room_enough")

BOOKINGS, CHANGERS, WORKERS = 1000, 4, 3
HOUR = dt.timedelta(hours=1)


class Stopwatch(Mailbox):
    """Notes when each conversation began, and what was told then: `(to, subject, began)`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.book: list[tuple[str, str, float]] = []

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name, session.began = hostname, time.time()  # type: ignore[attr-defined]
        return responses

    async def handle_NOOP(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, _said: str
    ) -> str:
        """How it begins with the next letter of the same sender."""
        session.began = time.time()  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        letter = message_from_bytes(envelope.content, policy=default)
        self.book.append((str(letter["X-BookMe-To"]), str(letter["Subject"]), session.began))  # type: ignore[attr-defined]
        return answer


@pytest.fixture
def stopwatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopwatch]:
    with Stopwatch(tmp_path / "stopwatch") as server:
        monkeypatch.setenv("EMAIL_PORT", str(server.port))
        yield server


def change(tenant: Tenant, actor: Actor, booking: Booking, at: float) -> tuple[str, str, float]:
    """Cancel or move it at that moment; what was done, to whom, and when it was committed."""
    time.sleep(max(at - time.time(), 0))
    email, start = booking.visit.contact_email, booking.appointment.starts_at
    with tenant_scope(tenant), transaction.atomic():
        fresh = Booking.objects.select_related("visit", "appointment__service").get(pk=booking.pk)
        if booking.pk.int % 2:
            cancel_booking(booking=fresh, actor=actor, now=now())
        else:
            reschedule_booking(
                booking=fresh, start=start + 2 * HOUR, actor=actor, now=now(), outside_hours=True, overbook=True
            )
    return email, f"{start:%H:%M}", time.time()


def change_all(tenant: Tenant, actor: Actor, bookings: list[Booking], *, first: float, last: float) -> dict[str, Any]:
    moments = sorted(random.uniform(first, last) for _ in bookings)
    planned = list(zip(bookings, moments, strict=True))
    done: dict[str, Any] = {}

    def work(number: int) -> None:
        try:
            for booking, at in planned[number::CHANGERS]:
                email, old, committed_at = change(tenant, actor, booking, at)
                done[email] = (old, committed_at)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CHANGERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return done


def contradicted(server: Stopwatch, done: dict[str, Any]) -> list[str]:
    """Reminders of a time that was over when they began to be handed over."""
    return [
        to
        for to, subject, began in server.book
        if subject.startswith("See you soon") and to in done
        if re.search(rf"\b{done[to][0]}\b", subject) and began > done[to][1]
    ]


def remind_and_change(tenant: Tenant, server: Stopwatch, count: int, *, script: str = "") -> tuple[int, list[str]]:
    """How many were reminded, and of whom what was over already."""
    configure(
        tenant,
        contact={"email": ""},
        reminders=[{"channel": "email", "minutes_before": 60}],
        messages={"quiet_from": None, "quiet_to": None, "off": ["booking.cancelled", "booking.rescheduled"]},
    )
    actor = make_person(tenant, Role.OWNER).actor
    due = now().replace(second=0, microsecond=0) + dt.timedelta(seconds=60 + count // 10)
    due = due.replace(second=0) + dt.timedelta(minutes=1)
    bookings = book(count, first=due + HOUR, apart=dt.timedelta(0))
    with transaction.atomic():
        plan_messages(visit_ids=[each.visit_id for each in bookings], now=now())
    assert now() < due, "making them took too long to tell"
    with crew(WORKERS, script=script):
        done = change_all(
            tenant, actor, bookings, first=due.timestamp() - 5, last=due.timestamp() + max(count / 20, 10)
        )
        for _ in range(600):
            if not OutboxMessage.objects.filter(done_at=None, dead=False, due_at__lte=now()).exists():
                break
            time.sleep(0.5)
    assert len(done) == count
    reminded = {to for to, subject, _ in server.book if subject.startswith("See you soon")}
    return len(reminded), contradicted(server, done)


@pytest.mark.proof
def test_no_reminder_tells_what_is_over(committed: Tenant, stopwatch: Stopwatch, part: float) -> None:
    count = int(BOOKINGS * part)
    reminded, wrong = remind_and_change(committed, stopwatch, count)
    print(  # noqa: T201 - the proof's figure
        f"{count} moved or cancelled around the minute of their reminder: {reminded} were reminded before it, "
        f"{len(wrong)} of a time that was over"
    )
    assert wrong == []
    assert 0 < reminded < count


# Two seconds pass between reading what is told and handing it over, and nobody looks again.
CARELESS = """
import time
import django
django.setup()
from bookme.communications.actions import sending
carefully = sending.render
def render(**parts):
    time.sleep(2)
    return carefully(**parts)
sending.render, sending.stands = render, lambda told: True
from celery.__main__ import main
main()
"""


@pytest.mark.proof
def test_no_reminder_tells_what_is_over_control(committed: Tenant, stopwatch: Stopwatch) -> None:
    reminded, wrong = remind_and_change(committed, stopwatch, 100, script=CARELESS)
    print(f"control: {reminded} reminded, {len(wrong)} of a time that was over")  # noqa: T201 - the proof's figure
    assert wrong
