"""E-mail by the platform's SMTP; and the local mailbox, which stands in for channels that have no provider there."""

import re
import smtplib
from dataclasses import replace
from decimal import Decimal
from email.headerregistry import Address
from email.mime.text import MIMEText

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from bookme.communications.channels.base import Outgoing, Receipt, UnclearError, UndeliverableError
from bookme.communications.channels.keeping import conversation

MAILBOX_DOMAIN = "mailbox.invalid"
# No such mailbox, no such host, a bad address, it has moved away; a null MX.
_NO_ADDRESS = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10"})
_ENHANCED = re.compile(rb"(5\.\d{1,3}\.\d{1,3})\b")
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


class EmailChannel:
    """Django's SMTP backend. A mail program knows a repeat by its Message-ID."""

    price = Decimal(0)
    has_window = False
    can_be_asked = False

    def send(self, message: Outgoing) -> Receipt:
        converse(email_of(message, sender=settings.DEFAULT_FROM_EMAIL))
        return Receipt()

    def taken(self, message: Outgoing) -> Receipt | None:
        return None


class MailboxChannel(EmailChannel):
    """An SMS or a WhatsApp message as a mail in the local mailbox."""

    def send(self, message: Outgoing) -> Receipt:
        number = re.sub(r"[^0-9]", "", message.to)
        to = f"{number}@{message.channel.value}.{MAILBOX_DOMAIN}"
        converse(email_of(replace(message, to=to), sender=settings.DEFAULT_FROM_EMAIL, about=message.to))
        return Receipt()


def one_line(text: str) -> str:
    """A text that can stand in a header: no line ends, no control characters, no overrides of direction."""
    return _UNPRINTABLE.sub(" ", text).strip()


def email_of(message: Outgoing, *, sender: str, about: str = "") -> EmailMultiAlternatives:
    """The message as a mail from the business by its name, at the address `sender`.

    `about` is whom it is really for, where the local mailbox takes it for them.
    """
    email = EmailMultiAlternatives(
        subject=one_line(message.subject),
        body=message.text,
        from_email=_address(message.from_name, sender),
        to=[_address(message.to_name, message.to)],
        reply_to=[_address(message.from_name, message.reply_to)] if message.reply_to else [],
        headers={
            "Message-ID": f"<{message.message_id}@{settings.PLATFORM_HOST}>",
            "X-BookMe-Channel": message.channel.value,
            "X-BookMe-Tenant": message.tenant,
            "X-BookMe-To": one_line(about or message.to),
            "Auto-Submitted": "auto-generated",
            **message.headers,
        },
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    if message.calendar:
        email.attach(_calendar_part(message.calendar))
    return email


def _calendar_part(calendar: bytes) -> MIMEText:
    """With the file's own method, without which mail programs only show it (RFC 6047, 2.4)."""
    part = MIMEText(calendar.decode(), "calendar", "utf-8")
    if found := _METHOD.search(calendar):
        part.set_param("method", found[1].decode())
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    return part


def _address(name: str, address: str) -> str:
    return str(Address(display_name=one_line(name), addr_spec=address)) if name else address


def _is_no_address(code: int, said: bytes) -> bool:
    """Whether it is the address that is refused, and not who sends, or what (RFC 3463, of the address: X.1.Y)."""
    found = _ENHANCED.match(said.strip())
    return found[1] in _NO_ADDRESS if found else code in {550, 551, 553}


def converse(email: EmailMultiAlternatives) -> None:
    """Send it by its connection, or the platform's; both are SMTP.

    Raises as `Carrier.send`; what smtplib raises is surely not taken.
    """
    with email.connection or conversation() as email.connection:
        try:
            email.send()
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said), *_) = error.recipients.values()
            if code >= 500:
                reason = f"the mail server refused the address ({code})"
                raise UndeliverableError(reason, is_bounce=_is_no_address(code, said)) from error
            raise
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= 500:
                raise UndeliverableError(f"the mail server refused the message ({error.smtp_code})") from error
            raise
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise UnclearError("the mail server went silent") from error
