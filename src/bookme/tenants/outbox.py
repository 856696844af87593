"""Writing to the outbox. Always in the transaction of the cause; `tenants.tasks` does the rest."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from bookme.core.ids import uuid7
from bookme.tenants.context import current_tenant
from bookme.tenants.delivery import start_delivery
from bookme.tenants.models import OutboxMessage

_AT_ONCE = 500


class NotYet(Exception):
    """Raised by a task whose turn has not come: it runs again in so many `seconds`, and this was no failure."""

    def __init__(self, reason: str, *, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


def enqueue(*, task: str, args: Mapping[str, Any], key: str, due_at: dt.datetime, now: dt.datetime) -> None:
    """Let `task` run with `args` once, when due. A second one with the same key, in the same business, changes nothing.

    Joins the caller's transaction (raises outside of one). If it is due now, delivery is started after the commit.
    """
    _require_transaction()
    OutboxMessage.objects.bulk_create([_message(task, args, key, due_at)], ignore_conflicts=True)
    if due_at <= now:
        wake_after_commit()


@dataclass(frozen=True)
class Due:
    """What is to run, and when. `args` holds ids only."""

    task: str
    args: Mapping[str, Any]
    key: str
    due_at: dt.datetime


def enqueue_all(*, messages: Sequence[Due], now: dt.datetime) -> None:
    """`enqueue` for many at once, in a statement for every five hundred."""
    _require_transaction()
    rows = (_message(each.task, each.args, each.key, each.due_at) for each in messages)
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_AT_ONCE)
    if any(each.due_at <= now for each in messages):
        wake_after_commit()


def due_now(*, task: str, args: Mapping[str, Any], key: str, now: dt.datetime) -> OutboxMessage:
    """A row that is not written yet, for a caller who writes it by one statement with its cause; its key must be new.

    Delivery is started after the commit, as `enqueue` does.
    """
    _require_transaction()
    wake_after_commit()
    return _message(task, args, key, now)


def enqueue_again(*, task: str, args: Mapping[str, Any], key: str, due_at: dt.datetime, now: dt.datetime) -> None:
    """Like `enqueue`, but a message with the same key is replaced and, if it had run, runs again."""
    enqueue_all_again(messages=[Due(task, args, key, due_at)], now=now)


def enqueue_all_again(*, messages: Iterable[Due], now: dt.datetime) -> None:
    """`enqueue_again` for many at once, in one statement; of those with the same key the last one counts."""
    _require_transaction()
    by_key = {each.key: each for each in messages}
    OutboxMessage.objects.bulk_create(
        [_message(each.task, each.args, each.key, each.due_at) for each in by_key.values()],
        update_conflicts=True,
        unique_fields=["tenant", "key"],
        update_fields=["task", "args", "due_at", "leased_until", "attempts", "last_error", "dead", "done_at"],
    )
    if any(each.due_at <= now for each in by_key.values()):
        wake_after_commit()


def withdraw(*, keys: Iterable[str]) -> int:
    """Remove the business's messages with these keys that have not run; returns how many."""
    _require_transaction()
    waiting: QuerySet[OutboxMessage] = OutboxMessage.objects.filter(
        tenant=current_tenant(), key__in=list(keys), done_at=None
    )
    return waiting.delete()[0]


def _message(task: str, args: Mapping[str, Any], key: str, due_at: dt.datetime) -> OutboxMessage:
    return OutboxMessage(id=uuid7(), tenant=current_tenant(), task=task, args=dict(args), key=key, due_at=due_at)


def wake_after_commit() -> None:
    """Start a delivery when the transaction is through: one, however many messages it wrote."""
    if not any(start_delivery in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(start_delivery, robust=True)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the outbox is written in the transaction of its cause")
