"""What can wait waits for the morning whenever it is tried: also the second time, and by another channel."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from bookme.bookings.models import Booking
from bookme.communications import actions
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.core.time import now
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, configure
from tests.communications.test_twilio import booked, told
from tests.factories.users import Person
from tests.letters import Letters
from tests.twilio import Twilio

LONDON = ZoneInfo("Europe/London")
EVENING = dt.datetime(2030, 1, 8, 21, 50, tzinfo=LONDON)
NIGHT = dt.datetime(2030, 1, 8, 23, 30, tzinfo=LONDON)
MORNING = dt.datetime(2030, 1, 9, 8, tzinfo=LONDON)
AMELIA = "amelia@mail.example"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def quiet(salon: Tenant) -> Tenant:
    messages = {"quiet_from": "22:00", "quiet_to": "08:00", "channels": ["sms", "email"]}
    configure(salon, features={"sms": True}, contact={"email": ""}, messages=messages)
    return salon


def _tell(kind: Kind, booking: Booking, *, key: str = "k", due_at: dt.datetime | None = None) -> None:
    about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    actions.tell(key=key, kind=kind, audience=Audience.CUSTOMER, about=about, due_at=due_at, now=now())


def _missed() -> Booking:
    return booked(status="no_show")


def _went_out(clock: time_machine.Traveller, letters: Letters, at: dt.datetime) -> bool:
    """Whether a mail to Amelia has been sent once it is that time."""
    clock.move_to(at)
    deliver_outbox()
    return len(letters.to(AMELIA)) > 0


def _tried_again(moody: Moody, clock: time_machine.Traveller, tell: Callable[[], None]) -> tuple[int, int]:
    """What fails at first: how many have come in the night, and by the morning."""
    moody.to_message = "451 Later, please"
    tell()
    moody.to_message = "250 Kept"
    came = []
    for at in (NIGHT, MORNING):
        clock.move_to(at)
        deliver_outbox()
        came.append(len(moody.messages()))
    return came[0], came[1]


@pytest.mark.parametrize(("kind", "waits"), [(Kind.NO_SHOW, True), (Kind.CONFIRMED, False)])
def test_what_could_not_be_delivered_goes_by_the_next_channel_in_the_morning(
    quiet: Tenant, twilio: Twilio, letters: Letters, clock: time_machine.Traveller, kind: Kind, waits: bool
) -> None:
    _tell(kind, _missed())
    assert told().channel == "sms"
    clock.move_to(NIGHT)
    twilio.tell(twilio.messages[0], "undelivered", error=30003)
    deliver_outbox()
    assert told().status == ("queued" if waits else "sent")
    assert len(letters.to(AMELIA)) == (0 if waits else 1)
    assert _went_out(clock, letters, MORNING - dt.timedelta(seconds=1)) is not waits
    assert _went_out(clock, letters, MORNING)
    assert (told().status, told().channel, told().tries.count()) == ("sent", "email", 2)


@pytest.mark.parametrize(("kind", "waits"), [(Kind.NO_SHOW, True), (Kind.CONFIRMED, False)])
def test_so_does_another_try(
    quiet: Tenant, moody: Moody, clock: time_machine.Traveller, kind: Kind, waits: bool
) -> None:
    configure(quiet, features={})
    assert _tried_again(moody, clock, lambda: _tell(kind, _missed())) == (0 if waits else 1, 1)


def test_what_waited_while_the_business_was_suspended_waits_on_in_the_night(
    quiet: Tenant, letters: Letters, clock: time_machine.Traveller
) -> None:
    configure(quiet, features={})
    _tell(Kind.NO_SHOW, _missed(), due_at=EVENING + dt.timedelta(minutes=1))
    Tenant.objects.filter(pk=quiet.pk).update(status=TenantStatus.SUSPENDED)
    assert not _went_out(clock, letters, EVENING + dt.timedelta(minutes=5))
    Tenant.objects.filter(pk=quiet.pk).update(status=TenantStatus.ACTIVE)
    assert not _went_out(clock, letters, NIGHT)
    assert _went_out(clock, letters, MORNING)


@pytest.mark.parametrize("minutes", [14, 16])
def test_who_asks_for_it_in_the_night_gets_it(
    quiet: Tenant, moody: Moody, owner: Person, clock: time_machine.Traveller, minutes: int
) -> None:
    """If it does not get through at once it waits for the morning, too."""
    configure(quiet, features={})
    _tell(Kind.NO_SHOW, _missed())
    assert len(moody.messages()) == 1
    clock.move_to(NIGHT)
    moody.to_message = "451 Later, please"
    with transaction.atomic():
        actions.send_again(notification=told(), actor=owner.actor, now=now())
    deliver_outbox()
    assert told().attempts == 2
    moody.to_message = "250 Kept"
    clock.shift(minutes * 60)
    deliver_outbox()
    assert len(moody.messages()) == (2 if minutes < 15 else 1)


@pytest.mark.parametrize(("starts", "waits"), [(dt.timedelta(hours=1), True), (-dt.timedelta(hours=1), False)])
def test_a_reminder_that_failed_waits_unless_that_is_too_late(
    quiet: Tenant, moody: Moody, clock: time_machine.Traveller, starts: dt.timedelta, waits: bool
) -> None:
    reminder = {"channel": "email", "minutes_before": 600}
    configure(quiet, features={}, reminders=[reminder])
    booking = booked(appointment__starts_at=MORNING + starts)
    key = f"reminder:{booking.visit_id}:email:600:{(MORNING + starts).astimezone(dt.UTC):%Y%m%dT%H%MZ}"
    came = _tried_again(moody, clock, lambda: _tell(Kind.REMINDER, booking, key=key))
    assert came == (0 if waits else 1, 1)
    assert Notification.objects.get().status == "sent"
