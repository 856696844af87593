"""`make run` watched from outside, in a checkout whose programs are small fakes that say when they start and end."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookme.dev import processes
from bookme.dev.place import ROOT, Place
from bookme.dev.postgres import Postgres
from bookme.dev.record import running_product
from bookme.dev.state import load_state
from bookme.dev.valkey import Valkey

from .conftest import make_checkout, remove_checkout

PROGRAM = """
import http.server, os, signal, sys, threading
name = {name}
def end(*_):
    print(name, "ends", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
print(name, "starts", os.environ["DJANGO_SETTINGS_MODULE"], flush=True)
if name == "web":
    port = int(sys.argv[sys.argv.index("--port") + 1])
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/health/" else 404)
            self.end_headers()
        def log_message(self, *_): pass
    threading.Thread(target=http.server.HTTPServer(("127.0.0.1", port), Page).serve_forever, daemon=True).start()
while True:
    signal.pause()
"""
SETTINGS = 'SECRET_KEY = "tests only"; INSTALLED_APPS = ["shop"]'
COMMANDS = {
    "prepare_local": """
if os.path.exists("broken"):
    raise CommandError("the demo data is broken")
if os.path.exists("slow"):
    print("migrating", flush=True)
    time.sleep(30)
self.stdout.write("demo data is there " + os.environ["DATABASE_URL"][:11])
""",
    "tenant": """
self.stdout.write('[{"slug": "house-of-hair", "name": "House of Hair", "owner": "amara@house-of-hair.example"}]')
""",
}
COMMAND = """
import os, time
from django.core.management.base import BaseCommand, CommandError
class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("what", nargs="?")
        parser.add_argument("--format")
    def handle(self, **options):
        {body}
"""


@pytest.fixture(scope="module")
def product() -> Iterator[Path]:
    """A checkout with our `dev`, and fakes in place of the programs that it starts."""
    root = make_checkout()
    source = root / "src"
    shutil.copytree(ROOT / "src" / "bookme" / "dev", source / "bookme" / "dev", ignore=shutil.ignore_patterns("*.pyc"))
    (source / "bookme" / "__init__.py").touch()
    settings, commands = source / "bookme/config/settings/local.py", source / "shop/management/commands"
    for folder in (settings.parent, commands):
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    settings.write_text(SETTINGS)
    for name, body in COMMANDS.items():
        (commands / f"{name}.py").write_text(COMMAND.format(body=body.strip().replace("\n", "\n        ")))
    (source / "granian.py").write_text(PROGRAM.format(name="'web'"))
    (source / "celery.py").write_text(PROGRAM.format(name="'worker' if 'worker' in sys.argv else 'beat'"))
    yield root
    remove_checkout(root)


def start(root: Path, port: int | str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bookme.dev", "run"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "PORT": str(port), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def ready(root: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The running product, and what it has written until the last line of its panel and the start of beat."""
    process = start(root, processes.free_port(0))
    try:
        yield process, list(lines_until(process, "Operator", "beat starts", "worker starts"))
    finally:
        process.kill()
        process.communicate()


def lines_until(process: subprocess.Popen[str], *expected: str) -> Iterator[str]:
    missing = set(expected)
    assert process.stdout is not None
    for line in process.stdout:
        yield line
        missing -= {text for text in missing if text in line}
        if not missing:
            return
    pytest.fail(f"ended without {missing}")


def left_over(root: Path) -> list[str]:
    return [processes.command_line(pid) or "" for pid in processes.running_with(str(root))]


def pid_of(root: Path, program: str) -> int:
    for pid in processes.running_with(f"-m {program}"):
        if Path(f"/proc/{pid}/cwd").resolve() == root:
            return pid
    raise AssertionError(f"{program} does not run")


def test_it_starts_everything_and_ends_it_in_order(product: Path) -> None:
    with ready(product) as (process, lines):
        text = "".join(lines)
        assert "setup | demo data is there postgres://" in text
        assert "web starts bookme.config.settings.local" in text
        assert "http://house-of-hair.localhost:" in text
        assert "amara@house-of-hair.example" in text
        for page in ("api/docs/", "account/sign-in/"):
            assert re.search(rf"http://house-of-hair\.localhost:\d+/{page}", text)
        known = running_product(Place(product, "local"))
        assert known is not None
        assert known.pid == process.pid
        with urllib.request.urlopen(f"http://127.0.0.1:{known.port}/health/") as answer:
            assert answer.status == 200
        again = start(product, known.port)
        said, _ = again.communicate()
        assert again.returncode == 1
        assert f"running already in this checkout at http://localhost:{known.port}/ (process {process.pid})" in said
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    ends = [line.split()[2] for line in rest.splitlines() if line.endswith(" ends")]
    assert ends == ["beat", "worker", "web"]
    assert process.returncode == 0
    assert left_over(product) == []
    assert running_product(Place(product, "local")) is None


@pytest.mark.skipif(not processes.HAS_PROC, reason="finds the worker by /proc")
def test_one_that_ends_by_itself_ends_all_and_is_told(product: Path) -> None:
    with ready(product) as (process, _):
        os.kill(pid_of(product, "celery --quiet -A bookme.config.celery worker"), signal.SIGKILL)
        rest, _ = process.communicate(timeout=20)
    assert "worker ended by itself (-9)" in rest
    assert process.returncode == 1
    assert left_over(product) == []


def test_servers_that_die_are_started_again(product: Path) -> None:
    place = Place(product, "local")
    with ready(product) as (process, _):
        before = load_state(place)
        for marker in (f"cluster_name={place.name}", f"valkey-server {product}"):
            for pid in processes.running_with(marker):
                os.kill(pid, signal.SIGKILL)
        list(lines_until(process, "had died and runs again"))
        assert Postgres(place).is_running()
        assert Valkey(place).is_running()
        assert load_state(place) == before, "the product would not find them"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0
    assert left_over(product) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_kill_9_leaves_no_program_behind_and_the_next_start_works(product: Path) -> None:
    with ready(product) as (process, _):
        process.kill()
        process.wait()
        assert processes.wait_until(lambda: not [c for c in left_over(product) if "-m " in c], seconds=10)
    with ready(product) as (process, _):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0
    assert left_over(product) == []


@pytest.mark.skipif(not processes.HAS_PROC, reason="finds the worker by /proc")
def test_changed_code_starts_the_worker_again_and_broken_code_waits(product: Path) -> None:
    program = product / "src" / "celery.py"
    changed = product / "src" / "bookme" / "__init__.py"
    good = program.read_text()
    with ready(product) as (process, _):
        first = pid_of(product, "celery --quiet -A bookme.config.celery worker")
        program.write_text("import sys; sys.exit('SyntaxError')")
        changed.touch()
        seen = "".join(lines_until(process, "worker cannot start", "beat cannot start"))
        assert "code changed, starting again" in seen
        assert process.poll() is None
        program.write_text(good)
        time.sleep(0.5)  # two changes at once are one
        changed.touch()
        list(lines_until(process, "worker starts", "beat starts"))
        assert pid_of(product, "celery --quiet -A bookme.config.celery worker") != first
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_setup_that_fails_is_shown_and_nothing_starts(product: Path) -> None:
    (product / "broken").touch()
    process = start(product, processes.free_port(0))
    said, _ = process.communicate(timeout=20)
    (product / "broken").unlink()
    assert "setup | the demo data is broken" in said
    assert "web starts" not in said
    assert process.returncode == 1
    assert left_over(product) == []


def test_an_end_while_setting_up_is_told(product: Path) -> None:
    (product / "slow").touch()
    process = start(product, processes.free_port(0))
    list(lines_until(process, "migrating"))
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    (product / "slow").unlink()
    assert "stopped while setting up" in said
    assert process.returncode == 0
    assert left_over(product) == []


@pytest.mark.parametrize("port", ["taken", "abc", "70000"])
def test_a_port_that_cannot_be_used_is_told_before_anything_starts(product: Path, port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = str(taken.getsockname()[1]) if port == "taken" else port
        process = start(product, wanted)
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert wanted in said
    assert "Traceback" not in said
    assert "starts" not in said
