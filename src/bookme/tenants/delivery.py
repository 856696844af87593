"""Waking the worker after a commit. A courtesy: what it misses, beat finds a few seconds later."""

import time
from functools import cache

import structlog
from celery import current_app
from kombu import Connection
from kombu.pools import producers

DELIVER_TASK = "tenants.deliver_outbox"
SILENCE_SECONDS = 5.0
LONGEST_SECONDS = 0.25
EXPIRES_SECONDS = 30

_log = structlog.get_logger(__name__)
_silent_until = 0.0


def start_delivery() -> None:
    """Ask a worker to look at the outbox. Never raises, waits 250 ms at the most, and after a failure keeps still 5 s.

    It has a connection of its own, since Celery's waits seconds for a broker that does not answer.
    """
    global _silent_until  # noqa: PLW0603 - one clock for the process
    if time.monotonic() < _silent_until:
        return
    try:
        with producers[_impatient_broker()].acquire(block=True, timeout=LONGEST_SECONDS) as producer:
            current_app.send_task(
                DELIVER_TASK, producer=producer, retry=False, ignore_result=True, expires=EXPIRES_SECONDS
            )
    except Exception as error:  # any broker trouble at all
        _silent_until = time.monotonic() + SILENCE_SECONDS
        _log.warning("delivery_not_started", reason=type(error).__name__)


@cache
def _impatient_broker() -> Connection:
    """The broker with limits that a visitor's request can bear. Equal ones share a pool of connections."""
    limits = {"socket_connect_timeout": LONGEST_SECONDS, "socket_timeout": LONGEST_SECONDS, "max_retries": 0}
    found: Connection = current_app.connection_for_write(connect_timeout=LONGEST_SECONDS, transport_options=limits)
    return found
