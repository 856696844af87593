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
from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.selectors.accounts import account_of

__all__ = ["Carrier", "ChannelOffError", "Outgoing", "Receipt", "UnclearError", "UndeliverableError", "carrier_of"]


# By provider. Imported when the first message goes that way: the clients of some are large.
_OF_PROVIDER = {Provider.TWILIO: "bookme.communications.channels.twilio.TwilioChannel"}


def carrier_of(channel: Channel) -> Carrier:
    """Who carries messages of that channel: the business's own account, or the platform's.

    Raises ChannelOffError where nobody does.
    """
    account = account_of(channel)
    if account is not None and (path := _OF_PROVIDER.get(Provider(account.provider))):
        return _made(path, account)
    if channel is Channel.EMAIL:
        return EmailChannel()
    if not (path := settings.MESSAGE_BACKENDS.get(channel.value)):
        raise ChannelOffError(f"nothing here carries {channel.label} yet")
    return _made(path)


def _made(path: str, *account: ChannelAccount) -> Carrier:
    carrier: Carrier = import_string(path)(*account)
    return carrier
