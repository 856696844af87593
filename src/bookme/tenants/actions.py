"""Claiming and running outbox messages.

A message runs at least once: whoever dies between the work and its record leaves it to be done again. So every task
here is made such that a repeat changes nothing, or, where the outside world is told, is known by its key.
"""

import datetime as dt
import random
import time
import traceback
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import sentry_sdk
import structlog
from celery import Task, current_app
from django.db import connection, models, transaction
from django.db.models import F

from bookme.core.errors import Conflict, DomainError
from bookme.core.forgetting import forget
from bookme.core.time import now as read_clock
from bookme.tenants.celery import TenantTask
from bookme.tenants.context import NoTenant, public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant, TenantStatus
from bookme.tenants.outbox import NextRound, NotYet, wake_after_commit

# Longer than the longest conversation with a mail server, shorter than anybody should wait for a dead worker's share.
LEASE = dt.timedelta(seconds=90)
BATCH = 20
BATCH_PER_TENANT = 5
# How many of the oldest are looked at: enough for many workers that claim at once.
LOOK = 10 * BATCH
# 5 s, 10 s, 20 s … an hour: the last try is a day after the first.
MAX_ATTEMPTS = 33
BACKOFF_SECONDS = 5
BACKOFF_MAX_SECONDS = 3600
DIED = "Died while it ran, every time."
CLOSED = "Not run: the business is closed."

_log = structlog.get_logger(__name__)

# What may be taken. Two partial indexes of the outbox, by time and by business and time, hold little else.
_CLAIMABLE = """m.done_at IS NULL AND NOT m.dead AND m.due_at <= %(now)s
    AND (m.leased_until IS NULL OR m.leased_until <= %(now)s)"""

# The oldest due rows, at most BATCH_PER_TENANT of one business, so that a flood in one does not starve the others. What
# belongs to a suspended business waits for it to be resumed.
#
# However much is due, only the oldest LOOK are read. Where more is, these may all be of one business: then the oldest
# few of each are read, by the other index: the comparison of pairs leaves no choice of the first one, which would read
# all that is due for each business that has nothing. Neither reads what is due later.
#
# SKIP LOCKED cannot stand beside a window function, so the window looks first, and the lock is taken on its pick, whose
# conditions are asked again: another may have run, moved or withdrawn it in between.
_CLAIM = f"""
WITH oldest AS MATERIALIZED (
    SELECT m.id, m.tenant_id, m.due_at FROM tenants_outboxmessage m WHERE {_CLAIMABLE}
    ORDER BY m.due_at LIMIT %(look)s
), fair AS (
    SELECT ranked.id, ranked.due_at
    FROM (SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY due_at, id) AS place FROM oldest) ranked
    WHERE (SELECT count(*) FROM oldest) < %(look)s AND ranked.place <= %(per_tenant)s
      AND (ranked.tenant_id = ANY (%(without)s::uuid[])) IS NOT TRUE
      AND NOT EXISTS (SELECT FROM tenants_tenant t WHERE t.id = ranked.tenant_id AND t.status = 'suspended')
    UNION ALL
    SELECT first.id, first.due_at FROM tenants_tenant t CROSS JOIN LATERAL (
        SELECT m.id, m.due_at FROM tenants_outboxmessage m
        WHERE (m.tenant_id, m.due_at) BETWEEN (t.id, '-infinity') AND (t.id, %(now)s) AND {_CLAIMABLE}
        ORDER BY m.tenant_id, m.due_at LIMIT %(per_tenant)s
    ) first
    WHERE (SELECT count(*) FROM oldest) = %(look)s AND t.status <> 'suspended' AND t.id <> ALL (%(without)s::uuid[])
    UNION ALL
    (SELECT m.id, m.due_at FROM tenants_outboxmessage m WHERE m.tenant_id IS NULL AND {_CLAIMABLE}
        AND (SELECT count(*) FROM oldest) = %(look)s
    ORDER BY m.due_at LIMIT %(per_tenant)s)
), picked AS (
    SELECT m.id FROM tenants_outboxmessage m
    WHERE m.id = ANY (ARRAY(SELECT id FROM fair ORDER BY due_at, id LIMIT %(look)s)) AND {_CLAIMABLE}
    ORDER BY m.due_at, m.id LIMIT %(batch)s FOR UPDATE OF m SKIP LOCKED
)
UPDATE tenants_outboxmessage SET leased_until = %(until)s WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING id
"""


