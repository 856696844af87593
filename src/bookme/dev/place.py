"""Where a checkout keeps its local data, and the locks that its processes share."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[3]


class ServerError(Exception):
    """Something that the developer can put right; its text says what."""


@dataclass(frozen=True)
class Place:
    """One profile (`local`, `test`) of one checkout. `name` is unique to it on this machine."""

    root: Path
    profile: str

    @property
    def folder(self) -> Path:
        return self.root / ".bookme" / self.profile

    @property
    def digest(self) -> str:
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]

    @property
    def name(self) -> str:
        return f"bookme-{self.digest}-{self.profile}"

    def make(self) -> None:
        """Create the folder; raises ServerError when it belongs to somebody else."""
        try:
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(parents=True, exist_ok=True)
                if folder.stat().st_uid == os.geteuid():
                    folder.chmod(0o755)  # whatever the umask: PostgreSQL may run under another account
        except OSError as error:
            raise ServerError(f"Cannot write to {self.folder}: {error.strerror}") from error

    def open_lock(self, name: str) -> IO[str]:
        """An open lock file; the lock goes with the descriptor, so a killed process never leaves one behind."""
        self.make()
        try:
            return open(self.folder / f"{name}.lock", "a+", encoding="utf-8")
        except PermissionError as error:
            raise ServerError(
                f"{self.folder} belongs to another user: work as that user, or have them run `make reset`."
            ) from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Starting and stopping servers is for one process at a time."""
        with self.open_lock("servers") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def try_lock(lock: IO[str]) -> bool:
    """Take an exclusive lock at once, or say that somebody else has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
