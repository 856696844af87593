"""What carries a message out of here: e-mail by SMTP, and whatever `settings.MESSAGE_BACKENDS` names for the others."""

import re
import smtplib
from dataclasses import dataclass
from email.headerregistry import Address
from email.mime.text import MIMEText
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from bookme.communications.models import Channel

MAILBOX_DOMAIN = "mailbox.invalid"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


class UndeliverableError(Exception):
    """Refused for good: trying again would not help."""


class ChannelOffError(Exception):
    """Nothing is set up that could carry this kind of message."""


@dataclass(frozen=True)
class Outgoing:
    """A message that is ready to go. `message_id` is the same whenever this message is tried again."""

    channel: Channel
    tenant: str
    to: str
    to_name: str
    from_name: str
    reply_to: str
    subject: str
    text: str
    message_id: str
    html: str = ""
    calendar: bytes = b""


class Carrier(Protocol):
    def send(self, message: Outgoing) -> None:
        """Hand it over. Raises UndeliverableError if it is refused for good, anything else if it may be tried again."""


def carrier_of(channel: Channel) -> Carrier:
    """Who carries messages of that channel; raises ChannelOffError where nobody does."""
    if channel is Channel.EMAIL:
        return EmailChannel()
    path = settings.MESSAGE_BACKENDS.get(channel.value)
    if not path:
        raise ChannelOffError(f"nothing here carries {channel.label} yet")
    carrier: Carrier = import_string(path)()
    return carrier


class EmailChannel:
    """Django's SMTP backend: one conversation a message."""

    def send(self, message: Outgoing) -> None:
        _converse(_email(message, to=_address(message.to_name, message.to)))


class MailboxChannel:
    """Stands in for a channel that is not built yet: the same conversation by SMTP, into the local mailbox."""

    def send(self, message: Outgoing) -> None:
        number = re.sub(r"[^0-9]", "", message.to)
        _converse(_email(message, to=f"{number}@{message.channel.value}.{MAILBOX_DOMAIN}"))


def one_line(text: str) -> str:
    """A text that can stand in a header: no line ends, no control characters, no overrides of direction."""
    return _UNPRINTABLE.sub(" ", text).strip()


def _email(message: Outgoing, *, to: str) -> EmailMultiAlternatives:
    email = EmailMultiAlternatives(
        subject=one_line(message.subject),
        body=message.text,
        from_email=_address(message.from_name, settings.DEFAULT_FROM_EMAIL),
        to=[to],
        reply_to=[_address(message.from_name, message.reply_to)] if message.reply_to else [],
        headers={
            "Message-ID": f"<{message.message_id}@{settings.PLATFORM_HOST}>",
            "X-BookMe-Channel": message.channel.value,
            "X-BookMe-Tenant": message.tenant,
            "X-BookMe-To": one_line(message.to),
            "Auto-Submitted": "auto-generated",
        },
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    if message.calendar:
        email.attach(_calendar_part(message.calendar))
    return email


def _calendar_part(calendar: bytes) -> MIMEText:
    part = MIMEText(calendar.decode(), "calendar", "utf-8")
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    return part


def _address(name: str, address: str) -> str:
    return str(Address(display_name=one_line(name), addr_spec=address)) if name else address


def _converse(email: EmailMultiAlternatives) -> None:
    try:
        email.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _reason in error.recipients.values()]
        if all(code >= 500 for code in codes):
            raise UndeliverableError(f"the mail server refused the address ({codes[0]})") from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise UndeliverableError(f"the mail server refused the message ({error.smtp_code})") from error
        raise
