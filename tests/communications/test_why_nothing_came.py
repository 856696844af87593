"""Why a customer was told nothing is on record."""

from typing import Any

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.communications.models import Notification
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import configure, happen
from tests.factories.bookings import BookingFactory
from tests.factories.users import Person
from tests.letters import Letters

PHONE = "+447700900123"
LIST = "communications/notifications/"


def _booked(**values: Any) -> Booking:
    booking = BookingFactory(**values)
    happen(BookingConfirmed, booking)
    return booking


@pytest.mark.parametrize(
    ("config", "contact", "found"),
    [
        (
            {"messages": {"off": ["booking.confirmed"]}},
            {"visit__contact_email": "ada@mail.example"},
            ("email", "ada@mail.example", "switched_off"),
        ),
        (
            {"features": {"sms": False, "whatsapp": False}},
            {"visit__contact_email": "", "visit__contact_phone": PHONE},
            ("whatsapp", PHONE, "channel_off"),
        ),
        ({}, {"visit__contact_email": "", "visit__contact_phone": ""}, ("email", "", "no_address")),
    ],
    ids=["switched off", "only a phone", "no address at all"],
)
def test_what_a_customer_is_not_told_is_on_record(
    salon: Tenant, letters: Letters, config: dict[str, Any], contact: dict[str, str], found: tuple[str, ...]
) -> None:
    configure(salon, contact={"email": ""}, reminders=[], messages=config.pop("messages", {}), **config)
    booking = _booked(**contact)
    told = Notification.objects.get()
    assert (told.channel, told.to, told.reason) == found
    assert (told.status, told.attempts, told.text) == ("skipped", 0, "")
    assert told.booking_ids == [booking.pk]
    assert told.ended_at is not None
    assert letters.all() == []
    assert not OutboxMessage.objects.filter(done_at=None).exists(), "nothing waits to send it"


def test_it_is_recorded_once(salon: Tenant) -> None:
    configure(salon, contact={"email": ""}, messages={"off": ["booking.confirmed"]})
    _booked(visit__contact_email="ada@mail.example")
    OutboxMessage.objects.update(done_at=None, leased_until=None)
    deliver_outbox()
    assert Notification.objects.count() == 1


def test_what_the_team_is_not_told_is_not(salon: Tenant) -> None:
    """They know what they switched off, and that they have no address."""
    configure(salon, messages={"off": ["booking.confirmed.business", "booking.confirmed.staff"]})
    _booked(visit__contact_email="ada@mail.example")
    assert list(Notification.objects.values_list("audience", "status")) == [("customer", "sent")]


def test_once_it_is_on_it_can_be_sent(salon: Tenant, owner: Person, letters: Letters) -> None:
    configure(salon, contact={"email": ""}, messages={"off": ["booking.confirmed"]})
    _booked(visit__contact_email="ada@mail.example")
    told = Notification.objects.get()
    configure(salon, messages={"off": []})
    assert owner.api.post(f"{LIST}{told.pk}/send-again/").status_code == 202
    deliver_outbox()
    told.refresh_from_db()
    assert told.status == "sent"
    assert len(letters.to("ada@mail.example")) == 1
