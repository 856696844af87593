"""Carrying out what the outbox holds."""

import time

from celery import shared_task
from django.core.cache import cache

from bookme.core.time import now
from bookme.tenants.actions import claim_due, run_claimed
from bookme.tenants.celery import PublicTask

HEARTBEAT_KEY = "worker-heartbeat"
ROUNDS_SECONDS = 20.0


@shared_task(name="tenants.deliver_outbox", base=PublicTask)
def deliver_outbox() -> int:
    """Run what is due until nothing is, for at most 20 s; returns how many ran. Also the worker's sign of life."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=3600)
    done, stop_at = 0, time.monotonic() + ROUNDS_SECONDS
    while time.monotonic() < stop_at and (claimed := claim_due(now=now())):
        for message in claimed:
            run_claimed(message=message)
        done += len(claimed)
    return done
