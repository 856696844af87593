"""E-mail by the platform's SMTP; and the local mailbox, which stands in for channels that have no provider there."""

import re
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.mime.text import MIMEText
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from bookme.communications.channels.base import Outgoing, Receipt, UnclearError, UndeliverableError
from bookme.communications.channels.keeping import conversation
from bookme.communications.models import ApprovalState, WhatsAppTemplate

MAILBOX_DOMAIN = "mailbox.invalid"
# No such mailbox, no such host, a bad address, it has moved away; a null MX.
_NO_ADDRESS = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10"})
_ENHANCED = re.compile(rb"(5\.\d{1,3}\.\d{1,3})\b")
# What servers without enhanced codes say where it is not the address: a mistake of ours would stop everybody's.
_NOT_THE_ADDRESS = re.compile(rb"relay|sender|polic|prohibit|denied|spam|block|listed|authenticat", re.IGNORECASE)
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
# To which one may answer. It is of whoever booked: an odd one that a provider, or the header, does not take would keep
# from the business that somebody has.
_PLAIN = re.compile(r"[A-Za-z0-9_.!#$%&'*+/=^`{|}~-]+@(?:(?:[^\W_]|-)+\.)+(?:[^\W_]|-)+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


class EmailChannel:
    """Django's SMTP backend. A mail program knows a repeat by its Message-ID."""

    price = Decimal(0)
    cap: Decimal | None = None
    has_window = False
    can_be_asked = False

    def send(self, message: Outgoing) -> Receipt:
        email = email_of(message, sender=settings.DEFAULT_FROM_EMAIL)
        if settings.MAILBOX_DIR:
            email.extra_headers |= _marks(message, to=message.to)
        converse(email, message.last_look)
        return Receipt()

    def taken(self, message: Outgoing) -> Receipt | None:
        return None


class MailboxChannel(EmailChannel):
    """An SMS as a mail in the local mailbox."""

    def send(self, message: Outgoing) -> Receipt:
        number = re.sub(r"[^0-9]", "", message.to)
        to = f"{number}@{message.channel.value}.{MAILBOX_DOMAIN}"
        email = email_of(replace(message, to=to), sender=settings.DEFAULT_FROM_EMAIL)
        email.extra_headers |= _marks(message, to=message.to)
        converse(email, message.last_look)
        return Receipt()


class MailboxWhatsApp(MailboxChannel):
    """WhatsApp by the same rule as by its provider; it approves whatever text it is asked about."""

    has_window = True

    def send(self, message: Outgoing) -> Receipt:
        """What an approved text says is only at its provider: what is put into it is shown."""
        if message.template:
            parts = (f"{{{{{number}}}}} {each}" for number, each in message.parts.items())
            message = replace(message, text="\n".join((*parts, message.template)))
        return super().send(message)

    def approvals(self) -> Mapping[str, ApprovalState]:
        known = WhatsAppTemplate.objects.values_list("content_id", flat=True)
        return dict.fromkeys(known, ApprovalState.APPROVED)


def one_line(text: str) -> str:
    """A text that can stand in a header: no line ends, no control characters, no overrides of direction."""
    return _UNPRINTABLE.sub(" ", text).strip()


def _marks(message: Outgoing, *, to: str) -> dict[str, str]:
    """What the local mailbox shows it by; `to` is whom it is really for."""
    return {
        "X-BookMe-Channel": message.channel.value,
        "X-BookMe-Tenant": message.tenant,
        "X-BookMe-To": one_line(to),
    }


class _Mail(EmailMultiAlternatives):
    """Folded so that a long subject begins on its own line: else programs read a space before its first word."""

    def message(self, **options: Any) -> Any:
        message, subject = super().message(**options), str(self.subject)
        if not subject.isascii():
            message.replace_header("Subject", Header(subject, "utf-8", header_name="Subject").encode())
        return message


def email_of(message: Outgoing, *, sender: str) -> EmailMultiAlternatives:
    """The message as a mail from the business by its name, at the address `sender`."""
    email = _Mail(
        subject=one_line(message.subject),
        body=message.text,
        from_email=_address(message.from_name, sender),
        to=[_reader(message)],
        reply_to=[_address(message.reply_name, message.reply_to)] if _PLAIN.fullmatch(message.reply_to) else [],
        headers={
            "Message-ID": f"<{message.message_id}@{settings.PLATFORM_HOST}>",
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


def _reader(message: Outgoing) -> str:
    """Raises UndeliverableError for what is no address in the header of a mail, though it passed for one in a form."""
    try:
        return str(Address(display_name=one_line(message.to_name), addr_spec=message.to))
    except (ValueError, MessageError):
        raise UndeliverableError("it is no address that a mail can go to", is_bounce=True) from None


def _is_no_address(code: int, said: bytes) -> bool:
    """Whether it is the address that is refused, and not who sends, or what (RFC 3463, of the address: X.1.Y)."""
    found = _ENHANCED.match(said.strip())
    if found:
        return found[1] in _NO_ADDRESS
    return code in {550, 551, 553} and not _NOT_THE_ADDRESS.search(said)


def converse(email: EmailMultiAlternatives, last_look: Callable[[], None]) -> None:
    """Send it by its connection, or the platform's; both are SMTP. The last look is when the server has greeted us.

    Raises as `Carrier.send`, and what the look raises; what smtplib raises is surely not taken.
    """
    with email.connection or conversation() as email.connection:
        backend: Any = email.connection
        backend.connection.ehlo_or_helo_if_needed()  # else smtplib does it with the mail, after the look
        last_look()
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
            raise UnclearError("the mail server went silent", is_silent=True) from error
