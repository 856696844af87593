"""The environment in which the local product runs: what the developer set comes first, the rest is filled in."""

from __future__ import annotations

import os
from pathlib import Path

import environ

from bookme.dev.servers import Servers

SETTINGS = "bookme.config.settings.local"
DEFAULT_PORT = "8000"


def read_env_file(root: Path) -> None:
    """Take over what `.env` says, where the environment says nothing."""
    if (root / ".env").is_file():
        environ.Env.read_env(root / ".env")


def product_environment(running: Servers, *, port: str, mail_port: int) -> dict[str, str]:
    """A copy of the environment that leads every process of the product to the same servers."""
    place = running.place
    defaults = {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "LOG_FORMAT": "text",
        "MAILBOX_DIR": str(place.folder / "mailbox"),
        "PORT": port,
    }
    if "EMAIL_HOST" not in os.environ:
        defaults |= {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mail_port)}
    env = defaults | dict(os.environ)
    env |= {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_url}
    env["PYTHONTZPATH"] = ""  # the locked tzdata package decides, not this machine
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every start takes seconds longer
    if os.geteuid() == 0:
        env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")  # it is a local machine
    return env
