"""A mail server in trouble on loopback, one thread for each who calls. It keeps what it took."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.internet import LOOPBACK


class Trouble(StrEnum):
    """`NONE` is none at all. Of those that go silent, how far it comes before."""

    NONE = "well"
    SILENT = "says nothing"
    DRIPS = "drips a greeting that never ends"
    FLOODS = "greets without end"
    HANGS_BEFORE = "says nothing when it is told for whom"
    HANGS_AFTER = "takes the mail and says nothing"
    LONG_ANSWER = "takes the mail and answers a line without end"


@dataclass
class SlowMail:
    trouble: Trouble
    drip_seconds: float
    context: ssl.SSLContext | None = None
    port: int = 0
    calls: int = 0
    together: int = 0
    most_together: int = 0
    taken: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, wire: socket.socket) -> None:
        with self._lock:
            self.calls += 1
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        try:
            with contextlib.suppress(OSError):
                near = self.context.wrap_socket(wire, server_side=True) if self.context else wire
                with near:
                    self._converse(near)
        finally:
            with self._lock:
                self.together -= 1

    def _converse(self, wire: socket.socket) -> None:
        if self.trouble is Trouble.SILENT:
            return self._hang(wire)
        if self.trouble is Trouble.DRIPS:
            return self._drip(wire, b"2")
        if self.trouble is Trouble.FLOODS:
            return self._flood(wire, b"220-hello\r\n")
        wire.sendall(b"220 slow.example\r\n")
        with wire.makefile("rb") as lines:
            for line in lines:
                word = line[:4].strip().upper()
                if word == b"DATA":
                    wire.sendall(b"354 Go on\r\n")
                    self.taken.append(b"".join(iter(lines.readline, b".\r\n")))
                self._answer(wire, word)
        return None

    def _answer(self, wire: socket.socket, word: bytes) -> None:
        if (word, self.trouble) in {(b"RCPT", Trouble.HANGS_BEFORE), (b"DATA", Trouble.HANGS_AFTER)}:
            return self._hang(wire)
        if (word, self.trouble) == (b"DATA", Trouble.LONG_ANSWER):
            return self._flood(wire, b"2")
        return wire.sendall(b"221 Bye\r\n" if word == b"QUIT" else b"250 OK\r\n")

    def _hang(self, wire: socket.socket) -> None:
        """Until the other end has had enough."""
        wire.settimeout(0.05)
        while not self.over.is_set():
            with contextlib.suppress(TimeoutError):
                if not wire.recv(1024):
                    return

    def _drip(self, wire: socket.socket, what: bytes) -> None:
        """As long as the other end is there."""
        wire.settimeout(self.drip_seconds)
        while not self.over.is_set():
            try:
                if not wire.recv(1024):
                    return
            except TimeoutError:
                wire.sendall(what)

    def _flood(self, wire: socket.socket, what: bytes) -> None:
        while not self.over.is_set():
            wire.sendall(what * 1000)


@contextmanager
def slow_mail(
    trouble: Trouble, *, drip_seconds: float = 0.05, context: ssl.SSLContext | None = None
) -> Iterator[SlowMail]:
    """With TLS by that context. On a free port of this machine, until the block ends."""
    server = socket.create_server((LOOPBACK, 0), backlog=128)
    found = SlowMail(trouble, drip_seconds, context, port=server.getsockname()[1])

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=found.answer, args=(server.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
