"""What is written to the outbox happens: at least once, fairly, in its business, whatever dies in between."""

import datetime as dt
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from celery import current_app, shared_task
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from bookme.core.errors import Conflict
from bookme.core.time import now
from bookme.tenants import actions, delivery, tasks
from bookme.tenants.celery import PublicTask
from bookme.tenants.context import NoTenant, current_tenant, public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant, TenantStatus
from bookme.tenants.outbox import enqueue, enqueue_again, withdraw

RAN: list[tuple[str, str]] = []
FAULT: dict[str, Any] = {}


@shared_task(name="tests.note", base=PublicTask)
def note(*, word: str) -> None:
    """Tells the test where it ran; fails as the test wishes."""
    tenant = current_tenant()
    RAN.append((tenant.slug if tenant else "public", word))
    time.sleep(FAULT["seconds"])
    if FAULT["next"] is not None:
        raise FAULT["next"]


@shared_task(name="tests.needs_tenant")
def needs_tenant() -> None:
    RAN.append(("somewhere", "needs_tenant"))


@pytest.fixture(autouse=True)
def _clean_slate(monkeypatch: pytest.MonkeyPatch) -> None:
    RAN.clear()
    FAULT.update(next=None, seconds=0)
    monkeypatch.setattr(delivery, "_silent_until", 0.0)


def _put(word: str = "hello", *, due_in: float = -1, key: str = "", task: str = "tests.note") -> None:
    at = now()
    args = {"word": word} if task == "tests.note" else {}
    with transaction.atomic():
        enqueue(task=task, args=args, key=key or word, due_at=at + dt.timedelta(seconds=due_in), now=at)


def _only() -> OutboxMessage:
    return OutboxMessage.objects.get()


def _let_it_be_due() -> None:
    OutboxMessage.objects.update(due_at=now() - dt.timedelta(seconds=1))


def test_it_runs_once_in_the_business_of_its_cause(salon: Tenant, rival: Tenant) -> None:
    _put("one")
    with tenant_scope(rival):
        _put("one")
    with public_scope():
        _put("one")

    assert tasks.deliver_outbox() == 3
    assert sorted(RAN) == [("public", "one"), ("rival", "one"), ("salon", "one")]
    assert tasks.deliver_outbox() == 0
    assert len(RAN) == 3


def test_what_is_not_due_waits(salon: Tenant) -> None:
    _put(due_in=60)
    assert tasks.deliver_outbox() == 0
    _let_it_be_due()
    assert tasks.deliver_outbox() == 1


def test_the_same_key_happens_once_even_after_it_ran(salon: Tenant) -> None:
    _put("first", key="k")
    _put("second", key="k")
    tasks.deliver_outbox()
    _put("third", key="k")
    tasks.deliver_outbox()
    assert RAN == [("salon", "first")]


def test_again_replaces_what_waits_and_what_ran(salon: Tenant) -> None:
    at = now()
    _put("old", key="k", due_in=-5)
    enqueue_again(task="tests.note", args={"word": "new"}, key="k", due_at=at, now=at)
    tasks.deliver_outbox()
    enqueue_again(task="tests.note", args={"word": "newer"}, key="k", due_at=at, now=at)
    tasks.deliver_outbox()
    assert RAN == [("salon", "new"), ("salon", "newer")]


def test_withdrawn_does_not_happen_and_only_in_the_own_business(salon: Tenant, rival: Tenant) -> None:
    _put("a", key="reminder:1:0")
    _put("b", key="reminder:2:0")
    with tenant_scope(rival):
        _put("c", key="reminder:1:0")
    with transaction.atomic():
        assert withdraw(keys=["reminder:1:0", "reminder:1:1"]) == 1
    tasks.deliver_outbox()
    assert sorted(RAN) == [("rival", "c"), ("salon", "b")]


def test_nothing_is_written_without_a_transaction(committed: Tenant) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        enqueue(task="tests.note", args={}, key="k", due_at=now(), now=now())
    assert not OutboxMessage.objects.exists()


def test_it_is_gone_with_its_cause(committed: Tenant) -> None:
    def fail() -> None:
        with transaction.atomic():
            _put()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not OutboxMessage.objects.exists()


def test_a_failure_is_kept_and_tried_again_later_and_later(salon: Tenant) -> None:
    _put()
    FAULT["next"] = ValueError("no\0 luck")
    waits = []
    for attempt in range(1, 4):
        tasks.deliver_outbox()
        message = _only()
        assert (message.attempts, message.dead, message.done_at) == (attempt, False, None)
        assert message.last_error == "ValueError"
        waits.append((message.due_at - now()).total_seconds())
        assert tasks.deliver_outbox() == 0
        _let_it_be_due()
    assert waits[0] < waits[1] < waits[2]
    FAULT["next"] = None
    tasks.deliver_outbox()
    assert _only().done_at is not None
    assert _only().last_error == ""


