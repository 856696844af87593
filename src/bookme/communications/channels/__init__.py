"""What carries messages out of here, by channel: the business's own account, or the platform's."""

from django.conf import settings
from django.utils.module_loading import import_string

from bookme.communications.channels.base import (
    AccountCarrier,
    Approver,
    Carrier,
    ChannelOffError,
    NotTakenError,
    Outgoing,
    Receipt,
    UnclearError,
    UndeliverableError,
)
from bookme.communications.channels.email import EmailChannel
from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.selectors.accounts import account_of

__all__ = [
    "Carrier",
    "ChannelOffError",
    "NotTakenError",
    "Outgoing",
    "Receipt",
    "UnclearError",
    "UndeliverableError",
    "account_carrier",
    "approver_of",
    "carrier_of",
    "platform_mail",
]

_BY_API = "bookme.communications.channels.anymail.AnymailChannel"
# Imported when the first message goes that way: the clients of some are large.
_OF_PROVIDER = {
    Provider.SMTP: "bookme.communications.channels.smtp.SmtpChannel",
    Provider.SENDGRID: _BY_API,
    Provider.SES: _BY_API,
    Provider.MAILGUN: _BY_API,
    Provider.TWILIO: "bookme.communications.channels.twilio.TwilioChannel",
}


def carrier_of(channel: Channel) -> Carrier:
    """Who carries messages of that channel: the business's own account, or the platform's.

    Raises ChannelOffError where nobody does.
    """
    account = account_of(channel)
    if account is not None:
        return account_carrier(account)
    if channel is Channel.EMAIL:
        return EmailChannel()
    if not (path := settings.MESSAGE_BACKENDS.get(channel.value)):
        raise ChannelOffError(f"nothing here carries {channel.label} yet")
    carrier: Carrier = import_string(path)()
    return carrier


def platform_mail() -> Carrier:
    """Who carries what is between a person and their account: never a business's own account.

    An account is good in every business, so its links are not for the mail server of one of them to read.
    """
    return EmailChannel()


def account_carrier(account: ChannelAccount) -> AccountCarrier:
    """What carries messages by that account, in use or not."""
    carrier: AccountCarrier = import_string(_OF_PROVIDER[Provider(account.provider)])(account)
    return carrier


def approver_of(account: ChannelAccount) -> Approver:
    """The same, of an account for WhatsApp."""
    approver: Approver = import_string(_OF_PROVIDER[Provider(account.provider)])(account)
    return approver
