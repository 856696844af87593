"""What is told, to whom, and how it went; by which texts, and by whose account with which provider."""

import json
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from bookme.communications.kinds import Audience
from bookme.core.encryption import EncryptedTextField
from bookme.core.models import Row


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"


class NotificationStatus(models.TextChoices):
    """How it stands. `sent`: a provider has taken it; `delivered`: it says that it arrived.

    Over for good are `delivered`, `bounced`, `failed` (its `reason` says why), `skipped` (nothing could carry it) and
    `withdrawn` (it was not true any more).
    """

    QUEUED = "queued", "Waiting"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    BOUNCED = "bounced", "Bounced"
    SKIPPED = "skipped", "Not sent"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Notification(Row):
    """One message on record. `key` is what makes it once: the event and for whom, or the reminder's.

    `booking_ids` are the bookings that it told, in order of start; `visit_id` is the visit of the first; `entry_id` is
    of the waitlist, where it was told to who waits; `event_id` is the fact that it tells. `recipient_id` is the member
    of the staff, of what goes to one.

    `channel` carries it now, to the address `to`; `tried` are those that were given up before it. Whoever hands it over
    holds it until `leased_until`, in which time nothing newer about the visit goes to the same reader.

    `edition` counts how often it was asked for: sent again, it is another mail to who reads it.

    `text` is what was sent but for the link that manages the booking, or opens the entry, which is made anew for every
    sending. `cost` is what the provider takes, in the business's currency, as its account says; `held_cost` is what is
    reserved of the month `held_month` for a try of which it is not known yet whether it was taken.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    audience = models.CharField(max_length=16, choices=[(each.value, each.value.title()) for each in Audience])
    recipient_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    tried = ArrayField(models.CharField(max_length=16), default=list)
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=8, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    visit_id = models.UUIDField(null=True)
    booking_ids = ArrayField(models.UUIDField(), default=list)
    entry_id = models.UUIDField(null=True)
    event_id = models.UUIDField(null=True)
    status = models.CharField(max_length=16, choices=NotificationStatus.choices, default=NotificationStatus.QUEUED)
    reason = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    edition = models.PositiveSmallIntegerField(default=1)
    leased_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    segments = models.PositiveSmallIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    held_cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    held_month = models.DateField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=NotificationStatus.values), name="notification_status_known"),
        ]
        indexes = [
            GinIndex(fields=["booking_ids"], name="notification_of_booking"),
            models.Index(fields=["visit_id"], condition=Q(leased_until__isnull=False), name="notification_on_its_way"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="notification_of_provider"),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"

    @property
    def first_booking_id(self) -> UUID | None:
        return self.booking_ids[0] if self.booking_ids else None


class AttemptOutcome(models.TextChoices):
    """`unclear`: the provider may have taken it, and is asked before another try."""

    SENT = "sent", "Sent"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    UNCLEAR = "unclear", "Unclear"


class Attempt(Row):
    """One try of a message, by one channel; `number` counts them."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=16, choices=Channel.choices)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome.choices)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["notification_id", "number", "id"]


class MessageTemplate(Row):
    """A text of the business's own, in Liquid. Never changed, only followed: `version` counts, one is `is_current`.

    `name` is the message's (`kinds.message_name`). Only an e-mail has `subject` and `heading`. Where none is current,
    the built-in text holds.
    """

    name = models.CharField(max_length=50)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    language = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=300, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    body = models.TextField(max_length=4000)
    is_current = models.BooleanField(default=True)
    made_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["name", "channel", "language", "-version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["name", "channel", "language", "version"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["name", "channel", "language"], condition=Q(is_current=True), name="template_one_current"
            ),
        ]


class Provider(models.TextChoices):
    """Who carries messages. A business without an account of its own is carried by the platform's."""

    SMTP = "smtp", "SMTP"
    SENDGRID = "sendgrid", "SendGrid"
    SES = "ses", "Amazon SES"
    MAILGUN = "mailgun", "Mailgun"
    TWILIO = "twilio", "Twilio"


class ChannelAccount(Row):
    """The business's own account with a provider, for one channel.

    `sender` is the address or number that messages come from, `credentials` the provider's own members as JSON,
    encrypted. `price` is what one message costs (of an SMS, one segment), in the business's currency, for its cap.
    """

    channel = models.CharField(max_length=16, choices=Channel.choices, unique=True)
    provider = models.CharField(max_length=16, choices=Provider.choices)
    sender = models.CharField(max_length=254)
    credentials = EncryptedTextField(default="{}")
    price = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["channel", "id"]

    @property
    def members(self) -> dict[str, str]:
        """Its credentials by name (`credentials.py`)."""
        found: dict[str, str] = json.loads(self.credentials)
        return found


class ApprovalState(models.TextChoices):
    PENDING = "pending", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    PAUSED = "paused", "Paused"


class WhatsAppTemplate(Row):
    """What the provider has approved for WhatsApp outside of its 24 hours: for one message, in one language.

    `content_id` is the provider's; `variables` are ours, by the numbers that theirs have: the first is `{{1}}`.
    """

    name = models.CharField(max_length=50)
    language = models.CharField(max_length=8)
    content_id = models.CharField(max_length=64)
    variables = ArrayField(models.CharField(max_length=40), default=list)
    state = models.CharField(max_length=16, choices=ApprovalState.choices, default=ApprovalState.PENDING)

    class Meta:
        verbose_name = "whatsapp template"
        ordering = ["name", "language", "id"]
        constraints = [models.UniqueConstraint(fields=["name", "language"], name="whatsapp_template_once")]


class StopReason(models.TextChoices):
    BOUNCED = "bounced", "It bounced"
    STOP = "stop", "They answered STOP"
    COMPLAINT = "complaint", "They called it spam"


class StoppedAddress(Row):
    """To this address, lower case, nothing more goes by that channel until it is lifted, by the team or by START."""

    channel = models.CharField(max_length=16, choices=Channel.choices)
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=16, choices=StopReason.choices)
    notification_id = models.UUIDField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["channel", "address"], name="stopped_address_once")]


class LastInbound(Row):
    """When somebody wrote to the business last: for 24 hours, WhatsApp lets it answer in words of its own."""

    address = models.CharField(max_length=254, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["address", "id"]


class Spending(Row):
    """What messages have cost in a month, which begins on `month` in the business's zone. Never above its cap."""

    month = models.DateField(unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=4, default=0)

    class Meta:
        ordering = ["-month", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="spending_not_below_nothing")]


class Muted(Row):
    """A message that one of the staff, or a customer, does not want; `person_id` is that row's."""

    person_id = models.UUIDField()
    name = models.CharField(max_length=50)

    class Meta:
        ordering = ["person_id", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["person_id", "name"], name="muted_once")]
