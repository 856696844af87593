"""`make run`: servers, set-up, then web, worker, beat and mailbox as one foreground command.

In order: PostgreSQL and Valkey, `manage.py prepare_local`, mailbox, web and worker, beat; ended in reverse.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import watchfiles

from bookme.dev import addresses, environment, processes, record, servers
from bookme.dev.children import Child
from bookme.dev.console import Console
from bookme.dev.panel import panel, read_tenants
from bookme.dev.place import ROOT, Place, ServerError
from bookme.dev.servers import Servers

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOT_CODE = r".*\.(html|css|js|json|svg|woff2|txt|md|po|mo|sql)$"
TICK_SECONDS = 0.1


def main() -> int:
    """Exit code 0 when told to stop, else that of the process which ended by itself. Raises ServerError."""
    environment.read_env_file(ROOT)
    place = Place(ROOT, "local")
    lock = record.claim(place)
    if lock is None:
        raise ServerError(_already_running(place))
    with lock, _stop_event() as stopping:
        port = _port()
        addresses.require_answers()
        with servers.up("local") as running:
            mail_port = processes.free_port(running.mail_port)
            env = environment.product_environment(running, port=str(port), mail_port=mail_port)
            env |= {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
            record.publish(place, port=port, mail_port=mail_port)
            return Product(running, env=env, stopping=stopping).run()


def _already_running(place: Place) -> str:
    product = record.running_product(place)
    where = f" at http://localhost:{product.port}/ (process {product.pid})" if product else ""
    return f"BookMe is running already in this checkout{where}. End that one with Ctrl-C first."


def _port() -> int:
    text = os.environ.get("PORT") or environment.DEFAULT_PORT
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ServerError(f"PORT is {text!r}, but must be a number from 1 to 65535.")
    if not processes.is_free(int(text)):
        raise ServerError(f"Port {text} is in use by another program. Choose another: make run PORT=9000")
    return int(text)


@contextlib.contextmanager
def _stop_event() -> Iterator[threading.Event]:
    """Signals only raise a flag: everything is ended in order, from one place."""
    stopping = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in STOP_SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Product:
    """The running product: children by name, in the order in which they are started."""

    def __init__(self, running: Servers, *, env: dict[str, str], stopping: threading.Event) -> None:
        self.servers, self.env, self.stopping = running, env, stopping
        self.listing = running.place.folder / "tenants.json"
        self.console = Console()
        if not self.console.is_coloured:
            env["NO_COLOR"] = "1"
        self.changed = threading.Event()
        self.children = {child.name: child for child in self._programs()}

    def run(self) -> int:
        code = self._prepare()
        if self.stopping.is_set():
            self.console.say("stopped while setting up; the next `make run` goes on from there")
        if code or self.stopping.is_set():
            return code
        watcher = threading.Thread(target=self._watch, name="watch for changes", daemon=True)
        watcher.start()
        try:
            for name in ("mail", "web", "worker"):
                if name in self.children:
                    self._start(self.children[name])
            return self._serve()
        finally:
            ended_by_us = self.stopping.is_set()
            self.stopping.set()
            self.console.say("stopping" if ended_by_us else "stopping the others")
            for child in reversed(self.children.values()):
                child.stop()
            watcher.join(5)

    def _programs(self) -> Iterator[Child]:
        python = [sys.executable, "-m"]
        if self.env.get("EMAIL_HOST") == "127.0.0.1" and "EMAIL_HOST" not in os.environ:
            yield Child("mail", [*python, "bookme.dev.mailbox", self.env["EMAIL_PORT"], self.env["MAILBOX_DIR"]])
        web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", self.env["PORT"]]
        web += ["--workers", "1", "--blocking-threads", "4", "--no-ws"]
        web += ["--reload", "--reload-paths", str(ROOT / "src" / "bookme"), "--reload-ignore-patterns", NOT_CODE]
        web += ["--reload-ignore-worker-failure", "--workers-kill-timeout", "5", "bookme.config.wsgi:application"]
        yield Child("web", [*python, *web])
        celery = [*python, "celery", "--quiet", "-A", "bookme.config.celery"]
        worker = ["worker", "--concurrency", "2", "--loglevel", "info", "--without-gossip", "--without-mingle"]
        yield Child("worker", [*celery, *worker], reloads=True)
        beat = ["beat", "--loglevel", "info", "--pidfile=", "--scheduler"]
        yield Child("beat", [*celery, *beat, "django_celery_beat.schedulers:DatabaseScheduler"], reloads=True)

    def _start(self, child: Child, *, is_trial: bool = False) -> None:
        child.start(cwd=ROOT, env=self.env, console=self.console, is_trial=is_trial)

    def _prepare(self) -> int:
        """Migrations and demo data; quick when there is nothing to do."""
        setup = Child("setup", [sys.executable, "-m", "bookme.dev.prepare", str(self.listing)])
        self._start(setup)
        while setup.exit_code is None and not self.stopping.wait(TICK_SECONDS / 5):
            pass
        code = setup.exit_code or 0
        setup.stop()
        if code:
            self.console.say(f"setting up failed ({code}), see above")
        return code

    def _serve(self) -> int:
        """Watch over the children until told to stop, or until one of them ends."""
        code = self._wait_until_healthy()
        if code is None and not self.stopping.is_set():
            self._start(self.children["beat"])
            self.console.write(panel(read_tenants(self.listing), port=int(self.env["PORT"])))
        while code is None and not self.stopping.wait(TICK_SECONDS):
            if self.changed.is_set():
                self._reload()
            if self.servers.revive():
                self.console.say("a database or queue server had died and runs again")
            code = self._ended()
        return code or 0

    def _wait_until_healthy(self) -> int | None:
        told_at = time.monotonic()
        while not self.stopping.wait(TICK_SECONDS / 2) and not self._is_healthy():
            code = self._ended()
            if code is not None:
                return code
            if time.monotonic() - told_at > 30:
                told_at = time.monotonic()
                self.console.say("the web server does not answer yet, see above")
        return None

    def _is_healthy(self) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.env['PORT']}/health/", headers={"Host": f"localhost:{self.env['PORT']}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _ended(self) -> int | None:
        """The exit code of a child that ended by itself, never 0; None while all is well."""
        for child in self.children.values():
            code = child.exit_code
            if code is None:
                continue
            if child.failed_after_reload:
                self.console.say(f"{child.name} cannot start with the changed code; the next change tries again")
                child.stop()
                continue
            self.console.say(f"{child.name} ended by itself ({code})")
            return code if code > 0 else 1
        return None

    def _watch(self) -> None:
        changes = watchfiles.watch(
            ROOT / "src" / "bookme",
            watch_filter=watchfiles.PythonFilter(),
            stop_event=self.stopping,
            rust_timeout=500,
            raise_interrupt=False,
        )
        for _ in changes:
            self.changed.set()

    def _reload(self) -> None:
        """The web server reloads itself; what has no reloader is started anew."""
        self.changed.clear()
        for child in self.children.values():
            if child.reloads:
                self.console.say("code changed, starting again", name=child.name)
                child.stop()
                self._start(child, is_trial=True)
