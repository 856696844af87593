"""A local SMTP server that keeps every message in a Maildir, instead of sending it anywhere.

    python -m bookme.dev.mailbox PORT FOLDER

or, in a test: `with Mailbox(folder) as mail: … mail.port, mail.messages()`. A message is a complete file or none.
"""

from __future__ import annotations

import asyncio
import mailbox
import signal
import socket
import sys
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
LARGEST_MESSAGE = 20 * 1024 * 1024


class Mailbox:
    """Listens from the moment it is made; answers once `start()`ed in a thread, or while `serve()` runs."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._maildir = mailbox.Maildir(folder, create=True)
        self._socket = socket.create_server((HOST, port))
        # asyncio sees to it for sockets of its own; else each second line of an answer waits 40 ms for an ACK
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._answering = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._answering.wait(10)

    def stop(self) -> None:
        """Close the port; conversations that are still open are cut."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(10)
        self._socket.close()

    def messages(self) -> list[EmailMessage]:
        """Everything received so far, oldest first, as parsed messages."""
        paths = sorted(self._paths(), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]

    def empty(self) -> None:
        """Forget everything received so far."""
        for path in self._paths():
            path.unlink()

    def _paths(self) -> list[Path]:
        return [path for part in ("new", "cur") for path in (Path(self._maildir._path) / part).iterdir()]

    def _run(self) -> None:
        asyncio.run(self.serve())

    async def serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(self._conversation, sock=self._socket)
        self._answering.set()
        await self._stop.wait()
        server.close()

    def _conversation(self) -> SMTP:
        return SMTP(self, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST_MESSAGE)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message with the addresses it was really sent to, which its own headers need not name."""
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {recipients}\r\n"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._maildir.add(head.encode() + content)
        return "250 Kept in the local mailbox"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


async def _serve(port: int, folder: Path) -> None:
    box = Mailbox(folder, port=port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, box._stop.set)
    print(f"keeps mail for {HOST}:{box.port} in {folder}", flush=True)
    await box.serve()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
