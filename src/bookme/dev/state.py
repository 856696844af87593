"""What must be remembered between two starts of a profile's servers: password and ports, in a 0600 file."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from bookme.dev.place import Place, ServerError

FIRST_PORT, CHECKOUTS, PORTS_EACH = 20000, 1000, 6


@dataclass
class State:
    password: str
    postgres_port: int
    valkey_port: int
    mail_port: int
    is_password_set: bool = False
    """Whether the cluster on disk has this password (it has another one if the state file was lost)."""
    is_kept: bool = False
    """Started by `up`: no user of the servers stops them, only `down` does."""

    @property
    def database_url(self) -> str:
        return f"postgres://bookme:{self.password}@127.0.0.1:{self.postgres_port}/bookme"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.valkey_port}/0"


def _file(place: Place) -> Path:
    return place.folder / "servers.json"


def new_state(place: Place) -> State:
    """A new password, and ports that differ from checkout to checkout but not from day to day."""
    first = FIRST_PORT + int(place.digest, 16) % CHECKOUTS * PORTS_EACH + (3 if place.profile == "test" else 0)
    return State(secrets.token_urlsafe(24), postgres_port=first, valkey_port=first + 1, mail_port=first + 2)


def load_state(place: Place) -> State | None:
    """The state as saved; None when there is none or it cannot be trusted (a crash while writing, an edit)."""
    try:
        raw = json.loads(_file(place).read_text(encoding="utf-8"))
        known = {field.name: raw[field.name] for field in fields(State)}
    except PermissionError as error:
        raise ServerError(f"{place.folder} belongs to another user: work as that user.") from error
    except (OSError, ValueError, TypeError, KeyError):
        return None
    ports = (known["postgres_port"], known["valkey_port"], known["mail_port"])
    if not all(type(port) is int and 0 < port < 65536 for port in ports):
        return None
    if not isinstance(known["password"], str) or len(known["password"]) < 16:
        return None
    return State(**known)


def save_state(place: Place, state: State) -> None:
    unfinished = _file(place).with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as output:
        json.dump(asdict(state), output, indent=1)
        output.flush()
        os.fsync(output.fileno())
    unfinished.replace(_file(place))
