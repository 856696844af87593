"""By the platform's mail server a business sends so many an hour and a day; what is more waits, and is not lost."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone

from bookme.bookings.events import BookingConfirmed
from bookme.communications import actions
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.communications.rationing import room_left
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, configure, happen
from tests.communications.test_mail_accounts import smtp_account
from tests.communications.test_twilio import later
from tests.factories.bookings import BookingFactory
from tests.factories.users import Person
from tests.letters import Letters

MOST = 5


@pytest.fixture(params=["PLATFORM_MAILS_PER_HOUR", "PLATFORM_MAILS_PER_DAY"])
def rationed(salon: Tenant, settings: Any, request: pytest.FixtureRequest) -> Tenant:
    """Five mails and no more, in an hour or in a day."""
    configure(salon, contact={"email": ""}, messages={"quiet_from": None, "quiet_to": None})
    setattr(settings, request.param, MOST)
    return salon


def _tell(kind: Kind, *, times: int) -> None:
    status = {Kind.NO_SHOW: "no_show"}.get(kind, "confirmed")
    for _ in range(times):
        booking = BookingFactory(status=status)
        about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
        actions.tell(key=f"{booking.pk}", kind=kind, audience=Audience.CUSTOMER, about=about, now=now())


def _counts() -> tuple[int, int]:
    """How many went out, and how many wait."""
    return tuple(Notification.objects.filter(status=each).count() for each in ("sent", "queued"))  # type: ignore[return-value]


def test_what_is_more_waits_and_goes_when_there_is_room(rationed: Tenant, letters: Letters) -> None:
    _tell(Kind.CONFIRMED, times=MOST + 2)
    assert (_counts(), len(letters.all())) == ((MOST, 2), MOST)
    waits, row = Notification.objects.filter(status="queued")[0], OutboxMessage.objects.order_by("due_at")[0]
    assert (waits.reason, waits.attempts, waits.tries.count(), waits.leased_until) == ("no_room", 0, 0, None)
    assert row.due_at > now() + dt.timedelta(minutes=59)
    later()
    assert _counts() == (MOST, 2), "it was looked at again"
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {0}, "to wait is no failure"
    caches["default"].clear()  # as the end of its window does
    later()
    assert (_counts(), len(letters.all())) == ((MOST + 2, 0), MOST + 2)
    assert set(Notification.objects.values_list("reason", flat=True)) == {""}
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_control_with_more_room_none_waits(rationed: Tenant, settings: Any, letters: Letters) -> None:
    settings.PLATFORM_MAILS_PER_HOUR = settings.PLATFORM_MAILS_PER_DAY = MOST + 2
    _tell(Kind.CONFIRMED, times=MOST + 2)
    assert _counts() == (MOST + 2, 0)


def test_by_an_account_of_its_own_none_waits(rationed: Tenant, moody: Moody, settings: Any) -> None:
    smtp_account(moody.port).save()
    _tell(Kind.CONFIRMED, times=MOST + 2)
    assert (_counts(), len(moody.messages())) == ((MOST + 2, 0), MOST + 2)


def test_what_can_wait_leaves_room_to_what_cannot(rationed: Tenant) -> None:
    _tell(Kind.NO_SHOW, times=MOST)
    assert _counts() == (MOST - 1, 1)
    _tell(Kind.CONFIRMED, times=1)
    assert _counts() == (MOST, 1)
    assert set(Notification.objects.filter(status="queued").values_list("kind", flat=True)) == {"booking.no_show"}


def test_mails_of_accounts_and_other_businesses_are_not_held_up(
    rationed: Tenant, rival: Tenant, owner: Person, letters: Letters
) -> None:
    _tell(Kind.CONFIRMED, times=MOST + 1)
    assert _counts() == (MOST, 1)
    answer = owner.api.post("auth/sign-in-link/", {"email": owner.user.email})
    assert answer.status_code < 300, answer.content
    deliver_outbox()
    assert len(letters.to(owner.user.email)) == 1
    with tenant_scope(rival):
        assert room_left(now=now()).of_hour == 0
        _tell(Kind.CONFIRMED, times=1)
        assert _counts() == (1, 0)


@pytest.mark.parametrize(("answer", "counts"), [("451 Later", 0), ("550 5.7.1 No", 0), ("250 Kept", 1)])
def test_what_was_surely_not_taken_takes_no_room(salon: Tenant, moody: Moody, answer: str, counts: int) -> None:
    configure(salon, contact={"email": ""})
    moody.to_message = answer
    happen(BookingConfirmed, BookingFactory())
    room = room_left(now=timezone.now())
    assert (room.of_hour, room.of_day, room.free_at) == (counts, counts, None)
