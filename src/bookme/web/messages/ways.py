"""The channels of a business in their order: which are on, and who carries them."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from bookme.communications.models import Channel
from bookme.communications.selectors.channel_accounts import ChannelState, channel_states
from bookme.communications.wording import CHANNELS
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.tenants.config import BusinessConfig
from bookme.web.messages.looks import CHANNEL_ICONS

UP, DOWN, ON, OFF = "up", "down", "on", "off"


@dataclass(frozen=True)
class Way:
    """One channel. `place` counts from 1 in the order in which they are tried; 0 of one that is not."""

    channel: Channel
    label: Promise
    icon: str
    place: int
    is_on: bool
    state: ChannelState
    can_rise: bool
    can_sink: bool

    @property
    def can_switch(self) -> bool:
        """E-mail stays on: what nothing else reaches goes by it."""
        return not self.is_on or self.channel is not Channel.EMAIL


def ways_of(actor: Actor, config: BusinessConfig) -> list[Way]:
    """In the order in which they are tried, then those that are not."""
    order = [Channel(each) for each in config.messages.channels]
    states = {each.channel: each for each in channel_states(actor)}
    return [
        Way(
            channel=channel,
            label=CHANNELS[channel],
            icon=CHANNEL_ICONS[channel],
            place=order.index(channel) + 1 if channel in order else 0,
            is_on=channel in order and states[channel].is_on,
            state=states[channel],
            can_rise=channel in order[1:],
            can_sink=channel in order[:-1],
        )
        for channel in [*order, *(each for each in Channel if each not in order)]
    ]


def channels_patch(config: BusinessConfig, step: str) -> dict[str, Any]:
    """What one step, such as `up:sms`, changes of the settings. Raises NotFound for what is no step."""
    verb, _colon, name = step.partition(":")
    if verb not in {UP, DOWN, ON, OFF} or name not in Channel.values:
        raise NotFound
    order = list(config.messages.channels)
    if verb in {ON, OFF}:
        switched = {} if name == Channel.EMAIL else {"features": {name: verb == ON}}
        return switched | {"messages": {"channels": order if name in order else [*order, name]}}
    return {"messages": {"channels": _moved(order, name, by=-1 if verb == UP else 1)}}


def _moved(order: list[str], name: str, *, by: int) -> list[str]:
    """One place further; at the end of them it stays."""
    at = order.index(name) if name in order else -1
    to = at + by
    if at < 0 or not 0 <= to < len(order):
        return order
    order[at], order[to] = order[to], order[at]
    return order
