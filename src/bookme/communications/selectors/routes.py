"""By which channels a message may go, in which order, and what stands in the way of one."""

from collections.abc import Sequence
from itertools import takewhile

from bookme.communications.keys import reminder_in
from bookme.communications.kinds import MESSAGES, Audience, Category, Kind, may_refuse, message_name
from bookme.communications.models import Channel, Muted, Notification
from bookme.communications.selectors.stopped import stopped_addresses
from bookme.communications.told import Recipient, Told
from bookme.core.phones import country_of, is_costly
from bookme.tenants.config import Reminder
from bookme.tenants.context import require_tenant


def is_sent(kind: Kind, audience: Audience) -> bool:
    """Whether the business sends it at all."""
    return message_name(kind, audience) not in require_tenant().config.messages.off


def channels_ahead(notification: Notification) -> Sequence[Channel]:
    """Those that are still to be tried, from the one that it is to go by.

    Of reminders at the same time each has its own, so that none comes twice.
    """
    if notification.audience != Audience.CUSTOMER:
        return [] if Channel.EMAIL in notification.tried else [Channel.EMAIL]
    planned = reminder_in(notification.key)
    ahead = channels_of_reminder(planned.reminder) if planned else _in_order_from(Channel(notification.channel))
    return [each for each in ahead if each not in notification.tried]


def channels_of_reminder(reminder: Reminder) -> Sequence[Channel]:
    """By which it may go, in order: up to one by which the customer is reminded at the same time anyway."""
    same = [each for each in require_tenant().config.reminders if each.minutes_before == reminder.minutes_before]
    own = {Channel(each.channel) for each in same} - {Channel(reminder.channel)}
    return list(takewhile(lambda each: each not in own, _in_order_from(Channel(reminder.channel))))


def _in_order_from(first: Channel) -> Sequence[Channel]:
    order = [Channel(each) for each in require_tenant().config.messages.channels]
    return order[order.index(first) :] if first in order else [first]


def first_channel(audience: Audience, to: Recipient) -> Channel | None:
    """The first that is on and for which they have an address; None: they cannot be reached."""
    found = channels_on() if audience is Audience.CUSTOMER else [Channel.EMAIL]
    return next((each for each in found if address_by(each, to)), None)


def channels_on() -> Sequence[Channel]:
    """Those that are on, in the order in which a customer is tried."""
    order = (Channel(each) for each in require_tenant().config.messages.channels)
    return [each for each in order if channel_is_on(each)]


def why_not_reached(to: Recipient) -> tuple[Channel, str]:
    """Of a customer without a first channel: the one that has something to say of it, and the code of why."""
    order = [Channel(each) for each in require_tenant().config.messages.channels]
    off = next((each for each in order if address_by(each, to)), None)
    return (off, "channel_off") if off else (next(iter(channels_on()), order[-1]), "no_address")


def channel_is_on(channel: Channel) -> bool:
    """E-mail always; the others if the business's feature is on."""
    return channel is Channel.EMAIL or bool(getattr(require_tenant().config.features, channel.value))


def address_by(channel: Channel, to: Recipient) -> str:
    return to.email if channel is Channel.EMAIL else to.phone


def written_countries() -> Sequence[str]:
    """To numbers of which countries the business writes; without any, to none."""
    config = require_tenant().config
    own = config.country or country_of(config.contact.phone)
    return config.messages.countries or ([own] if own else [])


def number_obstacle(number: str) -> str:
    """The code of why nothing that costs goes to that number: whoever books names any, the business says where to."""
    if is_costly(number):
        return "costly_number"
    return "" if country_of(number) in written_countries() else "country_off"


def obstacle(channel: Channel, kind: Kind, to: Recipient) -> str:
    """The code of what keeps such a message from going by that channel; empty where nothing does."""
    address = address_by(channel, to)
    if not channel_is_on(channel):
        return "channel_off"
    if not address:
        return "no_address"
    if channel is not Channel.EMAIL and (reason := number_obstacle(address)):
        return reason
    may_refuse = MESSAGES[kind].category is not Category.SERVICE or channel is not Channel.EMAIL
    if may_refuse and not to.wants.get(channel, True):
        return "not_wanted"
    if stopped_addresses(channel, address).exists():
        return "stopped"
    return ""


def refusal(told: Told) -> str:
    """The code of why whoever would get it is not to be sent it by any channel; empty where they may be."""
    if not is_sent(told.kind, told.audience):
        return "switched_off"
    if not has_consent(told):
        return "no_consent"
    if told.to.person_id is None or not may_refuse(told.kind, told.audience):
        return ""
    name = message_name(told.kind, told.audience)
    return "not_wanted" if Muted.objects.filter(person_id=told.to.person_id, name=name).exists() else ""


def has_consent(told: Told) -> bool:
    """Whether it needs none, or whoever gets it has agreed."""
    return MESSAGES[told.kind].category is not Category.MARKETING or told.to.agreed
