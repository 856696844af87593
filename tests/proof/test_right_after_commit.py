"""A confirmation leaves within 2 seconds of the commit of its booking: by the start that follows the commit.

The control is without that start: nothing leaves, until beat looks.
"""

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from bookme.bookings.models import Booking
from bookme.core.time import now
from bookme.tenants import outbox
from bookme.tenants.delivery import start_delivery
from bookme.tenants.models import Tenant
from tests.communications.conftest import configure
from tests.proof.crew import Crew, wait_until
from tests.proof.test_messages_survive import book, confirm
from tests.servers import MAIL

CONFIRMATIONS, SECONDS = 50, 2.0


@pytest.fixture
def bookings(committed: Tenant) -> Iterator[list[Booking]]:
    """And one worker that nobody wakes but the commits, warm after a first confirmation."""
    configure(committed, contact={"email": ""}, reminders=[])
    worker = Crew(1)
    try:
        first, *others = book(CONFIRMATIONS + 1, first=now() + dt.timedelta(days=30))
        _accepted_after(first, seconds=60)
        yield others
    finally:
        worker.stop()


def _accepted_after(booking: Booking, *, seconds: float) -> float:
    """How long after the commit the mail server had the letter."""
    before = _letters()
    confirm([booking])
    committed_at = time.monotonic()
    wait_until(lambda: _letters() > before, seconds=seconds)
    return time.monotonic() - committed_at


def _letters() -> int:
    return len(MAIL.messages())


@pytest.mark.proof
def test_a_confirmation_leaves_within_two_seconds(bookings: list[Booking], part: float) -> None:
    times = sorted(_accepted_after(each, seconds=10) for each in bookings[: max(int(CONFIRMATIONS * part), 5)])
    print(  # noqa: T201 - the proof's figure
        f"{len(times)} confirmations: at the mail server {times[len(times) // 2]:.2f} s after the commit (median), "
        f"{times[-1]:.2f} s (slowest)"
    )
    assert times[-1] <= SECONDS


@pytest.mark.proof
def test_control_without_the_start_it_waits_for_beat(
    bookings: list[Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "start_delivery", lambda: None)
    before = _letters()
    confirm(bookings[:1])
    time.sleep(2 * SECONDS)
    assert _letters() == before
    start_delivery()  # what beat sends every five seconds
    wait_until(lambda: _letters() > before, seconds=10)
