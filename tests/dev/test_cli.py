"""`bookme` in a checkout with a tiny Django project: it finds the servers, or starts them for one command."""

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookme.dev import processes, record, servers
from bookme.dev.place import ROOT, Place
from bookme.dev.postgres import Postgres
from bookme.dev.valkey import Valkey

from .conftest import make_checkout, remove_checkout

SETTINGS = """
import environ
env = environ.Env()
SECRET_KEY = "tests only"
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://nobody@nowhere.example/none")}
INSTALLED_APPS = ["shop"]
EMAIL_HOST, EMAIL_PORT = env("EMAIL_HOST", default=""), env.int("EMAIL_PORT", default=0)
"""
COMMAND = """
import os, time
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("what")

    def handle(self, *, what, **options):
        if what == "refuse":
            raise CommandError("there is no such business")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM missing" if what == "missing" else "SELECT current_database()")
            print(cursor.fetchone()[0], os.environ["PORT"], os.environ["MAILBOX_DIR"])
        if what == "mail":
            send_mail("Hello", "text", "a@example.com", ["b@example.com"])
"""


@pytest.fixture(scope="module")
def product() -> Iterator[Path]:
    root = make_checkout()
    package = root / "src" / "bookme"
    shutil.copytree(ROOT / "src" / "bookme" / "dev", package / "dev", ignore=shutil.ignore_patterns("*.pyc"))
    commands = root / "src/shop/management/commands"
    for folder in (package / "config/settings", commands):
        folder.mkdir(parents=True)
    for folder in (package, package / "config", package / "config/settings", *commands.parents[:2], commands):
        (folder / "__init__.py").touch()
    (package / "config/settings/local.py").write_text(SETTINGS)
    (commands / "shop.py").write_text(COMMAND)
    yield root
    remove_checkout(root)


def bookme(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bookme.dev.cli import main; main()", *arguments]
    env = os.environ | {"PYTHONPATH": str(root / "src")} | environment
    return subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, check=False)


def runs(root: Path) -> tuple[bool, bool]:
    place = Place(root, "local")
    return Postgres(place).is_running(), Valkey(place).is_running()


def test_servers_are_started_for_one_command(product: Path) -> None:
    done = bookme(product, "shop", "mail", PORT="9000")
    assert done.stderr == ""
    assert done.stdout == f"bookme 9000 {product}/.bookme/local/mailbox\n"
    assert done.returncode == 0
    assert len(list((product / ".bookme/local/mailbox/new").iterdir())) == 1
    assert runs(product) == (False, False)


def test_the_running_product_is_used_and_left_running(product: Path) -> None:
    place = Place(product, "local")
    with servers.up("local", root=product):
        lock = record.claim(place)
        assert lock is not None
        with lock:
            record.publish(place, port=8765, mail_port=2525)
            done = bookme(product, "shop", "look")
        assert done.stdout.startswith("bookme 8765 ")
        assert runs(product) == (True, True)


def test_an_expected_error_is_one_line_on_stderr(product: Path) -> None:
    done = bookme(product, "shop", "refuse")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "CommandError: there is no such business\n")
    assert runs(product) == (False, False)


def test_a_database_without_tables_is_explained(product: Path) -> None:
    done = bookme(product, "shop", "missing")
    assert done.returncode == 1
    assert done.stderr == "bookme: the database is not set up yet: start BookMe once (`make run`).\n"


def test_servers_of_the_developers_own_are_used(product: Path) -> None:
    with servers.up("local", root=product) as running:
        addresses = {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_url}
        (product / ".env").write_text("".join(f"{name}={value}\n" for name, value in addresses.items()))
        done = bookme(product, "shop", "look")
        assert done.returncode == 0, done.stderr
        Valkey(Place(product, "local")).down()
        assert bookme(product, "shop", "look").stderr.startswith("bookme: REDIS_URL: ")
        assert runs(product) == (True, False), "the one of REDIS_URL was started"
    (product / ".env").unlink()


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("DATABASE_URL", "postgres://nobody:secret@127.0.0.1:1/none", "refused"),
        ("DATABASE_URL", "sqlite:///x.db", "must be as postgres://"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "refused"),
        ("REDIS_URL", "nothing", "scheme"),
    ],
)
def test_an_address_without_a_server_is_one_line(product: Path, name: str, address: str, told: str) -> None:
    command = [sys.executable, "-m", "bookme.dev", "run"]
    env = os.environ | {"PYTHONPATH": str(product / "src"), "PORT": str(processes.free_port(0)), name: address}
    run = subprocess.run(command, cwd=product, env=env, capture_output=True, text=True, check=False)
    for done in (bookme(product, "shop", "look", **{name: address}), run):
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
        assert done.stderr.startswith(f"bookme: {name}")
        assert told in done.stderr
        assert "secret" not in done.stderr
    assert runs(product) == (False, False)


def reset(root: Path, *arguments: str, answer: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bookme.dev", "reset", *arguments]
    env = os.environ | {"PYTHONPATH": str(root / "src")}
    if answer is None:
        return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    keyboard, terminal = pty.openpty()
    os.write(keyboard, answer.encode())
    done = subprocess.run(command, env=env, stdin=terminal, capture_output=True, text=True, check=False)
    os.close(keyboard)
    os.close(terminal)
    return done


def test_reset_asks_and_refuses_while_in_use(product: Path) -> None:
    with servers.up("local", root=product):
        cluster = Postgres(Place(product, "local")).data
        used = reset(product, "--yes")
        assert (used.returncode, "in use" in used.stderr) == (1, True)
    assert reset(product).returncode == 1, "nobody was asked"
    assert reset(product, answer="no\n").returncode == 1
    assert cluster.exists()
    assert reset(product, answer="y\n").returncode == 0
    assert not (product / ".bookme").exists()
    assert reset(product, "--yes").returncode == 0, "nothing to delete is no error"
