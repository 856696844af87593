"""The real servers of a test run: started, or adopted, before Django reads its settings (`-p tests.servers`)."""

import atexit
import os
import tempfile
from pathlib import Path

from bookme.dev import servers
from bookme.dev.mailbox import Mailbox

_running = servers.up("test")
atexit.register(_running.release)

_folder = tempfile.TemporaryDirectory(prefix="bookme-mail-")
atexit.register(_folder.cleanup)
MAIL = Mailbox(Path(_folder.name) / "mailbox")
MAIL.start()
atexit.register(MAIL.stop)

os.environ["DATABASE_URL"] = _running.database_url
os.environ["REDIS_URL"] = _running.redis_url
os.environ["EMAIL_HOST"], os.environ["EMAIL_PORT"] = "127.0.0.1", str(MAIL.port)
os.environ["MAILBOX_DIR"] = str(Path(_folder.name) / "mailbox")
os.environ["DJANGO_SETTINGS_MODULE"] = "bookme.config.settings.test"
