"""Messages on record."""

import factory
from factory.django import DjangoModelFactory

from bookme.communications.models import Channel, Notification, NotificationStatus
from tests.factories.bookings import MONDAY_AT_TEN


class NotificationFactory(DjangoModelFactory[Notification]):
    """A confirmation that went out by e-mail; `booking_id` is nobody's unless given."""

    class Meta:
        model = Notification

    key = factory.Sequence(lambda n: f"event:{n}:customer")
    kind = "booking.confirmed"
    channel = Channel.EMAIL
    to = "someone@mail.example"
    language = "en"
    subject = "You're booked"
    text = "You're booked."
    status = NotificationStatus.SENT
    attempts = 1
    sent_at = MONDAY_AT_TEN
