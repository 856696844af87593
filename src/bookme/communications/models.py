"""What was sent, to whom, and how it went."""

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

    `text` is what was sent but for the link that manages the booking, which is made anew for every sending.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=8, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    visit_id = models.UUIDField(null=True)
    booking_id = models.UUIDField(null=True)
    status = models.CharField(max_length=16, choices=NotificationStatus.choices)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["booking_id"], name="notification_of_booking")]

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"
