"""What carries messages out of here, by channel: the business's own account, or the platform's."""

from django.conf import settings
from django.utils.module_loading import import_string

from bookme.communications.channels.base import (
    Carrier,
    ChannelOffError,
    Outgoing,
    Receipt,
    UnclearError,
    UndeliverableError,
)
from bookme.communications.channels.email import EmailChannel
from bookme.communications.models import Channel

__all__ = ["Carrier", "ChannelOffError", "Outgoing", "Receipt", "UnclearError", "UndeliverableError", "carrier_of"]


def carrier_of(channel: Channel) -> Carrier:
    """Who carries messages of that channel; raises ChannelOffError where nobody does."""
    if channel is Channel.EMAIL:
        return EmailChannel()
    path = settings.MESSAGE_BACKENDS.get(channel.value)
    if not path:
        raise ChannelOffError(f"nothing here carries {channel.label} yet")
    carrier: Carrier = import_string(path)()
    return carrier