def claim_due(*, now: dt.datetime, without: Sequence[UUID] = ()) -> list[OutboxMessage]:
    """Lease what is due, oldest first, fairly by tenant, and nothing of those `without`.

    A lease that ends without an answer is claimed again.
    """
    asked: dict[str, Any] = {
        "now": now,
        "until": now + LEASE,
        "batch": BATCH,
        "per_tenant": BATCH_PER_TENANT,
        "look": LOOK,
        "without": list(without),
    }
    with public_scope(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, asked)
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        rows = OutboxMessage.objects.filter(id__in=ids).select_related("tenant__tenantconfig")
        return _sharing_businesses(list(rows.prefetch_related("tenant__domains").order_by("due_at", "id")))


def _sharing_businesses(messages: list[OutboxMessage]) -> list[OutboxMessage]:
    """One object for each business, whose settings and domains are read once for all of its messages."""
    known: dict[UUID, Tenant] = {}
    for message in messages:
        if message.tenant is not None:
            message.tenant = known.setdefault(message.tenant.pk, message.tenant)
    return messages


def release(*, messages: Iterable[OutboxMessage]) -> None:
    """Give claimed messages back that were not begun."""
    for message in messages:
        _ours(message).update(leased_until=None)


def run_claimed(*, message: OutboxMessage) -> bool:
    """Run a claimed message in its tenant's scope and record how it went. Raises only if that cannot be recorded.

    What belongs to a closed business ends without running: nobody is to hear from it any more, and its task is told
    (`TenantTask.given_up`). A task that raises NotYet waits as long as that says, and was not tried. Returns False
    after NextRound.
    """
    if message.tenant is not None and message.tenant.status == TenantStatus.CLOSED:
        _end(message, CLOSED, done_at=read_clock())
        return True
    if not _begin(message):
        return True
    started = time.monotonic()
    try:
        _run(message)
    except NotYet as wait:
        later = read_clock() + dt.timedelta(seconds=wait.seconds)
        _ours(message).update(due_at=later, leased_until=None, attempts=F("attempts") - 1)
        return not isinstance(wait, NextRound)
    except Exception as error:  # whatever a task raises is its failure, not the delivery's
        _record_failure(message, error)
    else:
        _ours(message).update(done_at=read_clock(), leased_until=None, last_error="")
        _log.debug("outbox_done", **_described(message), duration_ms=round((time.monotonic() - started) * 1000, 1))
    return True


def run_again(*, message: OutboxMessage, now: dt.datetime) -> None:
    """Give a dead message all its attempts anew, at once, once its task has made ready (`TenantTask.run_again`).

    Raises Conflict `not_dead` for any other, and what that raises.
    """
    task = current_app.tasks.get(message.task)
    with transaction.atomic():
        given = OutboxMessage.objects.filter(id=message.id, dead=True)
        if not given.update(dead=False, attempts=0, due_at=now, leased_until=None):
            raise Conflict("Only a message that was given up can be run again.", code="not_dead")
        if isinstance(task, TenantTask):
            with _scope_of(message):
                task.run_again(**message.args)
        wake_after_commit()


def forget_done(*, before: dt.datetime) -> int:
    """Delete messages that were done before then; returns how many. Dead ones stay until somebody has looked."""
    return forget(OutboxMessage.objects.filter(done_at__lt=before))


