"""Waking the worker after a commit. A courtesy: what it misses, beat finds a few seconds later."""

import time

import structlog
from celery import current_app

DELIVER_TASK = "tenants.deliver_outbox"
SILENCE_SECONDS = 5.0

_log = structlog.get_logger(__name__)
_silent_until = 0.0


def start_delivery() -> None:
    """Ask a worker to look at the outbox. Never raises and never waits: after a failure it keeps still for 5 s."""
    global _silent_until  # noqa: PLW0603 - one clock for the process
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(DELIVER_TASK, retry=False, ignore_result=True)
    except Exception as error:  # any broker trouble at all
        _silent_until = time.monotonic() + SILENCE_SECONDS
        _log.warning("delivery_not_started", reason=type(error).__name__)
