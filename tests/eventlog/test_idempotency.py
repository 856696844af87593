"""The record of answers, apart from any view."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from bookme.core.errors import Conflict, Mismatch
from bookme.core.time import now
from bookme.eventlog.idempotency import (
    Attempt,
    body_hash,
    claim_key,
    claimed_answer,
    keep_answer,
    kept_answer,
    settle_claim,
)
from bookme.eventlog.models import IdempotencyKey
from bookme.eventlog.tasks import tidy_answers
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.eventlog import IdempotencyKeyFactory
from tests.factories.tenants import TenantFactory

FIRST = Attempt(scope="guest: POST /x/", key="k1", body_hash=body_hash({"a": 1}))


def test_the_hash_is_of_the_meaning_not_of_the_writing() -> None:
    assert body_hash({"a": 1, "b": [1, 2]}) == body_hash({"b": [1, 2], "a": 1})
    assert body_hash({"a": 1}) != body_hash({"a": "1"})


def test_an_answer_is_kept_with_its_write(salon: Tenant) -> None:
    with transaction.atomic():
        assert kept_answer(attempt=FIRST, now=now()) is None
        keep_answer(attempt=FIRST, status=201, answer={"id": "x"})
        kept = kept_answer(attempt=FIRST, now=now())
    assert kept is not None
    assert (kept.status, kept.answer) == (201, {"id": "x"})


def test_another_body_is_a_mismatch(salon: Tenant) -> None:
    IdempotencyKeyFactory(scope=FIRST.scope, key=FIRST.key)
    with transaction.atomic(), pytest.raises(Mismatch):
        kept_answer(attempt=FIRST, now=now())


def test_keys_of_another_business_are_its_own(salon: Tenant, rival: Tenant) -> None:
    with tenant_scope(rival):
        IdempotencyKeyFactory(scope=FIRST.scope, key=FIRST.key, body_hash=FIRST.body_hash)
    with transaction.atomic():
        assert kept_answer(attempt=FIRST, now=now()) is None


def test_a_key_is_claimed_once_and_tells_what_came_of_it(salon: Tenant) -> None:
    claim = claim_key(scope="page", key="k1", secret="mine")
    assert claimed_answer(scope="page", key="k1", secret="mine") is None
    settle_claim(claim=claim, answer={"visit": "x"})
    assert claimed_answer(scope="page", key="k1", secret="mine") == {"visit": "x"}
    assert claimed_answer(scope="another page", key="k1", secret="mine") is None
    with pytest.raises(IntegrityError, match="idempotency_key_once"), transaction.atomic():
        claim_key(scope="page", key="k1", secret="mine")
    assert claimed_answer(scope="page", key="k1", secret="mine") == {"visit": "x"}
    for other in ("", "theirs"):
        with pytest.raises(Mismatch):
            claimed_answer(scope="page", key="k1", secret=other)


def test_while_it_runs_nobody_else_begins(committed: Tenant) -> None:
    """Held by a transaction that has not ended; free as soon as it has, answered or not."""
    held, done = threading.Event(), threading.Event()

    def slow() -> None:
        with tenant_scope(committed), transaction.atomic():
            kept_answer(attempt=FIRST, now=now())
            held.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert held.wait(10)
    with pytest.raises(Conflict) as refused, transaction.atomic():
        kept_answer(attempt=FIRST, now=now())
    assert refused.value.code == "in_progress"
    done.set()
    thread.join()
    with transaction.atomic():
        assert kept_answer(attempt=FIRST, now=now()) is None


def test_old_answers_are_forgotten_once_a_day_in_every_business(salon: Tenant, rival: Tenant) -> None:
    """A business whose schema is behind is left out, and stops nobody."""
    at = now()
    for tenant in (salon, rival):
        with tenant_scope(tenant):
            for hours in (23, 25):
                row = IdempotencyKeyFactory(key=f"{hours}")
                IdempotencyKey.objects.filter(pk=row.pk).update(created_at=at - dt.timedelta(hours=hours))
    with public_scope():
        TenantFactory(schema_version="an older one")
    assert tidy_answers() == 2
    for tenant in (salon, rival):
        with tenant_scope(tenant):
            assert [row.key for row in IdempotencyKey.objects.all()] == ["23"]
