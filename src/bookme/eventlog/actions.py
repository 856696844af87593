"""Announcing facts, and carrying each to what follows from it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Max

from bookme.core.actor import Actor
from bookme.core.time import now as read_clock
from bookme.eventlog import registry
from bookme.eventlog.events import AuditEvent, Event
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.outbox import Due, due_now, enqueue, enqueue_all
from bookme.tenants.statements import insert

_AT_ONCE = 500
_DELIVERED_AT_ONCE = 20
_POSITION_LOCK = 0x626F6F6B  # any number that nobody else locks, joined with the schema's own


def publish(event: Event, *, actor: Actor) -> EventRow:
    """Write a fact and one outbox row, in the transaction that made it true (raises outside of one), as of now.

    An AuditEvent says where its actor comes from.
    """
    at = read_clock()
    row = _row(event, actor, at)
    insert(row, due_now(task="eventlog.deliver_event", args={"event_id": str(row.id)}, key=f"event:{row.id}", now=at))
    return row


def publish_all(events: Sequence[Event], *, actor: Actor) -> None:
    """As `publish`, for many at once: two statements for some hundreds.

    They are delivered some at a time: what is announced meanwhile does not wait behind them all.
    """
    at = read_clock()
    rows = [_row(event, actor, at) for event in events]
    EventRow.objects.bulk_create(rows, batch_size=_AT_ONCE)
    if rows:
        ids = sorted(row.id for row in rows)  # a clock that is put back makes a smaller one
        _enqueue_delivery(ids[0], ids[-1], at)


def _enqueue_delivery(first: UUID, last: UUID, at: dt.datetime) -> None:
    args = {"first_id": str(first), "last_id": str(last)}
    enqueue(task="eventlog.deliver_events", args=args, key=f"events:{first}:{last}", due_at=at, now=at)


def _row(event: Event, actor: Actor, at: dt.datetime) -> EventRow:
    if isinstance(event, AuditEvent):
        event = replace(event, address=actor.origin.address, agent=actor.origin.agent)
    return EventRow(
        name=event.name,
        subject_id=event.subject_id,
        payload=event.to_payload(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name[:120],
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
        occurred_at=at,
        is_audit=isinstance(event, AuditEvent),
    )


def deliver_event(*, event_id: str, now: dt.datetime) -> None:
    """Give the event its position and make one outbox row per reaction. Locks the business's event counter."""
    with transaction.atomic():
        _lock_positions()
        _deliver([EventRow.objects.select_for_update().get(pk=event_id)], now)


def deliver_events(*, first_id: str, last_id: str, now: dt.datetime) -> None:
    """The same for the next of those from one id to another, and leave the rest to a message behind what is due now."""
    with transaction.atomic():
        _lock_positions()
        found = EventRow.objects.select_for_update().filter(pk__gte=first_id, pk__lte=last_id).order_by("pk")
        rows = list(found[: _DELIVERED_AT_ONCE + 1])
        _deliver(rows[:_DELIVERED_AT_ONCE], now)
        if len(rows) > _DELIVERED_AT_ONCE:
            _enqueue_delivery(rows[-1].pk, UUID(last_id), now)


def _lock_positions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [_POSITION_LOCK])


def _deliver(rows: Sequence[EventRow], now: dt.datetime) -> None:
    last = EventRow.objects.aggregate(last=Max("position"))["last"] or 0
    new = [each for each in rows if each.position is None]
    for position, each in enumerate(new, start=last + 1):
        each.position = position
    EventRow.objects.bulk_update(new, ["position"])
    enqueue_all(
        messages=[
            Due(
                "eventlog.run_reaction",
                {"event_id": str(each.pk), "reaction": reaction.__name__},
                f"event:{each.pk}:{reaction.__name__}",
                due_at=now,
            )
            for each in rows
            for reaction in registry.reactions_to(each.name)
        ],
        now=now,
    )


def run_reaction(*, event_id: str, reaction: str) -> None:
    """Call one reaction with the fact; what it raises is retried by the outbox."""
    row = EventRow.objects.get(pk=event_id)
    event = registry.event_type(row.name).from_payload(row.payload)
    registry.reaction_named(row.name, reaction)(event=event, record=row)
