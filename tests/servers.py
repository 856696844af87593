"""The real servers of a test run: started, or adopted, before Django reads its settings (`-p tests.servers`)."""

import atexit
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bookme.dev import servers
from bookme.dev.mailbox import Mailbox


def _own_database(redis_url: str) -> str:
    """Redis has 16 databases: each process of a parallel run empties its own, not the others' in mid-test."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")
    parts = urlsplit(redis_url)
    first = int(parts.path.strip("/") or 0)
    return urlunsplit(parts._replace(path=f"/{(first + int(worker) + 1) % 16}"))


_running = servers.up("test")
atexit.register(_running.release)

_folder = tempfile.TemporaryDirectory(prefix="bookme-mail-")
atexit.register(_folder.cleanup)
MAIL = Mailbox(Path(_folder.name) / "mailbox")
MAIL.start()
atexit.register(MAIL.stop)

os.environ["DATABASE_URL"] = _running.database_url
os.environ["REDIS_URL"] = _own_database(_running.redis_url)
os.environ["EMAIL_HOST"], os.environ["EMAIL_PORT"] = "127.0.0.1", str(MAIL.port)
os.environ["MAILBOX_DIR"] = str(Path(_folder.name) / "mailbox")
os.environ["DJANGO_SETTINGS_MODULE"] = "bookme.config.settings.test"
