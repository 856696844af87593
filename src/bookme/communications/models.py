"""What was sent, to whom, and how it went."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from bookme.core.models import Row


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"


class NotificationStatus(models.TextChoices):
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


class Notification(Row):
    """One message on record. `key` is what makes it once: the event and the kind, or the reminder's.

    `booking_ids` are the bookings that it told, in order of start; `visit_id` is the visit of the first.
    `entry_id` is of the waitlist, where it was told to who waits.

    `text` is what was sent but for the link that manages the booking, or opens the entry, which is made anew for every
    sending.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=8, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    visit_id = models.UUIDField(null=True)
    booking_ids = ArrayField(models.UUIDField(), default=list)
    entry_id = models.UUIDField(null=True)
    status = models.CharField(max_length=16, choices=NotificationStatus.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [GinIndex(fields=["booking_ids"], name="notification_of_booking")]

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"

    @property
    def first_booking_id(self) -> UUID | None:
        return self.booking_ids[0] if self.booking_ids else None
