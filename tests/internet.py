"""A small internet on loopback, with its own books: a name server that speaks DNS over UDP, and web servers.

What they hold is set by the test; what they were asked is in `asked`.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

LOOPBACK = "127.0.0.1"


class NameServer:
    """Answers from `records`, by name and type: NXDOMAIN for a name that it has nothing of.

    Of several `turns` of a record, each question gets the next one. A name in `failing` is answered with that code, one
    in `silent` not at all.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.turns: dict[tuple[str, str], list[list[str]]] = {}
        self.failing: dict[str, dns.rcode.Rcode] = {}
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self._socket.getsockname()[1]}"

    def set(self, name: str, kind: str, *values: str) -> None:
        """The values as in a zone file: texts in quotation marks, several for one that is split."""
        self.records[name, kind] = list(values)

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            wire, sender = self._socket.recvfrom(4096)
            if not wire:
                return
            if (answer := self._answer(dns.message.from_wire(wire))) is not None:
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        values = self.turns[name, kind].pop(0) if self.turns.get((name, kind)) else self.records.get((name, kind))
        if name in self.failing:
            answer.set_rcode(self.failing[name])
        elif values:
            answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", kind, *values))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@dataclass
class Page:
    """What a web server answers, and how late: `status`, a header `Location` if it leads on, and a body."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    after_seconds: float = 0.0


class WebServer:
    """Serves `pages`, by host and path; 404 for the rest. `asked` has each request, `joined` each connection."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.pages: dict[tuple[str, str], Page] = {}
        self.asked: list[tuple[str, str]] = []
        self.joined: list[str] = []
        self._server = ThreadingHTTPServer((address, port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        world = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                world.joined.append(str(self.client_address[0]))
                super().setup()

            def do_GET(self) -> None:
                where = (self.headers.get("Host", ""), self.path)
                world.asked.append(where)
                page = world.pages.get(where, Page(status=404))
                time.sleep(page.after_seconds)
                self.send_response(page.status)
                if page.location:
                    self.send_header("Location", page.location)
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, *_: Any) -> None:
                """The books are kept above."""

        return Handler


@dataclass
class Internet:
    """One name server, and the web servers that were started; the first one is `web`, on 127.0.0.1."""

    dns: NameServer = field(default_factory=NameServer)
    web: WebServer = field(default_factory=lambda: WebServer(LOOPBACK))
    others: list[WebServer] = field(default_factory=list)

    def another_web(self, address: str) -> WebServer:
        """At the same port of another address of this machine."""
        self.others.append(WebServer(address, self.web.port))
        return self.others[-1]


@contextmanager
def small_internet() -> Iterator[Internet]:
    world = Internet()
    try:
        yield world
    finally:
        for server in (world.web, *world.others, world.dns):
            server.stop()
