"""Promise 37: with the clock moved on, all that is due is gone and nothing else; twice is once."""

import datetime as dt
from typing import Any

import pytest
from celery import current_app
from django.conf import settings

from bookme.communications.models import Attempt, LastInbound, Notification
from bookme.core import forgetting
from bookme.core.time import now
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.team.models import Invitation
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.users.models import AccountRequest, AccountRequestKind
from tests.factories.communications import AttemptFactory, LastInboundFactory, NotificationFactory
from tests.factories.eventlog import EventFactory, IdempotencyKeyFactory
from tests.factories.team import InvitationFactory

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# What is kept, by how long; the key is the table, and for some what it is of the table.
AGES = {
    "answers": dt.timedelta(hours=24),
    "dead": 365 * DAY,
    "done": 30 * DAY,
    "invitations": 90 * DAY,
    "messages": 365 * DAY,
    "requests": dt.timedelta(hours=24),
    "windows": dt.timedelta(hours=24),
}


@pytest.fixture(autouse=True)
def _in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)


@pytest.fixture
def businesses(salon: Tenant, rival: Tenant) -> list[Tenant]:
    return [salon, rival]


def _tidy() -> int:
    """Everything that beat starts once a day and counts what it deletes."""
    daily = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values() if each["schedule"] == 86400.0]
    return sum(current_app.tasks[name].run() or 0 for name in daily)


def _message(tenant: Tenant, key: str, **values: Any) -> None:
    OutboxMessage.objects.create(tenant=tenant, task="tests.note", key=key, **{"due_at": now(), **values})


def _keep(name: str, tenant: Tenant, at: dt.datetime, word: str) -> None:
    """A row whose time began then."""
    match name:
        case "answers":
            row = IdempotencyKeyFactory(key=word)
            IdempotencyKey.objects.filter(pk=row.pk).update(created_at=at)
        case "dead":
            _message(tenant, word, dead=True, due_at=at)
        case "done":
            _message(tenant, word, done_at=at)
        case "invitations":
            InvitationFactory(expires_at=at, sent_at=at - 7 * DAY, email=f"{word}@mail.example")
        case "messages":
            row = AttemptFactory(notification=NotificationFactory(key=word)).notification
            Notification.objects.filter(pk=row.pk).update(created_at=at)
        case "requests":
            row = AccountRequest.objects.create(
                kind=AccountRequestKind.SIGN_IN, tenant=tenant, email=f"{word}@mail.example"
            )
            AccountRequest.objects.filter(pk=row.pk).update(created_at=at)
        case "windows":
            LastInboundFactory(at=at, address=word)


def _count(name: str, tenant: Tenant) -> int:
    rows: dict[str, Any] = {
        "answers": IdempotencyKey.objects,
        "dead": OutboxMessage.objects.filter(tenant=tenant, dead=True),
        "done": OutboxMessage.objects.filter(tenant=tenant, dead=False),
        "invitations": Invitation.objects,
        "messages": Notification.objects,
        "requests": AccountRequest.objects.filter(tenant=tenant),
        "windows": LastInbound.objects,
    }
    return int(rows[name].count())


@pytest.mark.parametrize("name", AGES)
def test_all_that_is_due_is_gone_and_nothing_else(businesses: list[Tenant], name: str) -> None:
    at = now()
    for tenant in businesses:
        with tenant_scope(tenant):
            for number in range(3):
                _keep(name, tenant, at - AGES[name] - HOUR, f"old{number}")
            _keep(name, tenant, at - AGES[name] + HOUR, "young")
    with public_scope():
        assert _tidy() == 6
        assert _tidy() == 0
    for tenant in businesses:
        with tenant_scope(tenant):
            assert _count(name, tenant) == 1


def test_what_hangs_on_a_message_goes_with_it_and_what_is_sent_again_stays(salon: Tenant) -> None:
    old, again = AttemptFactory().notification, NotificationFactory(status="queued", due_at=now())
    Notification.objects.update(created_at=now() - AGES["messages"] - HOUR)
    assert _tidy() == 1
    assert not Attempt.objects.filter(notification=old.pk).exists()
    assert Notification.objects.get() == again


def test_whoever_has_answered_an_invitation_is_remembered(salon: Tenant) -> None:
    InvitationFactory(sent_at=now() - 3650 * DAY, declined_at=now() - 3650 * DAY)
    assert _tidy() == 0
    assert Invitation.objects.count() == 1


def test_what_waits_in_the_outbox_and_the_history_stay_however_old(salon: Tenant) -> None:
    _message(salon, "waits", due_at=now() - 3650 * DAY)
    EventFactory(occurred_at=now() - 3650 * DAY)
    assert _tidy() == 0
    assert OutboxMessage.objects.count() == 1
    assert Event.objects.count() == 1
