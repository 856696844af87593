"""Announcing facts, and carrying each to what follows from it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

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
# Of many, those after the first twenty become due one after another, as fast as a worker carries them: else what
# somebody books meanwhile would be told behind them all.
_BURST, _PACE = 20, dt.timedelta(milliseconds=40)
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
    """As `publish`, for many at once: two statements for some hundreds. More than twenty are delivered in turn."""
    at = read_clock()
    rows = [_row(event, actor, at) for event in events]
    EventRow.objects.bulk_create(rows, batch_size=_AT_ONCE)
    enqueue_all(
        messages=[
            Due("eventlog.deliver_event", {"event_id": str(row.id)}, f"event:{row.id}", at + max(0, number) * _PACE)
            for number, row in enumerate(rows, start=-_BURST)
        ],
        now=at,
    )


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
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [_POSITION_LOCK])
        row = EventRow.objects.select_for_update().get(pk=event_id)
        if row.position is None:
            row.position = (EventRow.objects.aggregate(last=Max("position"))["last"] or 0) + 1
            row.save(update_fields=["position"])
        for reaction in registry.reactions_to(row.name):
            enqueue(
                task="eventlog.run_reaction",
                args={"event_id": event_id, "reaction": reaction.__name__},
                key=f"event:{event_id}:{reaction.__name__}",
                due_at=now,
                now=now,
            )


def run_reaction(*, event_id: str, reaction: str) -> None:
    """Call one reaction with the fact; what it raises is retried by the outbox."""
    row = EventRow.objects.get(pk=event_id)
    event = registry.event_type(row.name).from_payload(row.payload)
    registry.reaction_named(row.name, reaction)(event=event, record=row)
