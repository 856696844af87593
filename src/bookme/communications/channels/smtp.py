"""E-mail by a mail server that a business names: slow or silent, it costs a worker 15 s at the most."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from bookme.communications.channels.base import NotTakenError, Outgoing, Receipt, UnclearError
from bookme.communications.channels.email import converse, email_of
from bookme.communications.credentials import STARTTLS, TLS
from bookme.communications.models import ChannelAccount
from bookme.core.outbound import Conversation, NotReached

# From the first question for its name to the end; settings.EMAIL_TIMEOUT is of each step.
CONVERSATION_SECONDS = 15.0
# Of all that a server says in it. What it answers is a line or two each time.
MOST_SAID = 64 * 1024
_GO_AHEAD = 354


class SmtpChannel:
    """One conversation a message, as by the platform's own. The server is reached like all that others name."""

    price = Decimal(0)
    cap: Decimal | None = None
    has_window = False
    can_be_asked = False

    def __init__(self, account: ChannelAccount) -> None:
        self._sender, self._credentials = account.sender, account.members

    def send(self, message: Outgoing) -> Receipt:
        email = email_of(message, sender=self._sender)
        with self._backend() as backend:
            email.connection = backend
            try:
                converse(email, message.last_look)
            except UnclearError:
                if backend.said_go_ahead:
                    raise
                raise _silence() from None
        return Receipt()

    def taken(self, message: Outgoing) -> Receipt | None:
        return None

    def check(self) -> None:
        """Whether the server lets us in; nothing is sent. Raises NotTakenError."""
        with self._backend() as backend, backend:
            pass

    @contextmanager
    def _backend(self) -> Iterator["_Backend"]:
        """What opens the connection, for as long as a conversation may last. Raises NotTakenError."""
        given = self._credentials
        with Conversation(seconds=CONVERSATION_SECONDS) as conversation:
            try:
                yield _Backend(
                    conversation=conversation,
                    host=given["host"],
                    port=int(given["port"]),
                    username=given.get("username", ""),
                    password=given.get("password", ""),
                    use_tls=given["security"] == STARTTLS,
                    use_ssl=given["security"] == TLS,
                    timeout=settings.EMAIL_TIMEOUT,
                )
            except (NotReached, OSError) as error:
                raise _not_taken(error) from None


class _Backend(EmailBackend):
    """`said_go_ahead`: the server asked for the mail itself; what was not answered before was surely not taken."""

    def __init__(self, *, conversation: Conversation, **given: Any) -> None:
        super().__init__(**given)
        self.conversation = conversation
        self.said_go_ahead = False

    @property
    def connection_class(self) -> Any:
        return partial(_SmtpOverTls if self.use_ssl else _Smtp, self)


class _Smtp(smtplib.SMTP):
    def __init__(self, backend: _Backend, *args: Any, **more: Any) -> None:
        self._backend = backend
        super().__init__(*args, **more)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._backend.conversation.connect(host, port, seconds=timeout)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        code, said = super().getreply()
        self._backend.said_go_ahead |= code == _GO_AHEAD
        return code, said


class _SmtpOverTls(smtplib.SMTP_SSL, _Smtp):
    """Its socket is that of the class above, with TLS around it, for the name that the business gave."""

    def __init__(self, backend: _Backend, *args: Any, **more: Any) -> None:
        self._backend = backend
        super().__init__(*args, **more)


class _Bounded:
    """What a server says, up to a bound: smtplib would keep every line of an answer that never ends."""

    def __init__(self, said: BinaryIO) -> None:
        self._said, self._left = said, MOST_SAID

    def readline(self, size: int) -> bytes:
        line = self._said.readline(size)
        self._left -= len(line)
        if self._left < 0 or (line and not line.endswith(b"\n")):
            raise OSError("it says too much, or was cut off in the middle of a line")
        return line

    def close(self) -> None:
        self._said.close()


def _silence() -> NotTakenError:
    return NotTakenError("the mail server cannot be reached", code="unreachable", is_silent=True)


def _not_taken(error: Exception) -> NotTakenError:
    """Without the server's own words: a business does not read by them what is not its own."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotTakenError("the mail server knows no such user and password", code="credentials")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code < 500:
        return NotTakenError(f"the mail server asks to wait ({error.smtp_code})", code="busy")
    if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        return NotTakenError("the mail server refused", code="refused")
    return _silence()
