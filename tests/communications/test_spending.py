"""What messages cost in a month stays under the business's cap, also where many come at once."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.communications import channels
from bookme.communications.actions import spending
from bookme.communications.actions.sending import TRIES_OF_CHANNEL
from bookme.communications.channels import Outgoing, Receipt, UnclearError, UndeliverableError
from bookme.communications.models import (
    Channel,
    ChannelAccount,
    MessageTemplate,
    Notification,
    NotificationStatus,
    Provider,
    Spending,
)
from bookme.communications.selectors.spending import month_of
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.at_once import all_at_once
from tests.communications.conftest import configure, happen
from tests.factories.bookings import BookingFactory
from tests.factories.communications import (
    ChannelAccountFactory,
    MessageTemplateFactory,
    NotificationFactory,
    SpendingFactory,
)
from tests.letters import Letters
from tests.twilio import Twilio

MONDAY = dt.datetime(2030, 3, 31, 23, 30, tzinfo=dt.UTC)
PRICE = Decimal("0.05")


class Desk:
    """A carrier with its own books, that takes a message, refuses it, or does not say."""

    has_window, can_be_asked = False, True
    taken_ids: ClassVar[list[str]] = []
    moods: ClassVar[list[Exception | None]] = []

    def __init__(self, account: ChannelAccount) -> None:
        self.price, self.cap = account.price, None

    def send(self, message: Outgoing) -> Receipt:
        mood = self.moods.pop(0) if self.moods else None
        if mood is not None:
            raise mood
        self.taken_ids.append(message.message_id)
        return Receipt(provider_id=message.message_id)

    def taken(self, message: Outgoing) -> Receipt | None:
        return Receipt(provider_id=message.message_id) if message.message_id in self.taken_ids else None


@pytest.fixture
def desk(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Desk]]:
    """SMS of one segment by an account of the business, first of all channels; e-mail after it."""
    monkeypatch.setitem(channels._OF_PROVIDER, Provider.TWILIO, "tests.communications.test_spending.Desk")
    ChannelAccountFactory(channel=Channel.SMS, price=PRICE, credentials=json.dumps({}))
    MessageTemplateFactory(channel=Channel.SMS, body="You're booked.", is_current=True)
    Desk.taken_ids, Desk.moods = [], []
    _cap(salon, "1.00")
    yield Desk
    Desk.taken_ids, Desk.moods = [], []


def _cap(tenant: Tenant, cap: str | None) -> None:
    configure(
        tenant,
        features={"sms": True},
        contact={"email": ""},
        messages={"channels": ["sms", "email"], "monthly_cap": cap},
    )


def _confirmed(**visit: Any) -> Notification:
    given = {"visit__contact_email": "amelia@mail.example", "visit__contact_phone": "+447700900123"}
    happen(BookingConfirmed, BookingFactory(**(given | visit)))
    return Notification.objects.latest("created_at")


def _spent() -> Decimal:
    return sum(Spending.objects.values_list("amount", flat=True), Decimal(0))


def _again() -> None:
    OutboxMessage.objects.filter(done_at=None).update(due_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), leased_until=None)
    Notification.objects.update(leased_until=None)
    deliver_outbox()


def test_what_is_taken_is_spent(desk: type[Desk], letters: Letters) -> None:
    told = _confirmed()
    assert (told.channel, told.status, told.cost, told.held_cost) == ("sms", "sent", PRICE, 0)
    assert Spending.objects.get().month == now().date().replace(day=1)
    assert _spent() == PRICE


def test_an_sms_costs_what_its_segments_cost(desk: type[Desk], letters: Letters) -> None:
    MessageTemplate.objects.update(body="Booked: " + "a" * 306)
    told = _confirmed()
    assert (told.segments, told.cost, _spent()) == (3, 3 * PRICE, 3 * PRICE)


def test_over_the_cap_the_next_channel_carries_it(salon: Tenant, desk: type[Desk], letters: Letters) -> None:
    _cap(salon, "0.09")
    assert _confirmed().channel == "sms"
    told = _confirmed(visit__reference="NEXT2345")
    assert (told.channel, told.status, told.tried, told.cost) == ("email", "sent", ["sms"], 0)
    assert len(desk.taken_ids) == 1
    assert len(letters.all()) == 1
    assert _spent() == PRICE


def test_with_no_other_channel_it_is_not_sent(salon: Tenant, desk: type[Desk], letters: Letters) -> None:
    _cap(salon, "0.04")
    told = _confirmed(visit__contact_email="")
    assert (told.status, told.reason, told.cost) == ("skipped", "over_cap", 0)
    assert told.tried == ["sms", "email"]
    assert (desk.taken_ids, _spent()) == ([], 0)


def test_by_the_platform_it_costs_what_the_settings_say(salon: Tenant, twilio: Twilio, letters: Letters) -> None:
    _cap(salon, "0.05")
    MessageTemplateFactory(channel=Channel.SMS, body="You're booked.", is_current=True)
    told = _confirmed()
    assert (told.channel, told.cost, _spent()) == ("sms", Decimal("0.04"), Decimal("0.04"))
    told = _confirmed(visit__reference="NEXT2345")
    assert (told.channel, len(twilio.messages), _spent()) == ("email", 1, Decimal("0.04"))


def test_the_platform_carries_nothing_in_a_currency_without_a_price(
    salon: Tenant, twilio: Twilio, letters: Letters, settings: Any
) -> None:
    settings.TWILIO_PRICES = {"sms": {"EUR": Decimal("0.04")}, "whatsapp": {}}
    settings.TWILIO_MONTHLY_CAPS = {"GBP": Decimal(1), "EUR": Decimal(1)}
    settings.MESSAGE_BACKENDS = {"sms": None}
    _cap(salon, None)
    assert _confirmed().channel == "email"
    assert twilio.messages == []
    configure(salon, currency="EUR")
    assert _confirmed(visit__reference="NEXT2345").channel == "sms"


@pytest.mark.parametrize("own", [None, "0.30"], ids=["none of its own", "a wider one of its own"])
def test_by_the_platform_a_business_spends_no_more_than_the_platform_lets_it(
    salon: Tenant, twilio: Twilio, letters: Letters, settings: Any, own: str | None
) -> None:
    settings.TWILIO_MONTHLY_CAPS = {"GBP": Decimal("0.05")}
    _cap(salon, own)
    MessageTemplateFactory(channel=Channel.SMS, body="You're booked.", is_current=True)
    assert [_confirmed(visit__reference=f"REF{each}2345").channel for each in range(2)] == ["sms", "email"]
    assert (len(twilio.messages), _spent()) == (1, Decimal("0.04"))


def test_the_platform_carries_nothing_without_a_ceiling(
    salon: Tenant, twilio: Twilio, letters: Letters, settings: Any
) -> None:
    settings.TWILIO_MONTHLY_CAPS, settings.MESSAGE_BACKENDS = {}, {"sms": None}
    _cap(salon, None)
    assert _confirmed().channel == "email"
    assert twilio.messages == []


def test_without_a_cap_it_is_counted_all_the_same(salon: Tenant, desk: type[Desk], letters: Letters) -> None:
    _cap(salon, None)
    _confirmed()
    assert _spent() == PRICE


@pytest.mark.parametrize("error", [ConnectionRefusedError("away"), UndeliverableError("no such number")])
def test_what_was_surely_not_taken_is_given_back(desk: type[Desk], letters: Letters, error: Exception) -> None:
    desk.moods = [error]
    told = _confirmed()
    assert (told.cost, told.held_cost, _spent()) == (0, 0, 0)


def test_what_is_unclear_stays_reserved_and_is_counted_once(desk: type[Desk], letters: Letters) -> None:
    desk.moods = [UnclearError("silence")]
    told = _confirmed()
    assert (told.status, told.cost, told.held_cost, _spent()) == ("queued", 0, PRICE, PRICE)
    _again()
    told.refresh_from_db()
    assert (told.status, told.cost, told.held_cost, _spent()) == ("sent", PRICE, 0, PRICE)
    assert len(desk.taken_ids) == 1


def test_what_stays_unclear_is_spent_and_the_next_channel_costs_what_it_costs(
    salon: Tenant, desk: type[Desk], letters: Letters
) -> None:
    ChannelAccountFactory(channel=Channel.WHATSAPP, price=PRICE * 3, credentials="{}")
    configure(salon, features={"sms": True, "whatsapp": True}, messages={"channels": ["sms", "whatsapp"]})
    desk.moods = [UnclearError("silence") for _ in range(TRIES_OF_CHANNEL)]
    told = _confirmed()
    for _ in range(TRIES_OF_CHANNEL):
        _again()
    told.refresh_from_db()
    assert (told.channel, told.status, told.cost, _spent()) == ("whatsapp", "sent", PRICE * 4, PRICE * 4)


def test_what_was_taken_after_all_is_spent(desk: type[Desk], letters: Letters) -> None:
    real = desk.send

    def send_and_say_nothing(self: Desk, message: Outgoing) -> Receipt:
        real(self, message)
        raise UnclearError("silence")

    desk.send = send_and_say_nothing  # type: ignore[method-assign]
    try:
        told = _confirmed()
    finally:
        desk.send = real  # type: ignore[method-assign]
    _again()
    told.refresh_from_db()
    assert (told.status, told.cost, told.held_cost, _spent()) == ("sent", PRICE, 0, PRICE)
    assert len(desk.taken_ids) == 1


def test_what_its_provider_told_meanwhile_is_spent(salon: Tenant) -> None:
    """Nothing is reserved for what is settled, and nothing of it is given back."""
    held = NotificationFactory(status=NotificationStatus.QUEUED)
    assert spending.reserve(notification=held, cost=PRICE, cap=None, now=MONDAY)
    told = Notification.objects.get()
    spending.settle(told)
    told.status = NotificationStatus.DELIVERED
    told.save()
    assert spending.reserve(notification=held, cost=PRICE, cap=None, now=MONDAY)
    spending.give_back(notification=held)
    assert (held.cost, held.held_cost, _spent()) == (PRICE, 0, PRICE)


def test_a_month_begins_where_the_business_is(salon: Tenant) -> None:
    """Half past eleven in the evening of the last of March, in UTC, is April in London."""
    held = NotificationFactory(status=NotificationStatus.QUEUED)
    assert spending.reserve(notification=held, cost=PRICE, cap=None, now=MONDAY)
    assert Spending.objects.get().month == dt.date(2030, 4, 1)


def test_what_is_given_back_goes_to_its_month(salon: Tenant) -> None:
    held = NotificationFactory(status=NotificationStatus.QUEUED)
    assert spending.reserve(notification=held, cost=PRICE, cap=None, now=MONDAY)
    assert spending.reserve(notification=held, cost=PRICE, cap=None, now=MONDAY + dt.timedelta(days=40))
    assert dict(Spending.objects.values_list("month", "amount")) == {
        dt.date(2030, 4, 1): Decimal(0),
        dt.date(2030, 5, 1): PRICE,
    }


@pytest.mark.parametrize("is_guarded", [True, False])
def test_many_at_the_edge_of_the_cap(committed: Tenant, monkeypatch: pytest.MonkeyPatch, is_guarded: bool) -> None:
    """There is room for three of twenty; the control reads, then writes, and sells more than there is."""
    committed.tenantconfig.data |= {"messages": {"monthly_cap": "1.00"}}  # of this object: nothing to put back after
    SpendingFactory(month=month_of(MONDAY), amount=Decimal("0.85"))
    waiting = [NotificationFactory(status=NotificationStatus.QUEUED) for _ in range(20)]
    if not is_guarded:
        monkeypatch.setattr(spending, "_taken_from", _read_then_write)
    taken: list[bool] = []

    def one(number: int) -> None:
        with tenant_scope(committed):
            taken.append(spending.reserve(notification=waiting[number], cost=PRICE, cap=None, now=MONDAY))

    all_at_once(20, one)
    spent = taken.count(True) * PRICE + Decimal("0.85")
    if is_guarded:
        assert (taken.count(True), _spent()) == (3, Decimal("1.00"))
        assert Notification.objects.filter(held_cost=PRICE).count() == 3
    else:
        assert spent > 1


def _read_then_write(month: dt.date, cost: Decimal, *, cap: Decimal | None) -> bool:
    row = Spending.objects.get(month=month)
    if cap is not None and row.amount + cost > cap:
        return False
    Spending.objects.filter(pk=row.pk).update(amount=row.amount + cost)
    return True
