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
from bookme.communications.channels.patience import PatientCarrier
from bookme.communications.channels.rationed import RationedCarrier
from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.reach import platform_reach, reach_of
from bookme.communications.selectors.channel_accounts import account_of

__all__ = [
    "Approver",
    "Carrier",
    "ChannelOffError",
    "NotTakenError",
    "Outgoing",
    "Receipt",
    "UnclearError",
    "UndeliverableError",
    "account_carrier",
    "approver",
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
        is_theirs = account.provider == Provider.SMTP  # a server that they name: how slow it is, is up to them
        return PatientCarrier(account_carrier(account), reach_of(account), one_at_a_time=is_theirs)
    if channel is Channel.EMAIL:
        return RationedCarrier(platform_mail())
    if not (path := settings.MESSAGE_BACKENDS.get(channel.value)):
        raise ChannelOffError(f"nothing here carries {channel.label} yet")
    carrier: Carrier = import_string(path)()
    return carrier


def platform_mail() -> Carrier:
    """Who carries what is between a person and their account: never a business's own account.

    An account is good in every business, so its links are not for the mail server of one of them to read. Whoever asks
    for such mails has a limit of their own, so that none of a business's messages takes their room.
    """
    return PatientCarrier(EmailChannel(), platform_reach(Channel.EMAIL))


def account_carrier(account: ChannelAccount) -> AccountCarrier:
    """What carries messages by that account, in use or not."""
    carrier: AccountCarrier = import_string(_OF_PROVIDER[Provider(account.provider)])(account)
    return carrier


def approver() -> Approver | None:
    """Who says which texts may go by WhatsApp: whoever carries it; None where nobody does."""
    account, path = account_of(Channel.WHATSAPP), settings.MESSAGE_BACKENDS.get(Channel.WHATSAPP.value) or ""
    if account is None and not path:
        return None
    found: Approver = (
        import_string(_OF_PROVIDER[Provider(account.provider)])(account) if account else import_string(path)()
    )
    return found
