"""Carrying out what the outbox holds."""

import datetime as dt
import random
import time

import structlog
from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from bookme.core.time import now
from bookme.tenants.actions import claim_due, forget_dead, forget_done, release, run_claimed
from bookme.tenants.celery import PublicTask
from bookme.tenants.models import OutboxMessage
from bookme.tenants.turns import Turns, in_turn

HEARTBEAT_KEY = "worker-heartbeat"
ROUNDS_SECONDS = 20.0
MOMENT_SECONDS = (0.01, 0.03)

_log = structlog.get_logger(__name__)


@shared_task(name="tenants.deliver_outbox", base=PublicTask)
def deliver_outbox() -> int:
    """Run what is due until nothing is, for about 20 s; returns how many were tried. Also the worker's sign of life."""
    _give_sign_of_life()
    tried, turns, stop_at = 0, Turns(), time.monotonic() + ROUNDS_SECONDS
    while time.monotonic() < stop_at and (claimed := _claimed(turns, is_first=not tried)):
        tried += _run(claimed, turns, stop_at=stop_at)
    return tried


@shared_task(name="tenants.tidy_outbox", base=PublicTask)
def tidy_outbox() -> int:
    """Forget what was done long ago, and what was given up very long ago; returns how many."""
    at = now()
    done = forget_done(before=at - dt.timedelta(days=settings.OUTBOX_KEEP_DAYS))
    return done + forget_dead(before=at - dt.timedelta(days=settings.OUTBOX_DEAD_KEEP_DAYS))


def _run(claimed: list[OutboxMessage], turns: Turns, *, stop_at: float) -> int:
    """Until one took long: the rest is given back, for whatever came meanwhile may go before it."""
    waiting, given_back, tried, was_long = in_turn(claimed), [], 0, False
    while waiting and not was_long and time.monotonic() < stop_at:
        message = waiting.pop(0)
        if not turns.has_turn(message):
            given_back.append(message)
            continue
        began = time.monotonic()
        if not run_claimed(message=message):
            turns.leave_out(message)
        was_long = turns.took(message, began=began)
        tried += 1
    release(messages=[*given_back, *waiting])
    return tried


def _claimed(turns: Turns, *, is_first: bool) -> list[OutboxMessage]:
    """What is due; in mid-round nothing only if there was nothing twice: another may have had its hand on all of it.

    Of who has had a share of the round there is more only once nobody else has anything.
    """
    found = claim_due(now=now(), without=turns.over())
    if found or is_first:
        return found
    time.sleep(random.uniform(*MOMENT_SECONDS))  # noqa: S311 - jitter
    found = claim_due(now=now(), without=turns.over())
    if found or not turns.begin_anew():
        return found
    return claim_due(now=now(), without=turns.over())


def _give_sign_of_life() -> None:
    try:
        cache.set(HEARTBEAT_KEY, time.time(), timeout=3600)
    except Exception as error:  # the outbox is in the database: a lost cache delays nothing
        _log.warning("no_sign_of_life", reason=type(error).__name__)