def test_after_its_attempts_it_is_dead_until_somebody_runs_it_again(salon: Tenant) -> None:
    _put()
    FAULT["next"] = ValueError("never")
    OutboxMessage.objects.update(attempts=actions.MAX_ATTEMPTS - 1)
    tasks.deliver_outbox()
    assert _only().dead
    _let_it_be_due()
    assert tasks.deliver_outbox() == 0

    FAULT["next"] = None
    actions.run_again(message=_only(), now=now())
    tasks.deliver_outbox()
    assert _only().done_at is not None
    with pytest.raises(Conflict):
        actions.run_again(message=_only(), now=now())


def test_an_unknown_task_is_a_failure_with_a_reason(salon: Tenant) -> None:
    _put(task="tests.nobody")
    tasks.deliver_outbox()
    assert _only().last_error == "LookupError"


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (IntegrityError("DETAIL: Key (email)=(ada@example.com) already exists."), "IntegrityError"),
        (Conflict("It is taken.", code="taken"), "Conflict: taken: It is taken."),
    ],
)
def test_a_failure_is_kept_without_what_others_say_of_people(salon: Tenant, error: Exception, kept: str) -> None:
    _put()
    FAULT["next"] = error
    tasks.deliver_outbox()
    assert _only().last_error == kept


def test_a_task_of_a_business_refuses_to_run_without_one(db: None) -> None:
    with public_scope():
        _put(task="tests.needs_tenant")
        tasks.deliver_outbox()
        assert _only().last_error.startswith("NoTenant")
        with pytest.raises(NoTenant):
            needs_tenant()
    assert RAN == []


def test_a_flood_in_one_business_does_not_starve_another(salon: Tenant, rival: Tenant) -> None:
    for number in range(60):
        _put(str(number), due_in=-100)
    with tenant_scope(rival):
        _put("mine", due_in=-1)
    claimed = actions.claim_due(now=now())
    assert [m.args["word"] for m in claimed if m.tenant == rival] == ["mine"]
    assert len(claimed) == actions.BATCH_PER_TENANT + 1
    actions.release(messages=claimed)
    assert tasks.deliver_outbox() == 61


