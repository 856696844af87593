"""In a round of the outbox businesses have their turns, and whoever is slow delays nobody but itself."""

import datetime as dt
import time
from typing import Any

import pytest
from celery import shared_task
from django.core.cache import cache
from django.db import transaction

from bookme.core.time import now
from bookme.tenants import actions, tasks, turns
from bookme.tenants.celery import PublicTask
from bookme.tenants.context import current_tenant, public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import NextRound, enqueue

RAN: list[str] = []
BUSY: set[str] = set()


@shared_task(name="tests.take_time", base=PublicTask)
def take_time(*, word: str, seconds: float) -> None:
    tenant = current_tenant()
    RAN.append(f"{tenant.slug if tenant else 'public'} {word}")
    time.sleep(seconds)
    if tenant is not None and tenant.slug in BUSY:
        raise NextRound("another has it")


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    RAN.clear()
    BUSY.clear()
    monkeypatch.setattr(turns, "SHARE_SECONDS", 0.2)
    monkeypatch.setattr(turns, "SLOW_SECONDS", 0.1)


def _put(tenant: Tenant | None, *words: str, seconds: float = 0, age: float = 1) -> None:
    at = now()
    for number, word in enumerate(words):
        due_at = at - dt.timedelta(seconds=age - number / 100)
        with tenant_scope(tenant) if tenant else public_scope(), transaction.atomic():
            enqueue(task="tests.take_time", args={"word": word, "seconds": seconds}, key=word, due_at=due_at, now=at)


def test_businesses_have_their_turns(salon: Tenant, rival: Tenant) -> None:
    _put(salon, "1", "2", "3", age=100)
    _put(rival, "1", "2", age=50)
    _put(None, "1", age=10)
    assert tasks.deliver_outbox() == 6
    assert RAN == ["salon 1", "rival 1", "public 1", "salon 2", "rival 2", "salon 3"]


def test_after_a_long_one_whatever_came_meanwhile_goes_first(salon: Tenant, rival: Tenant) -> None:
    """Nothing of the other was due when the round began."""
    _put(salon, "1", "2", seconds=0.15, age=100)
    _put(rival, "1", "2", age=-0.05)
    tasks.deliver_outbox()
    assert RAN == ["salon 1", "rival 1", "rival 2", "salon 2"]


def test_who_was_slow_goes_after_all_others_in_the_next_round_too(salon: Tenant, rival: Tenant) -> None:
    _put(salon, "1", seconds=0.15)
    tasks.deliver_outbox()
    _put(salon, "2", "3", age=100)
    _put(rival, "1", "2")
    tasks.deliver_outbox()
    assert RAN[1:] == ["rival 1", "rival 2", "salon 2", "salon 3"]
    cache.clear()
    _put(salon, "4", age=100)
    _put(rival, "3")
    tasks.deliver_outbox()
    assert RAN[-2:] == ["salon 4", "rival 3"], "the control: it is forgotten after a while"


@pytest.fixture
def nobody_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is that runs this."""
    monkeypatch.setattr(turns, "SLOW_SECONDS", 100)


@pytest.mark.usefixtures("nobody_is_slow")
def test_who_has_had_a_share_waits_for_all_others_and_then_goes_on(salon: Tenant, rival: Tenant) -> None:
    """They are many: more are due of the other than one claim takes."""
    _put(salon, *map(str, range(4)), seconds=0.09, age=100)
    _put(rival, *map(str, range(12)))
    assert tasks.deliver_outbox() == 16
    assert sorted(RAN.index(f"salon {number}") for number in range(4))[3] == 15


@pytest.mark.usefixtures("nobody_is_slow")
def test_control_without_shares_it_would_not(salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SHARE_SECONDS", 100)
    _put(salon, *map(str, range(4)), seconds=0.09, age=100)
    _put(rival, *map(str, range(12)))
    tasks.deliver_outbox()
    assert RAN.index("salon 3") < 10


def test_who_is_left_to_the_next_round_is_not_tried_again_at_once(salon: Tenant, rival: Tenant) -> None:
    BUSY.add("salon")
    _put(salon, *map(str, range(8)), age=100)
    _put(rival, "1")
    assert tasks.deliver_outbox() == 2
    assert RAN == ["salon 0", "rival 1"]
    waiting = OutboxMessage.objects.filter(tenant=salon)
    assert set(waiting.values_list("attempts", "leased_until", "done_at", "dead")) == {(0, None, None, False)}
    BUSY.clear()
    assert tasks.deliver_outbox() == 8


def test_a_claim_leaves_out_whom_it_is_told_to(salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """By both ways that a claim reads."""
    _put(salon, *map(str, range(8)), age=100)
    _put(rival, "1")
    _put(None, "1")
    for look in (actions.LOOK, 4):
        monkeypatch.setattr(actions, "LOOK", look)
        claimed = actions.claim_due(now=now(), without=[salon.pk])
        assert {each.tenant_id for each in claimed} == {rival.pk, None}
        actions.release(messages=claimed)


def test_a_lost_cache_stops_nothing(salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise ConnectionError

    for name in ("get_many", "set"):
        monkeypatch.setattr(cache, name, lost)
    _put(salon, "1", seconds=0.15)
    _put(rival, "1")
    assert tasks.deliver_outbox() == 2
