"""`bookme …`: manage.py for the local product. It finds the servers of this checkout, or starts them for one command.

With DATABASE_URL and REDIS_URL set, or with settings other than the local ones, it is plain manage.py.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from django.core.management import execute_from_command_line
from django.db import ProgrammingError

from bookme.dev import addresses, environment, servers
from bookme.dev.mailbox import Mailbox
from bookme.dev.place import ROOT, ServerError
from bookme.dev.record import running_product
from bookme.dev.servers import Servers

NEEDS_NO_SERVERS = {"help", "--help", "-h", "version", "--version"}
UNDEFINED_TABLE = "42P01"


def main() -> None:
    """Run one management command; the exit code is 0 only when it succeeded."""
    environment.read_env_file(ROOT)
    settings = os.environ.setdefault("DJANGO_SETTINGS_MODULE", environment.SETTINGS)
    try:
        if settings != environment.SETTINGS or not set(sys.argv[1:2]) - NEEDS_NO_SERVERS:
            _execute()
            return
        addresses.require_answers()
        with servers.up("local") as running, _mail_port(running) as mail_port:
            os.environ.setdefault("LOG_LEVEL", "WARNING")  # a command's output is its answer
            os.environ.update(_environment(running, mail_port))
            _execute()
    except ServerError as error:
        sys.exit(f"bookme: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _environment(running: Servers, mail_port: int) -> dict[str, str]:
    product = running_product(running.place)
    port = str(product.port) if product else os.environ.get("PORT", environment.DEFAULT_PORT)
    return environment.product_environment(running, port=port, mail_port=mail_port)


@contextlib.contextmanager
def _mail_port(running: Servers) -> Iterator[int]:
    """The port of the running product's mailbox, else of one that lives as long as the command."""
    product = running_product(running.place)
    if product or "EMAIL_HOST" in os.environ:
        yield product.mail_port if product else 0
        return
    with Mailbox(running.place.folder / "mailbox") as mail:
        yield mail.port


def _execute() -> None:
    try:
        execute_from_command_line(sys.argv)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") != UNDEFINED_TABLE:
            raise
        sys.exit("bookme: the database is not set up yet: start BookMe once (`make run`).")
