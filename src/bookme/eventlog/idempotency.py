"""Answers to writes that may be asked for again, kept with the write itself."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from bookme.core.errors import Conflict, Mismatch
from bookme.core.forgetting import forget
from bookme.eventlog.models import IdempotencyKey
from bookme.tenants.context import PUBLIC_SCHEMA, current_tenant

MAX_KEY_LENGTH = 200


@dataclass(frozen=True)
class Attempt:
    """One write under a key. `scope` is who asks, by which method, of which path; `body_hash` of what."""

    scope: str
    key: str
    body_hash: str


@dataclass(frozen=True)
class Kept:
    """What was answered the first time."""

    status: int
    answer: Any


def body_hash(body: Any) -> str:
    """Of a parsed body: the same for the same JSON, however it is spaced and ordered."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def kept_answer(*, attempt: Attempt, now: dt.datetime) -> Kept | None:
    """What this attempt was answered before, or None if it is the first one.

    In the write's own transaction, which holds the key from here to its end. Raises Conflict `in_progress` while
    another transaction does, and Mismatch if the key came with another body.
    """
    _hold(attempt)
    found = IdempotencyKey.objects.filter(scope=attempt.scope, key=attempt.key).first()
    if found is None:
        return None
    if found.created_at < _oldest(now):
        found.delete()
        return None
    if found.body_hash != attempt.body_hash:
        raise Mismatch
    return Kept(status=found.status, answer=found.answer)


def keep_answer(*, attempt: Attempt, status: int, answer: Any) -> None:
    """Write down what is answered, which must hold no secret and nothing about people."""
    IdempotencyKey.objects.create(
        scope=attempt.scope, key=attempt.key, body_hash=attempt.body_hash, status=status, answer=answer
    )


def claim_key(*, scope: str, key: str, secret: str) -> UUID:
    """Write a key down before the work that it stands for; returns the claim, for `settle_claim`.

    In the work's own transaction: whoever claims the same key waits for it to end. Raises IntegrityError where the key
    was claimed before. Whoever knows the secret is told what has come of it.
    """
    return IdempotencyKey.objects.create(scope=scope, key=key, body_hash=body_hash(secret), status=201).pk


def settle_claim(*, claim: UUID, answer: Any) -> None:
    """Write down what has come of it, which must hold no secret."""
    IdempotencyKey.objects.filter(pk=claim).update(answer=answer)


def claimed_answer(*, scope: str, key: str, secret: str) -> Any:
    """What has come of a key, or None for one that nobody claimed; raises Mismatch for another secret."""
    found = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if found is None:
        return None
    if found.body_hash != body_hash(secret):
        raise Mismatch
    return found.answer


def is_claimed(*, scope: str, key: str) -> bool:
    """Something has come of a key, whoever claimed it."""
    return IdempotencyKey.objects.filter(scope=scope, key=key).exists()


def forget_old_answers(*, now: dt.datetime) -> int:
    """Delete what may not be answered again any more, of this business or, in no scope, of the platform."""
    return forget(IdempotencyKey.objects.filter(created_at__lt=_oldest(now)))


def _oldest(now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(hours=settings.IDEMPOTENCY_HOURS)


def _hold(attempt: Attempt) -> None:
    """Never waits, so it cannot be part of a deadlock, and may be held beside the lock of the calendars."""
    tenant = current_tenant()
    name = f"{tenant.pk if tenant else PUBLIC_SCHEMA} {attempt.scope} {attempt.key}".encode()
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Conflict("The same request is still running.", code="in_progress")
