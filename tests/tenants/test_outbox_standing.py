"""What waits in the outbox of a business that is suspended or closed."""

import datetime as dt

import pytest
from celery import shared_task
from django.db import transaction

from bookme.config.readiness import faults
from bookme.core.actor import SYSTEM
from bookme.core.time import now
from bookme.onboarding.actions import close_business, resume_business, suspend_business
from bookme.tenants.context import require_tenant, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import enqueue
from bookme.tenants.tasks import deliver_outbox

RAN: list[str] = []
LONG_AGO = dt.timedelta(hours=1)


@shared_task(name="tests.note_standing")
def note_standing() -> None:
    RAN.append(require_tenant().slug)


@pytest.fixture(autouse=True)
def _clean_slate() -> None:
    RAN.clear()


def _put(tenant: Tenant) -> OutboxMessage:
    at = now()
    with tenant_scope(tenant), transaction.atomic():
        enqueue(task="tests.note_standing", args={}, key="standing", due_at=at - LONG_AGO, now=at)
    return OutboxMessage.objects.get(tenant=tenant, key="standing")


def test_what_a_suspended_business_has_to_say_waits_until_it_is_resumed(salon: Tenant, rival: Tenant) -> None:
    message = _put(salon)
    _put(rival)
    suspend_business(tenant=salon, actor=SYSTEM)
    deliver_outbox()
    assert RAN == ["rival"]
    due_at = message.due_at
    message.refresh_from_db()
    assert (message.attempts, message.due_at, message.done_at, message.leased_until) == (0, due_at, None, None)

    resume_business(tenant=salon, actor=SYSTEM)
    deliver_outbox()
    assert RAN == ["rival", "salon"]


def test_what_waits_so_is_no_delay(salon: Tenant) -> None:
    _put(salon)
    assert "outbox" in faults(outbox_lag_seconds=60)
    suspend_business(tenant=salon, actor=SYSTEM)
    assert "outbox" not in faults(outbox_lag_seconds=60)


def test_nobody_hears_from_a_closed_business(salon: Tenant, rival: Tenant) -> None:
    message = _put(salon)
    _put(rival)
    close_business(tenant=salon, actor=SYSTEM)
    deliver_outbox()
    assert RAN == ["rival"]
    message.refresh_from_db()
    assert (message.attempts, message.dead, message.leased_until) == (0, False, None)
    assert message.done_at is not None
    assert message.last_error == "Not run: the business is closed."
