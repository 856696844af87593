"""Messages on record, and what a business has set up to send them."""

import factory
from factory.django import DjangoModelFactory

from bookme.communications.kinds import Audience
from bookme.communications.models import (
    ApprovalState,
    Attempt,
    AttemptOutcome,
    Channel,
    ChannelAccount,
    LastInbound,
    MessageTemplate,
    Muted,
    Notification,
    NotificationStatus,
    Provider,
    Spending,
    StoppedAddress,
    StopReason,
    WhatsAppTemplate,
)
from bookme.core.ids import uuid7
from tests.factories.bookings import MONDAY_AT_TEN


class NotificationFactory(DjangoModelFactory[Notification]):
    """A confirmation that went out by e-mail; `booking_id` is nobody's unless given."""

    class Meta:
        model = Notification

    key = factory.Sequence(lambda n: f"event:{n}:customer")
    kind = "booking.confirmed"
    audience = Audience.CUSTOMER
    channel = Channel.EMAIL
    to = "someone@mail.example"
    language = "en"
    subject = "You're booked"
    text = "You're booked."
    status = NotificationStatus.SENT
    attempts = 1
    sent_at = MONDAY_AT_TEN


class AttemptFactory(DjangoModelFactory[Attempt]):
    class Meta:
        model = Attempt

    notification = factory.SubFactory(NotificationFactory)
    number = 1
    channel = Channel.EMAIL
    outcome = AttemptOutcome.SENT


class MessageTemplateFactory(DjangoModelFactory[MessageTemplate]):
    class Meta:
        model = MessageTemplate

    name = "booking.confirmed"
    channel = Channel.EMAIL
    language = "en"
    version = factory.Sequence(lambda n: n + 1)
    subject = "Booked: {{ service }}"
    heading = "Booked"
    body = "Thank you, {{ customer }}."
    is_current = False


class ChannelAccountFactory(DjangoModelFactory[ChannelAccount]):
    class Meta:
        model = ChannelAccount

    channel = Channel.SMS
    provider = Provider.TWILIO
    sender = "+15005550006"


class WhatsAppTemplateFactory(DjangoModelFactory[WhatsAppTemplate]):
    class Meta:
        model = WhatsAppTemplate

    name = "booking.confirmed"
    language = "en"
    content_id = factory.Sequence(lambda n: f"HX{n:032d}")
    variables = ["customer", "service", "when"]
    state = ApprovalState.APPROVED


class StoppedAddressFactory(DjangoModelFactory[StoppedAddress]):
    class Meta:
        model = StoppedAddress

    channel = Channel.EMAIL
    address = factory.Sequence(lambda n: f"gone{n}@mail.example")
    reason = StopReason.BOUNCED


class LastInboundFactory(DjangoModelFactory[LastInbound]):
    class Meta:
        model = LastInbound

    address = factory.Sequence(lambda n: f"+4477009{n:05d}")
    at = MONDAY_AT_TEN


class SpendingFactory(DjangoModelFactory[Spending]):
    class Meta:
        model = Spending

    month = MONDAY_AT_TEN.date().replace(day=1)


class MutedFactory(DjangoModelFactory[Muted]):
    class Meta:
        model = Muted

    person_id = factory.LazyFunction(uuid7)
    name = "booking.confirmed.staff"
