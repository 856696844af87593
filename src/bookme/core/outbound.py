"""Connections to hosts that others name: to the public internet alone, never to ourselves or to a network of ours.

The name is resolved once, all its addresses are looked at, and the connection is made to an address, not to the name:
a name that leads somewhere else a moment later leads nowhere.
"""

import contextlib
import http.client
import io
import ipaddress
import math
import socket
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings

from bookme.core.dns import DnsUnreadable, addresses

CONNECT_SECONDS = 2.0
WHOLE_SECONDS = 5.0
MOST_BYTES = 16 * 1024
MOST_ADDRESSES = 2
_PIECE = 4096
_UNICAST = ipaddress.ip_network("2000::/3")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotReached(Exception):
    """There was no answer, or one that is not taken; says why in a word or two."""


def small_file(host: str, path: str, *, stop_at: float = math.inf) -> bytes:
    """The body of `http://host/path`, of at most 16 KiB with its head. Raises NotReached.

    It takes 5 s at most, its name in the DNS among them, and no longer than until `stop_at` on the monotonic clock.
    Only a plain 200 counts: redirects are not followed, since they lead where the host wants.
    """
    stop_at = min(stop_at, time.monotonic() + WHOLE_SECONDS)
    found = public_addresses(host, stop_at=stop_at)
    connection = _first_to_answer(found, settings.OUTBOUND_HTTP_PORT, stop_at)
    received = _received(connection, _request(host, path), stop_at)
    try:
        answer = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]  # reads, and no more
        answer.begin()
        body = answer.read()
    except (http.client.HTTPException, ValueError) as error:
        raise NotReached("no HTTP") from error
    if answer.status != http.HTTPStatus.OK:
        raise NotReached(f"status {answer.status}")
    return body


def connection_to(host: str, port: int, *, seconds: float) -> socket.socket:
    """A connection to a server that others name, made within so many seconds. Raises NotReached.

    On one machine, for trying, servers are its own: there any may be named.
    """
    stop_at = time.monotonic() + seconds
    if settings.LOCAL_MODE:
        return _first_to_answer([host], port, stop_at)
    return _first_to_answer(public_addresses(host, stop_at=stop_at), port, stop_at)


class Conversation:
    """So many seconds for all that is said with a server that others name: then it is cut off, whatever it is at.

    A time-out of a socket is for one read, and to a server that drips a byte before each of them runs out one would
    listen for ever. What cuts has a handle of its own to the connection, which stays the same one under TLS.
    """

    def __init__(self, *, seconds: float) -> None:
        self._stop_at = time.monotonic() + seconds
        self._handle: socket.socket | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is None or self._timer is None:
            return
        self._timer.cancel()
        self._timer.join()  # else it might cut whoever has that handle next
        self._handle.close()

    def connect(self, host: str, port: int, *, seconds: float) -> socket.socket:
        """A connection, made, and in each step of it waited for, no longer than so many seconds. Raises NotReached."""
        connection = connection_to(host, port, seconds=min(seconds, _left(self._stop_at)))
        connection.settimeout(seconds)
        self._handle = connection.dup()
        self._timer = threading.Timer(_left(self._stop_at), self._cut)
        self._timer.daemon = True
        self._timer.start()
        return connection

    def _cut(self) -> None:
        with contextlib.suppress(OSError):  # the other end has hung up already
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)


def public_addresses(host: str, *, stop_at: float = math.inf) -> list[str]:
    """Where a host is, if all of it is on the public internet. Raises NotReached: one address of ours spoils it."""
    try:
        found = addresses(host, stop_at=stop_at)
    except DnsUnreadable as error:
        raise NotReached("no address can be read") from error
    if not found:
        raise NotReached("no address")
    if not all(map(is_public, found)):
        raise NotReached("not a public address")
    return found


def is_public(text: str) -> bool:
    """Whether an address is somebody's on the internet, and no way into a network, however it is written."""
    address = ipaddress.ip_address(text)
    if any(address in ipaddress.ip_network(each) for each in settings.OUTBOUND_ALSO_ALLOWED):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        # Beside what is local, there are ways to write an IPv4 address as one of IPv6: none of them is followed.
        return address in _UNICAST and address.is_global and not address.sixtofour and not address.teredo
    return address.is_global and not address.is_multicast and not address.is_reserved


def _first_to_answer(found: list[str], port: int, stop_at: float) -> socket.socket:
    for address in found[:MOST_ADDRESSES]:
        seconds = min(CONNECT_SECONDS, _left(stop_at))
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError:
            continue
    raise NotReached("no connection")


def _request(host: str, path: str) -> bytes:
    """HTTP/1.0, so that the end of the answer is the end of the connection."""
    lines = (f"GET {path} HTTP/1.0", f"Host: {host}", "User-Agent: BookMe", "Accept: text/plain", "Connection: close")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def _received(connection: socket.socket, request: bytes, stop_at: float) -> bytes:
    """Everything that comes until the other end has done, or there was too much of it, or it took too long."""
    pieces: list[bytes] = []
    size = 0
    try:
        with connection:
            connection.settimeout(_left(stop_at))
            connection.sendall(request)
            while size <= MOST_BYTES:
                connection.settimeout(_left(stop_at))
                piece = connection.recv(_PIECE)
                if not piece:
                    return b"".join(pieces)
                pieces.append(piece)
                size += len(piece)
    except OSError as error:
        raise NotReached("no whole answer") from error
    raise NotReached("too large")


def _left(stop_at: float) -> float:
    return max(stop_at - time.monotonic(), 0.001)


class _Received:
    """Bytes that were received, as http.client reads a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)
