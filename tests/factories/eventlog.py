"""Facts, and answers kept for retries."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from bookme.core.ids import uuid7
from bookme.eventlog.models import AuditRecord, Event, IdempotencyKey


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    name = "booking.confirmed"
    subject_id = factory.LazyFunction(uuid7)
    payload = factory.LazyFunction(dict)
    actor_kind = "system"
    occurred_at = dt.datetime(2030, 1, 7, 9, tzinfo=dt.UTC)


class AuditRecordFactory(EventFactory):
    class Meta:
        model = AuditRecord

    name = "member.joined"
    payload = factory.LazyFunction(lambda: {"user_id": str(uuid7()), "role": "staff", "address": "", "agent": ""})
    is_audit = True


class IdempotencyKeyFactory(DjangoModelFactory[IdempotencyKey]):
    class Meta:
        model = IdempotencyKey

    scope = "guest POST /api/v1/bookings/"
    key = factory.Sequence(lambda n: f"key-{n}")
    body_hash = "0" * 64
    status = 201
    answer = factory.LazyFunction(dict)