def test_so_it_is_where_more_is_due_than_a_claim_looks_at(
    salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LOOK", 10)
    for number in range(30):
        _put(str(number), due_in=-100)
    with tenant_scope(rival):
        _put("mine", due_in=-1)
        _put("later", due_in=60)
    with public_scope():
        _put("ours", due_in=-2)
    claimed = actions.claim_due(now=now())
    assert [m.args["word"] for m in claimed if m.tenant != salon] == ["ours", "mine"]
    assert len(claimed) == actions.BATCH_PER_TENANT + 2
    actions.release(messages=claimed)
    assert tasks.deliver_outbox() == 32


def test_what_a_suspended_business_has_waiting_hides_nothing(
    salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LOOK", 10)
    for number in range(30):
        _put(str(number), due_in=-100)
    with tenant_scope(rival):
        _put("mine")
    Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    assert tasks.deliver_outbox() == 1
    assert RAN == [("rival", "mine")]


def test_a_claim_is_exclusive_until_its_lease_ends(salon: Tenant) -> None:
    _put()
    at = now()
    (mine,) = actions.claim_due(now=at)
    assert actions.claim_due(now=at) == []
    (theirs,) = actions.claim_due(now=at + actions.LEASE)

    actions.run_claimed(message=mine)
    assert RAN == []
    actions.run_claimed(message=theirs)
    assert RAN == [("salon", "hello")]


def test_control_without_leases_two_workers_would_both_run_it(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = actions._CLAIM.replace("m.leased_until IS NULL OR", "TRUE OR").replace("leased_until IS NULL OR", "TRUE OR")
    monkeypatch.setattr(actions, "_CLAIM", blind)
    monkeypatch.setattr(actions, "_ours", lambda message: OutboxMessage.objects.filter(id=message.id))
    _put()
    (mine,), (theirs,) = actions.claim_due(now=now()), actions.claim_due(now=now())
    for message in (mine, theirs):
        actions.run_claimed(message=message)
    assert RAN == [("salon", "hello")] * 2


def test_who_dies_between_work_and_record_repeats_it_once(salon: Tenant) -> None:
    _put()
    FAULT["next"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        tasks.deliver_outbox()
    FAULT["next"] = None
    assert tasks.deliver_outbox() == 0
    OutboxMessage.objects.update(leased_until=now())
    assert tasks.deliver_outbox() == 1
    assert len(RAN) == 2
    assert tasks.deliver_outbox() == 0


def test_what_kills_every_worker_is_given_up(salon: Tenant) -> None:
    _put()
    OutboxMessage.objects.update(attempts=actions.MAX_ATTEMPTS)
    tasks.deliver_outbox()
    assert RAN == []
    assert (_only().dead, _only().last_error) == (True, actions.DIED)


def test_a_round_that_is_over_gives_back_what_it_did_not_begin(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        _put(str(number))
    FAULT["seconds"] = 1.6
    monkeypatch.setattr(tasks, "ROUNDS_SECONDS", 1.5)
    assert tasks.deliver_outbox() == 1
    assert OutboxMessage.objects.filter(done_at=None, leased_until=None).count() == 2


def test_many_workers_share_without_repeating(committed: Tenant) -> None:
    for number in range(120):
        _put(str(number))

    def work() -> None:
        with closing(connection):
            tasks.deliver_outbox()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    assert sorted(RAN) == sorted(("salon", str(number)) for number in range(120))


def test_a_lost_cache_stops_nothing(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise ConnectionError

    _put()
    monkeypatch.setattr(cache, "set", lost)
    assert tasks.deliver_outbox() == 1


def test_delivery_is_the_workers_sign_of_life(salon: Tenant) -> None:
    tasks.deliver_outbox()
    assert time.time() - cache.get(tasks.HEARTBEAT_KEY) < 5


def test_what_was_done_long_ago_is_forgotten(salon: Tenant) -> None:
    _put("old")
    _put("new")
    _put("waits", due_in=60)
    tasks.deliver_outbox()
    OutboxMessage.objects.filter(key="old").update(done_at=now() - dt.timedelta(days=31))
    assert tasks.tidy_outbox() == 1
    assert set(OutboxMessage.objects.values_list("key", flat=True)) == {"new", "waits"}


# Waking the worker ------------------------------------------------------------------------------


def _woken() -> int:
    """How many messages lie in the worker's queue."""
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen("celery")


def _forget_wakes() -> None:
    with current_app.connection_for_read() as broker:
        broker.default_channel.client.delete("celery")


def test_a_transaction_wakes_the_worker_once_and_after_its_commit(committed: Tenant) -> None:
    _forget_wakes()
    with transaction.atomic():
        for number in range(5):
            _put(str(number))
        assert _woken() == 0
    assert _woken() == 1
    _put("later", due_in=60)
    assert _woken() == 1
    _forget_wakes()


@contextmanager
def _broker_at(address: str) -> Iterator[None]:
    known = current_app.conf.broker_write_url
    current_app.conf.broker_write_url = address
    delivery._impatient_broker.cache_clear()
    try:
        yield
    finally:
        current_app.conf.broker_write_url = known
        delivery._impatient_broker.cache_clear()


def _asked(silent: socket.socket) -> int:
    """How many connections were opened to it since this was last asked."""
    silent.setblocking(False)
    for count in itertools.count():
        try:
            silent.accept()[0].close()
        except BlockingIOError:
            return count
    raise AssertionError


def test_a_broker_that_refuses_costs_a_booking_nothing(committed: Tenant) -> None:
    with _broker_at("redis://127.0.0.1:1/0"):
        _put()
        assert delivery._silent_until > 0.0
        _put("more")
    assert tasks.deliver_outbox() == 2


def test_a_broker_that_keeps_silent_is_waited_for_once(committed: Tenant) -> None:
    """Without an end to its patience the first would never return; a booking waits for it."""
    assert delivery.LONGEST_SECONDS <= 0.25
    silent = socket.create_server(("127.0.0.1", 0))
    with closing(silent), _broker_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"):
        _put()
        assert _asked(silent) == 1
        _put("more")
        assert _asked(silent) == 0
    assert OutboxMessage.objects.count() == 2


def test_a_broker_that_falls_silent_in_mid_conversation_is_no_worse(committed: Tenant) -> None:
    """The connection stands and is pooled: without an end to reading from it this would never return."""
    with _relay() as (address, mute), _broker_at(address):
        _put("first")
        assert delivery._silent_until == 0.0
        mute.set()
        _put("second")
        assert delivery._silent_until > 0.0
    assert OutboxMessage.objects.count() == 2
    _forget_wakes()


@contextmanager
def _relay() -> Iterator[tuple[str, threading.Event]]:
    """The real broker behind a relay that can be made to swallow everything."""
    with current_app.connection_for_write() as broker:
        host, port, password = broker.hostname, broker.port, broker.password or ""
    mute, server = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := _received(source):
            if not mute.is_set():
                target.sendall(data)

    def accept() -> None:
        while True:
            try:
                near = server.accept()[0]
            except OSError:
                return
            far = socket.create_connection((host, port))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"redis://:{password}@127.0.0.1:{server.getsockname()[1]}/0", mute
    finally:
        server.close()


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""
