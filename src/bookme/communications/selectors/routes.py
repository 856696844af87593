"""By which channels a message may go, in which order, and what stands in the way of one."""

from collections.abc import Sequence

from bookme.communications.keys import reminder_in
from bookme.communications.kinds import MESSAGES, Audience, Category, Kind, may_refuse, message_name
from bookme.communications.models import Channel, Muted, Notification
from bookme.communications.selectors.stopped import stopped_addresses
from bookme.communications.told import Recipient, Told
from bookme.tenants.context import require_tenant


def is_sent(kind: Kind, audience: Audience) -> bool:
    """Whether the business sends it at all."""
    return message_name(kind, audience) not in require_tenant().config.messages.off


def channels_ahead(notification: Notification) -> Sequence[Channel]:
    """Those that are still to be tried, from the one that it is to go by.

    Not one by which the customer is reminded at the same time anyway.
    """
    if notification.audience != Audience.CUSTOMER:
        return [] if Channel.EMAIL in notification.tried else [Channel.EMAIL]
    order = [Channel(each) for each in require_tenant().config.messages.channels]
    first = Channel(notification.channel)
    ahead = order[order.index(first) :] if first in order else [first]
    own = _with_reminder_of_its_own(notification)
    return [each for each in ahead if each not in notification.tried and each not in own]


def _with_reminder_of_its_own(notification: Notification) -> set[Channel]:
    """The other channels with a reminder as many minutes before the start."""
    this = reminder_in(notification.key)
    if this is None:
        return set()
    wanted = require_tenant().config.reminders
    same = {Channel(each.channel) for each in wanted if each.minutes_before == this.reminder.minutes_before}
    return same - {Channel(this.reminder.channel)}


def first_channel(audience: Audience, to: Recipient) -> Channel | None:
    """The first that is on and for which they have an address; None: they cannot be reached."""
    order: Sequence[str] = [Channel.EMAIL]
    if audience is Audience.CUSTOMER:
        order = require_tenant().config.messages.channels
    found = (Channel(each) for each in order)
    return next((each for each in found if channel_is_on(each) and address_by(each, to)), None)


def channel_is_on(channel: Channel) -> bool:
    """E-mail always; the others if the business's feature is on."""
    return channel is Channel.EMAIL or bool(getattr(require_tenant().config.features, channel.value))


def address_by(channel: Channel, to: Recipient) -> str:
    return to.email if channel is Channel.EMAIL else to.phone


def obstacle(channel: Channel, told: Told) -> str:
    """The code of what keeps this message from going by that channel; empty where nothing does."""
    address = address_by(channel, told.to)
    if not channel_is_on(channel):
        return "channel_off"
    if not address:
        return "no_address"
    may_refuse = MESSAGES[told.kind].category is not Category.SERVICE or channel is not Channel.EMAIL
    if may_refuse and not told.to.wants.get(channel, True):
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
