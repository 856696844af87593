"""Is everything there that BookMe needs? Each check is bounded in time and named when it fails."""

import time
from collections.abc import Callable

from celery import current_app
from django.core.cache import cache
from django.db import connection

from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.tenants.models import OutboxMessage, TenantStatus
from bookme.tenants.tasks import HEARTBEAT_KEY

HEARTBEAT_SECONDS = 60


class NotReady(Exception):
    """A check that ran and did not like what it saw."""


def faults(*, outbox_lag_seconds: int) -> dict[str, str]:
    """What does not work, by name, with a word on why; empty when all is well."""
    checks: dict[str, Callable[[], None]] = {
        "database": _database,
        "cache": _cache,
        "broker": _broker,
        "worker": _worker,
        "outbox": lambda: _outbox(outbox_lag_seconds),
    }
    found = {}
    for name, check in checks.items():
        try:
            check()
        except NotReady as reason:
            found[name] = str(reason)
        except Exception as error:  # a probe reports any failure, it does not choose
            found[name] = type(error).__name__
    return found


def _database() -> None:
    with public_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    cache.set("ready", "1", timeout=10)
    if cache.get("ready") != "1":
        raise NotReady("what was written is not read back")


def _broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


def _worker() -> None:
    seen = cache.get(HEARTBEAT_KEY)
    if seen is None or time.time() - float(seen) > HEARTBEAT_SECONDS:
        raise NotReady(f"no sign of life for {HEARTBEAT_SECONDS} s")


def _outbox(lag_seconds: int) -> None:
    with public_scope():
        waiting = OutboxMessage.objects.filter(done_at=None, dead=False).order_by("due_at")
        oldest = waiting.exclude(tenant__status=TenantStatus.SUSPENDED).values_list("due_at", flat=True).first()
    if oldest is not None and (now() - oldest).total_seconds() > lag_seconds:
        raise NotReady(f"something has been due for more than {lag_seconds} s")
