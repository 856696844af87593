"""Start, adopt and stop the embedded servers of a checkout.

    with servers.up("test") as running:
        running.database_url, running.redis_url

Each user of the servers holds a shared lock on `users.lock`. The last one to leave stops them, whoever started them,
and a killed one leaves no trace. `keep=True` (the `up` command) keeps them running until `down`.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bookme.dev.place import ROOT, Place, try_lock
from bookme.dev.postgres import Postgres
from bookme.dev.state import load_state, new_state, save_state
from bookme.dev.valkey import Valkey


class Servers:
    """Two addresses to use until `release()`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.redis_url = os.environ.get("REDIS_URL", "")
        self._postgres = None if self.database_url else Postgres(place)
        self._valkey = None if self.redis_url else Valkey(place)
        self.mail_port = 0
        self._use: IO[str] | None = None

    def acquire(self, *, keep: bool = False) -> None:
        """Start or adopt each server that the environment does not name. Raises ServerError, leaving nothing behind."""
        with self.place.locked():
            self._use = self.place.open_lock("users")
            fcntl.flock(self._use, fcntl.LOCK_SH)
        try:
            with self.place.locked():
                self._start(keep=keep)
        except BaseException:
            self.release()
            raise

    def _start(self, *, keep: bool) -> None:
        state = load_state(self.place) or new_state(self.place)
        state.is_kept = keep or (state.is_kept and _is_running(self.place))
        if self._postgres:
            self._postgres.up(state)
            self.database_url = state.database_url
        save_state(self.place, state)  # at once: from here on the cluster has this password
        if self._valkey:
            self._valkey.up(state)
            self.redis_url = state.redis_url
            save_state(self.place, state)
        self.mail_port = state.mail_port

    def revive(self) -> bool:
        """Start again what has died meanwhile, on its old port; False, and cheap, when all is well."""
        if all(server.is_running() for server in (self._postgres, self._valkey) if server):
            return False
        with self.place.locked():
            self._start(keep=False)
        return True

    def release(self) -> None:
        """Stop using the servers; the last user stops them. May be called twice."""
        if self._use is None:
            return
        with self.place.locked():
            self._use.close()
            self._use = None
            state = load_state(self.place)
            if not (state and state.is_kept) and not is_used(self.place):
                _stop(self.place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def up(profile: str = "local", *, root: Path = ROOT, keep: bool = False) -> Servers:
    """Use the servers of a profile, started if they do not run; DATABASE_URL and REDIS_URL, where set, come first."""
    running = Servers(Place(root, profile))
    running.acquire(keep=keep)
    return running


def down(profile: str = "local", *, root: Path = ROOT) -> None:
    """Stop the servers of a profile, whoever uses them."""
    place = Place(root, profile)
    with place.locked():
        state = load_state(place)
        if state and state.is_kept:
            state.is_kept = False
            save_state(place, state)
        _stop(place)


def is_used(place: Place) -> bool:
    """Whether any process uses the profile's servers now."""
    with place.open_lock("users") as users:
        return not try_lock(users)


def _is_running(place: Place) -> bool:
    return Postgres(place).is_running() or Valkey(place).is_running()


def _stop(place: Place) -> None:
    Valkey(place).down()
    Postgres(place).down()
