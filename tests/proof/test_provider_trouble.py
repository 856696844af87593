"""Promise 19: a provider that fails, hangs and says no delays messages, and nothing else.

Of its answers 30% are errors, half of them after it had taken the message, 10% come too late or never though it had,
and 10% are 429. The control does not ask it what it had taken.
"""

import datetime as dt
import random
import statistics
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import connection

from bookme.communications.models import Notification, NotificationStatus
from bookme.services.models import Service
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.at_once import all_at_once
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import body_for
from tests.communications.conftest import configure
from tests.factories.communications import ChannelAccountFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.proof.crew import crew
from tests.proof.wire import ALL_DAY, Line, Server
from tests.twilio import ACCOUNT, SMS_FROM, TOKEN, Mood, Twilio, twilio_on_loopback

pytestmark = pytest.mark.usefixtures("room_enough")

MESSAGES, WORKERS, CLIENTS, OF_ADDRESS = 1000, 3, 2, 5
MOODS = [Mood.BROKEN] * 15 + [Mood.FAILS] * 15 + [Mood.CUT] * 5 + [Mood.LATE] * 5 + [Mood.BUSY] * 10 + [None] * 50
_IMPATIENT = """
import django
django.setup()
from django.conf import settings
from bookme.communications.channels import twilio
settings.TWILIO_API_URL, twilio.SECONDS = "{url}", 0.4
{more}
from celery.__main__ import main
main()
"""
TRUSTING = "twilio.TwilioChannel.taken = lambda self, message: None"


class _Moods(deque[Mood | None]):
    """Never empty: each is drawn."""

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Mood | None:
        return random.choice(MOODS)


def book_all(server: Server, service: Service, starts: list[dt.datetime], *, name: str) -> list[float]:
    """By two clients, from an address for every few; each to a number of its own. How many seconds each took."""
    seconds: list[float] = []

    def client(number: int) -> None:
        for few in batched(list(enumerate(starts))[number::CLIENTS], OF_ADDRESS):
            with closing(server.wire(few[0][0] % 250)) as wire:
                for index, start in few:
                    contact = {"email": f"{name}{index}@mail.example", "phone": f"+4477009{name}{index:04d}"}
                    body = body_for(service, start, customer={"name": "Ada", **contact})
                    began = time.perf_counter()
                    while (answer := Line(wire)("POST", "bookings/", body)).status == 503:
                        time.sleep(1)  # as it asks to, while all of them start at once
                    seconds.append(time.perf_counter() - began)
                    assert answer.status == 201, (start, answer)
        connection.close()

    all_at_once(CLIENTS, client)
    assert len(seconds) == len(starts)
    return seconds


def batched(rows: list[tuple[int, dt.datetime]], size: int) -> Iterator[list[tuple[int, dt.datetime]]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def settle(tenant: Tenant, count: int, *, seconds: float) -> Counter[str]:
    """How so many messages stand, once none of them waits any more."""
    stop_at = time.monotonic() + seconds
    with tenant_scope(tenant):
        while time.monotonic() < stop_at:
            ended = Counter(Notification.objects.values_list("status", flat=True))
            if sum(ended.values()) == count and not ended[NotificationStatus.QUEUED]:
                break
            time.sleep(1)
    return ended


def trouble(
    tenant: Tenant, server: Server, first: dt.datetime, world: Twilio, count: int, *, more: str = ""
) -> tuple[Counter[str], float]:
    """How the messages of so many bookings ended, and how much slower than with a good provider a booking was."""
    configure(
        tenant,
        contact={"email": ""},
        features={"sms": True},
        messages={"channels": ["sms"]},
        reminders=[],
    )
    credentials = f'{{"account_sid": "{ACCOUNT}", "auth_token": "{TOKEN}"}}'
    ChannelAccountFactory(channel="sms", provider="twilio", sender=SMS_FROM, credentials=credentials)
    LocationFactory()
    service = ServiceFactory(duration_minutes=30)
    StaffFactory(hours=ALL_DAY, does=[service])
    starts = [first + dt.timedelta(hours=number) for number in range(2 * count)]
    with crew(WORKERS, script=_IMPATIENT.format(url=world.url, more=more)):
        well = book_all(server, service, starts[:count], name="1")
        settle(tenant, count, seconds=120)
        world.moods = _Moods()
        ill = book_all(server, service, starts[count:], name="2")
        ended = settle(tenant, 2 * count, seconds=900)
    return ended, statistics.median(ill) / statistics.median(well)


@pytest.mark.proof
def test_provider_trouble_is_contained(committed: Tenant, server: Server, first_day: dt.datetime, part: float) -> None:
    count = int(MESSAGES * part) // 2
    with twilio_on_loopback() as world:
        ended, ratio = trouble(committed, server, first_day, world, count)
        taken = Counter(each.to for each in world.messages)
    with tenant_scope(committed):
        unexplained = Notification.objects.exclude(status="sent").filter(reason="").count()
        sent = Notification.objects.filter(status="sent").count()
    repeated = sum(taken.values()) - len(taken)
    print(  # noqa: T201 - the proof's figure
        f"{2 * count} messages, half of them to a provider in trouble: {dict(ended)}, {repeated} taken twice; "
        f"a booking took {ratio:.2f} times as long as with a good one"
    )
    assert sum(ended.values()) == 2 * count
    assert unexplained == 0
    assert "queued" not in ended
    assert len(taken) >= sent
    assert repeated == 0
    assert wrong_seats() == 0


@pytest.mark.proof
def test_provider_trouble_is_contained_control(committed: Tenant, server: Server, first_day: dt.datetime) -> None:
    """Whoever tries again without asking sends twice what was taken though it did not answer."""
    with twilio_on_loopback() as world:
        trouble(committed, server, first_day, world, 50, more=TRUSTING)
        taken = Counter(each.to for each in world.messages)
    repeated = sum(taken.values()) - len(taken)
    print(f"control: {repeated} taken twice")  # noqa: T201 - the proof's figure
    assert repeated > 0