def forget_dead(*, before: dt.datetime) -> int:
    """Delete messages that were given up before then, at which nobody will look any more; returns how many."""
    return forget(OutboxMessage.objects.filter(dead=True, due_at__lt=before))


def _begin(message: OutboxMessage) -> bool:
    """Renew the lease and count the attempt. False if the message is no longer ours, or has killed too many workers."""
    if message.attempts >= MAX_ATTEMPTS:
        _give_up(message, message.last_error or DIED)
        return False
    until = read_clock() + LEASE
    if not _ours(message).update(leased_until=until, attempts=F("attempts") + 1):
        return False
    message.leased_until, message.attempts = until, message.attempts + 1
    return True


def _run(message: OutboxMessage) -> None:
    task: Task[..., Any] | None = current_app.tasks.get(message.task)
    if task is None:
        raise LookupError(f"no task {message.task!r}")
    if message.tenant is None and not getattr(task, "public", False):
        raise NoTenant(f"{message.task} has no tenant")
    with _scope_of(message):
        task.run(**message.args)


def _record_failure(message: OutboxMessage, error: Exception) -> None:
    dead = message.attempts >= MAX_ATTEMPTS
    if dead:
        _give_up(message, _reason(error))
    else:
        wait = min(BACKOFF_SECONDS * 2 ** (message.attempts - 1), BACKOFF_MAX_SECONDS)
        due_at = read_clock() + dt.timedelta(seconds=wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        _ours(message).update(due_at=due_at, leased_until=None, last_error=_reason(error))
    where = traceback.extract_tb(error.__traceback__)[-1]
    _log.warning(
        "outbox_failed",
        **_described(message),
        dead=dead,
        reason=type(error).__name__,
        where=f"{where.name}:{where.lineno}",
    )
    if message.attempts == 1 or dead:
        _report(message, error)


def _give_up(message: OutboxMessage, reason: str) -> None:
    _end(message, reason, dead=True)


def _end(message: OutboxMessage, reason: str, **how: object) -> None:
    """It is not tried any more, and its task was told (`TenantTask.given_up`): both, or it is looked at in an hour."""
    task = current_app.tasks.get(message.task)
    try:
        with _scope_of(message), transaction.atomic():
            if isinstance(task, TenantTask):
                task.given_up(error=reason, **message.args)
            if not _ours(message).update(leased_until=None, last_error=reason, **how):
                transaction.set_rollback(True)  # it is another's by now
    except Exception as error:  # whatever it raises: others wait for their turn
        later = read_clock() + dt.timedelta(seconds=BACKOFF_MAX_SECONDS)
        _ours(message).update(due_at=later, leased_until=None, last_error=reason)
        _report(message, error)


def _scope_of(message: OutboxMessage) -> AbstractContextManager[object]:
    return public_scope() if message.tenant is None else tenant_scope(message.tenant)


def _report(message: OutboxMessage, error: Exception) -> None:
    """To Sentry, where it is on: nothing else would, for a failure is caught here and ends no task."""
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("task", message.task)
        if message.tenant is not None:
            scope.set_tag("tenant", message.tenant.slug)
        sentry_sdk.capture_exception(error)


def _reason(error: Exception) -> str:
    """What may be kept outside of the tenant: another's words, such as a constraint's, may quote whom it is about."""
    name = type(error).__name__
    if not isinstance(error, DomainError):
        return name
    return f"{name}: {error.code}: {error.detail}".replace("\0", "")[:500]


def _described(message: OutboxMessage) -> dict[str, object]:
    slug = message.tenant.slug if message.tenant else None
    return {"task": message.task, "outbox_id": str(message.id), "attempts": message.attempts, "tenant": slug}


def _ours(message: OutboxMessage) -> models.QuerySet[OutboxMessage]:
    """The message, as long as the lease is still the one that we hold."""
    return OutboxMessage.objects.filter(id=message.id, leased_until=message.leased_until, done_at=None, dead=False)
