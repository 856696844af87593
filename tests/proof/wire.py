"""The real web server on the test's own database, and clients that speak to it over sockets."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from tests.bookings.operations import Told

HOST = "salon.localhost"
ALL_DAY = [(weekday, 0, 1440) for weekday in range(7)]  # so that a start in UTC is open in summer and winter


@dataclass
class Server:
    """Two processes of the web server; `stop` ends them, also before the test does."""

    port: int
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)

    def wire(self, number: int = 0) -> http.client.HTTPConnection:
        """Each from an address of its own, since one address may have only so many bookings."""
        source = (f"127.0.0.{number + 1}", 0)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=source)


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """With these settings in its environment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    env = os.environ | {
        "DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}",
        "PYTHONPATH": "src",
        "DATABASE_POOL_SIZE": "16",
        **settings,
    }
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "8", "--workers-kill-timeout", "5"]
    with subprocess.Popen([*command, "bookme.config.wsgi:application"], env=env, stdout=subprocess.DEVNULL) as process:
        server = Server(port, process)
        try:
            _wait_for(server)
            yield server
        finally:
            server.stop()


def _wait_for(server: Server) -> None:
    for _ in range(300):
        try:
            with closing(server.wire()) as wire:
                if Line(wire)("GET", "/health/").status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


class Line:
    """One client's connection, kept open, as a door of `tests.bookings.operations`; `token` is asked for anew after a
    401, since access ends after a while."""

    def __init__(self, wire: http.client.HTTPConnection, token: Callable[[], str] | None = None) -> None:
        self.wire, self.renew = wire, token
        self.token = token() if token else ""

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Told:
        answer = self._ask(method, path, body, headers)
        if answer.status == 401 and self.renew:
            self.token = self.renew()
            return self._ask(method, path, body, headers)
        return answer

    def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Told:
        is_csv = isinstance(body, str)
        head = {"Host": HOST, "Content-Type": "text/csv" if is_csv else "application/json"} | headers
        if self.token:
            head["Authorization"] = f"Bearer {self.token}"
        data = body if is_csv or body is None else json.dumps(body)
        self.wire.request(method, path if path.startswith("/") else f"/api/v1/{path}", data, head)
        answer = self.wire.getresponse()
        content = answer.read()
        return Told(answer.status, json.loads(content) if content[:1] in {b"{", b"["} else None)
