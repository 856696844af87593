"""E-mail by a mail server that a business names."""

import smtplib
import socket
from decimal import Decimal

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from bookme.communications.channels.base import NotTakenError, Outgoing, Receipt
from bookme.communications.channels.email import converse, email_of
from bookme.communications.credentials import STARTTLS, TLS
from bookme.communications.models import ChannelAccount
from bookme.core.outbound import NotReached, connection_to


class SmtpChannel:
    """One conversation a message, as by the platform's own. The server is reached like all that others name."""

    price = Decimal(0)
    has_window = False
    can_be_asked = False

    def __init__(self, account: ChannelAccount) -> None:
        self._sender, self._credentials = account.sender, account.members

    def send(self, message: Outgoing) -> Receipt:
        email = email_of(message, sender=self._sender)
        email.connection = self._connection()
        try:
            converse(email)
        except _CANNOT_CONVERSE as error:
            raise _not_taken(error) from None
        return Receipt()

    def taken(self, message: Outgoing) -> Receipt | None:
        return None

    def check(self) -> None:
        """Whether the server lets us in; nothing is sent. Raises NotTakenError."""
        try:
            with self._connection():
                pass
        except _CANNOT_CONVERSE as error:
            raise _not_taken(error) from None

    def _connection(self) -> "_Backend":
        given = self._credentials
        return _Backend(
            host=given["host"],
            port=int(given["port"]),
            username=given.get("username", ""),
            password=given.get("password", ""),
            use_tls=given["security"] == STARTTLS,
            use_ssl=given["security"] == TLS,
            timeout=settings.EMAIL_TIMEOUT,
        )


class _Smtp(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = connection_to(host, port, seconds=timeout)
        connection.settimeout(timeout)
        return connection


class _SmtpOverTls(smtplib.SMTP_SSL, _Smtp):
    """Its socket is that of the class above, with TLS around it, for the name that the business gave."""


class _Backend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpOverTls if self.use_ssl else _Smtp


_CANNOT_CONVERSE = (NotReached, OSError)


def _not_taken(error: Exception) -> NotTakenError:
    """Without the server's own words: a business does not read by them what is not its own."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotTakenError("the mail server knows no such user and password", code="credentials")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code < 500:
        return NotTakenError(f"the mail server asks to wait ({error.smtp_code})", code="busy")
    if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        return NotTakenError("the mail server refused", code="refused")
    return NotTakenError("the mail server cannot be reached", code="unreachable")
