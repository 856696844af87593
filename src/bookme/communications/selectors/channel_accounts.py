"""By whose account with a provider messages go."""

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.rationing import Room, room_left
from bookme.communications.reach import Silence, reach_of
from bookme.communications.selectors.routes import channel_is_on
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.core.permissions import Permission
from bookme.tenants.context import current_tenant


class CarriedBy(StrEnum):
    """Whose account it is; `mailbox` is the local one, where nothing leaves the machine."""

    OWN = "own"
    PLATFORM = "platform"
    MAILBOX = "mailbox"
    NOBODY = "nobody"


@dataclass(frozen=True)
class ChannelState:
    """A channel as the business has it: `is_on` is its feature, `account` its own, in use or not.

    `unreachable_since`: the account has kept silent so long, several times in a row.
    """

    channel: Channel
    is_on: bool
    carried_by: CarriedBy
    account: ChannelAccount | None
    unreachable_since: dt.datetime | None


def account_of(channel: Channel) -> ChannelAccount | None:
    """The business's own, if it is in use; else the platform's, of the environment, which has no row; else None."""
    own = None
    if current_tenant() is not None:
        own = ChannelAccount.objects.filter(channel=channel, is_active=True).first()
    return own or _platform_account(channel)


def room_of_mail(*, now: dt.datetime) -> Room | None:
    """What the business may send by the platform's mail server; None of one that has an account of its own."""
    is_own = ChannelAccount.objects.filter(channel=Channel.EMAIL, is_active=True).exists()
    return None if is_own else room_left(now=now)


def carried_by(channel: Channel) -> CarriedBy:
    """Whose account carries it now."""
    return _whose(channel, ChannelAccount.objects.filter(channel=channel).first())


def channel_states(actor: Actor) -> list[ChannelState]:
    """Every channel. Raises NotAllowed."""
    actor.demand(Permission.CONFIG_MANAGE)
    accounts = {each.channel: each for each in ChannelAccount.objects.all()}
    return [_state(channel, accounts.get(channel)) for channel in Channel]


def channel_state(actor: Actor, name: str) -> ChannelState:
    """One, by its name. Raises NotFound, NotAllowed."""
    found = next((each for each in channel_states(actor) if each.channel == name), None)
    if found is None:
        raise NotFound
    return found


def own_account(actor: Actor, name: str) -> ChannelAccount:
    """Raises NotFound, NotAllowed."""
    account = channel_state(actor, name).account
    if account is None:
        raise NotFound
    return account


def _state(channel: Channel, account: ChannelAccount | None) -> ChannelState:
    return ChannelState(channel, channel_is_on(channel), _whose(channel, account), account, _silent_since(account))


def _silent_since(account: ChannelAccount | None) -> dt.datetime | None:
    silence = reach_of(account).silence() if account is not None and account.is_active else Silence()
    return dt.datetime.fromtimestamp(silence.since, dt.UTC) if silence.is_long else None


def _whose(channel: Channel, account: ChannelAccount | None) -> CarriedBy:
    if account is not None and account.is_active:
        return CarriedBy.OWN
    if channel is Channel.EMAIL:
        return CarriedBy.MAILBOX if settings.MAILBOX_DIR else CarriedBy.PLATFORM
    if _platform_account(channel) is not None:
        return CarriedBy.PLATFORM
    return CarriedBy.MAILBOX if settings.MESSAGE_BACKENDS.get(channel.value) else CarriedBy.NOBODY


def _platform_account(channel: Channel) -> ChannelAccount | None:
    """Only for a business in whose currency it has a price and a ceiling: what costs nothing would pass every cap."""
    sender, tenant = settings.TWILIO_SENDERS.get(channel.value), current_tenant()
    if not (settings.TWILIO_ACCOUNT_SID and sender and tenant):
        return None
    currency = tenant.config.currency
    price = settings.TWILIO_PRICES[channel.value].get(currency)
    if price is None or currency not in settings.TWILIO_MONTHLY_CAPS:
        return None
    credentials = {"account_sid": settings.TWILIO_ACCOUNT_SID, "auth_token": settings.TWILIO_AUTH_TOKEN}
    return ChannelAccount(
        channel=channel,
        provider=Provider.TWILIO,
        sender=sender,
        credentials=json.dumps(credentials),
        price=price,
    )
