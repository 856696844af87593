"""Claiming and running outbox messages."""

import datetime as dt
import random

import structlog
from celery import current_app
from django.db import connection, models, transaction

from bookme.core.time import now as read_clock
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant

LEASE = dt.timedelta(minutes=5)
BATCH = 50
BATCH_PER_TENANT = 20
MAX_ATTEMPTS = 10
BACKOFF_SECONDS = 5
BACKOFF_MAX_SECONDS = 3600

_log = structlog.get_logger(__name__)

# The oldest due rows, at most BATCH_PER_TENANT of one business, so that a flood in one does not starve the others.
# SKIP LOCKED cannot stand beside a window function, so the window looks first and the lock is taken on its pick.
_CLAIM = """
WITH due AS (
    SELECT id, row_number() OVER (PARTITION BY tenant_id ORDER BY due_at, id) AS place FROM (
        SELECT id, tenant_id, due_at FROM tenants_outboxmessage
        WHERE done_at IS NULL AND NOT dead AND due_at <= %(now)s
          AND (leased_until IS NULL OR leased_until < %(now)s)
        ORDER BY due_at LIMIT 1000
    ) AS oldest
), picked AS (
    SELECT m.id FROM tenants_outboxmessage m JOIN due USING (id)
    WHERE due.place <= %(per_tenant)s AND m.done_at IS NULL AND (m.leased_until IS NULL OR m.leased_until < %(now)s)
    ORDER BY m.due_at, m.id LIMIT %(batch)s FOR UPDATE OF m SKIP LOCKED
)
UPDATE tenants_outboxmessage SET leased_until = %(until)s, attempts = attempts + 1
WHERE id IN (SELECT id FROM picked) RETURNING id
"""


def claim_due(*, now: dt.datetime) -> list[OutboxMessage]:
    """Lease what is due, oldest first, fairly by tenant. A lease that ends without an answer is claimed again."""
    with public_scope(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + LEASE, "batch": BATCH, "per_tenant": BATCH_PER_TENANT})
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    with public_scope():
        return list(OutboxMessage.objects.filter(id__in=ids).select_related("tenant__tenantconfig"))


def run_claimed(*, message: OutboxMessage) -> None:
    """Run a claimed message in its tenant's scope and record how it went. Never raises."""
    if message.leased_until is None or read_clock() >= message.leased_until:
        return
    task = current_app.tasks.get(message.task)
    try:
        if task is None:
            raise LookupError(f"no task {message.task!r}")
        if message.tenant is None:
            with public_scope():
                task.run(**message.args)
        else:
            _run_for_tenant(message.tenant, task, message)
    except Exception as error:  # whatever a task raises is its failure, not the delivery's
        _record_failure(message, error)
    else:
        _of(message).update(done_at=read_clock(), leased_until=None, last_error="")


def _run_for_tenant(tenant: Tenant, task: object, message: OutboxMessage) -> None:
    with tenant_scope(tenant):
        task.run(**message.args)  # type: ignore[attr-defined]


def _record_failure(message: OutboxMessage, error: Exception) -> None:
    dead = message.attempts >= MAX_ATTEMPTS
    wait = min(BACKOFF_SECONDS * 2 ** (message.attempts - 1), BACKOFF_MAX_SECONDS)
    due_at = read_clock() + dt.timedelta(seconds=wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
    reason = f"{type(error).__name__}: {error}"[:500]
    _of(message).update(dead=dead, due_at=due_at, leased_until=None, last_error=reason)
    _log.warning("outbox_failed", task=message.task, attempts=message.attempts, dead=dead, reason=type(error).__name__)


def _of(message: OutboxMessage) -> models.QuerySet[OutboxMessage]:
    """The message, as long as the lease is still ours."""
    return OutboxMessage.objects.filter(id=message.id, leased_until=message.leased_until)
