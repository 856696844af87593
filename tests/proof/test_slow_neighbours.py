"""Promise 19, of several businesses: the mail server of one that is silent, or drips, delays no message of another.

Two businesses with such servers have dozens of messages due; a third one's confirmations leave within 2 seconds all the
while. The control is without what keeps them apart.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.communications.models import Notification
from bookme.communications.reach import SILENCES
from bookme.tenants.actions import run_claimed
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from tests.communications.conftest import configure, happen
from tests.communications.test_mail_accounts import smtp_account
from tests.conftest import SETTINGS
from tests.factories.bookings import BookingFactory
from tests.proof.conftest import opened
from tests.proof.crew import crew, wait_until
from tests.servers import MAIL
from tests.slow_mail import SlowMail, Trouble, slow_mail

WORKERS, DUE_OF_EACH, CONFIRMATIONS, SECONDS = 3, 24, 20, 2.0
PAUSE_SECONDS = 1.5
# A byte comes before the time-out of a read runs out, and again.
DRIP_SECONDS = 5.0
TROUBLES = [Trouble.SILENT, Trouble.DRIPS]
_WITHOUT = """
import django
django.setup()
from bookme.communications import channels
from bookme.communications.channels import smtp
from bookme.tenants import tasks, turns
channels.PatientCarrier = lambda carrier, reach, **_: carrier
smtp.CONVERSATION_SECONDS = 3600
tasks.in_turn = list
turns.SHARE_SECONDS = turns.SLOW_SECONDS = 3600
from celery.__main__ import main
main()
"""


@pytest.fixture
def neighbours(committed: Tenant) -> Iterator[list[Tenant]]:
    """For each trouble a business; the healthy one is the salon."""
    configure(committed, contact={"email": ""}, reminders=[])
    config = SETTINGS | {"contact": {"email": ""}, "reminders": []}
    with opened((f"neighbour-{each.name.lower()}" for each in TROUBLES), config) as made:
        yield made


def _be_in_trouble(tenant: Tenant, server: SlowMail) -> None:
    """It sends by that server, and has a lot to send."""
    with tenant_scope(tenant):
        smtp_account(server.port).save()
        for _ in range(DUE_OF_EACH):
            happen(BookingConfirmed, BookingFactory(), deliver=False)
    for fact in OutboxMessage.objects.filter(tenant=tenant, done_at=None).select_related("tenant__tenantconfig"):
        run_claimed(message=fact)  # what follows from it is due: to write to somebody, above all


def _accepted_after(tenant: Tenant, *, seconds: float) -> float:
    """How long after the commit of a booking the platform's mail server had the letter; at the most so long."""
    with tenant_scope(tenant):
        before, booking = len(MAIL.messages()), BookingFactory()
        happen(BookingConfirmed, booking, deliver=False)
        began = time.monotonic()
        while len(MAIL.messages()) == before and time.monotonic() - began < seconds:
            time.sleep(0.05)
    return time.monotonic() - began


def _times(healthy: Tenant, neighbours: list[Tenant], *, script: str = "") -> tuple[list[float], list[SlowMail]]:
    """Of each confirmation, from the moment on in which both servers keep somebody waiting."""
    times = []
    with ExitStack() as stack:
        servers = [stack.enter_context(slow_mail(each, drip_seconds=DRIP_SECONDS)) for each in TROUBLES]
        for tenant, server in zip(neighbours, servers, strict=True):
            _be_in_trouble(tenant, server)
        stack.enter_context(crew(WORKERS, script=script))
        wait_until(lambda: all(each.calls for each in servers), seconds=60)
        if not script:
            _accepted_after(healthy, seconds=60)  # the third worker is up
        while len(times) < CONFIRMATIONS or min(each.calls for each in servers) < SILENCES:
            times.append(_accepted_after(healthy, seconds=20))
            if script and times[-1] > SECONDS:
                break
            time.sleep(PAUSE_SECONDS)
    return sorted(times), servers


@pytest.mark.proof
def test_a_slow_server_delays_no_message_of_another(committed: Tenant, neighbours: list[Tenant]) -> None:
    times, servers = _times(committed, neighbours)
    for tenant in neighbours:
        with tenant_scope(tenant):
            assert set(Notification.objects.values_list("status", flat=True)) == {"queued"}
    print(  # noqa: T201 - the proof's figure
        f"{len(times)} confirmations beside a silent and a dripping server with {DUE_OF_EACH} messages each: "
        f"{times[len(times) // 2]:.2f} s after the commit (median), {times[-1]:.2f} s (slowest); they were called "
        f"{[each.calls for each in servers]} times, {max(each.most_together for each in servers)} at once"
    )
    assert times[-1] <= SECONDS
    assert max(each.most_together for each in servers) == 1
    assert not any(each.taken for each in servers)


@pytest.mark.proof
def test_control_without_what_keeps_them_apart(committed: Tenant, neighbours: list[Tenant]) -> None:
    times, _ = _times(committed, neighbours, script=_WITHOUT)
    print(f"control: {times[-1]:.2f} s (slowest)")  # noqa: T201 - the proof's figure
    assert times[-1] > SECONDS
