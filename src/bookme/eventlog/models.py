"""Facts, and answers kept for retries. In public and in every tenant."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bookme.core.ids import uuid7


class Event(models.Model):
    """A past-tense fact, written in the transaction that made it true.

    Never changed but for `position`, and for what the erasure of a person takes out (docs/decisions/0027).
    `position` is given after the commit, by the delivery, one tenant at a time: a cursor that never skips. `subject_id`
    is what the history is asked by, such as a booking's id. `is_audit` of an AuditEvent.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=64)
    subject_id = models.UUIDField(null=True)
    payload = models.JSONField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField()
    position = models.BigIntegerField(null=True, unique=True)
    is_audit = models.BooleanField(default=False)

    class Meta:
        ordering = ["occurred_at", "id"]
        indexes = [
            models.Index(fields=["subject_id", "occurred_at"], name="event_of_subject"),
            models.Index(fields=["occurred_at", "id"], name="event_in_order"),
            # Of a million facts few are for the audit: their indexes hold those alone, and cost the others nothing.
            models.Index(fields=["occurred_at", "id"], condition=Q(is_audit=True), name="audit_in_order"),
            models.Index(fields=["name", "occurred_at", "id"], condition=Q(is_audit=True), name="audit_of_kind"),
            models.Index(fields=["actor_id", "occurred_at"], condition=Q(is_audit=True), name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return self.name


class AuditManager(models.Manager["AuditRecord"]):
    def get_queryset(self) -> models.QuerySet["AuditRecord"]:
        return super().get_queryset().filter(is_audit=True)


class AuditRecord(Event):
    """The facts with `is_audit`, to be listed apart."""

    objects: ClassVar[AuditManager] = AuditManager()

    class Meta:
        proxy = True


class IdempotencyKey(models.Model):
    """The answer to a write that may be asked for again, without secrets and what people say of themselves.

    Kept 24 h, written in the write's own transaction.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key
