"""Writing to the outbox. Always in the transaction of the cause; `tenants.tasks` does the rest."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from bookme.core.ids import uuid7
from bookme.tenants.context import current_tenant, require_tenant
from bookme.tenants.delivery import start_delivery
from bookme.tenants.models import OutboxMessage

_AT_ONCE = 500
# Nothing hangs on a row. Where anybody at all listens to what is deleted, the ORM would read the rows first.
_WITHDRAW = """
DELETE FROM tenants_outboxmessage
WHERE tenant_id = %(tenant)s AND key = ANY(%(keys)s) AND done_at IS NULL
  AND (%(due_at)s::timestamptz IS NULL OR due_at = %(due_at)s)
"""


class NotYet(Exception):
    """Raised by a task whose turn has not come: it runs again in so many `seconds`, and this was no failure."""

    def __init__(self, reason: str, *, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class NextRound(NotYet):
    """The same, and what else the business has waiting would fare no better: the worker leaves it to its next round."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, seconds=0)


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


def withdraw(*, keys: Iterable[str], due_at: dt.datetime | None = None) -> int:
    """Remove the messages of the business that is entered with these keys that have not run; returns how many.

    With `due_at` only what is due then still: what was put to another time since stays.
    """
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, {"tenant": require_tenant().pk, "keys": list(keys), "due_at": due_at})
        return int(cursor.rowcount)


def is_waiting(*, key: str) -> bool:
    """Whether the business has a message with that key that will run, or runs."""
    return OutboxMessage.objects.filter(tenant=current_tenant(), key=key, done_at=None, dead=False).exists()


def due_of(*, key: str) -> dt.datetime | None:
    """When that message is due, of one that will run, or runs; None for any other."""
    found = OutboxMessage.objects.filter(tenant=current_tenant(), key=key, done_at=None, dead=False)
    return found.values_list("due_at", flat=True).first()


def soonest(*, tasks: Collection[str], keys: Collection[str] | None = None, at_most: int) -> list[OutboxMessage]:
    """The business's messages for these tasks that will run, by when they are due: so many; with `keys`, of those."""
    waiting = OutboxMessage.objects.filter(tenant=current_tenant(), task__in=tasks, done_at=None, dead=False)
    if keys is not None:
        waiting = waiting.filter(key__in=keys)
    return list(waiting.order_by("due_at", "id")[:at_most])


def waiting_for(*, task: str, after: str, at_most: int) -> list[OutboxMessage]:
    """The business's messages for a task that have not run, by key: so many of those behind that key."""
    waiting = OutboxMessage.objects.filter(tenant=current_tenant(), task=task, done_at=None, key__gt=after)
    return list(waiting.order_by("key")[:at_most])


def _message(task: str, args: Mapping[str, Any], key: str, due_at: dt.datetime) -> OutboxMessage:
    return OutboxMessage(id=uuid7(), tenant=current_tenant(), task=task, args=dict(args), key=key, due_at=due_at)


def wake_after_commit() -> None:
    """Start a delivery when the transaction is through: one, however many messages it wrote."""
    if not any(start_delivery in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(start_delivery, robust=True)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the outbox is written in the transaction of its cause")
