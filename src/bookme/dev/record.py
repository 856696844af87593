"""What a running `make run` tells other processes of its checkout: its ports. Believed only while it holds its lock."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import IO

from bookme.dev.place import Place, try_lock
from bookme.dev.processes import wait_until


@dataclass(frozen=True)
class Product:
    pid: int
    port: int
    mail_port: int


def running_product(place: Place) -> Product | None:
    """The `make run` of this checkout, if one runs now."""
    with place.open_lock("run") as lock:
        if try_lock(lock):
            return None
        try:
            return Product(**json.loads((place.folder / "run.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None  # it has only just started


def claim(place: Place) -> IO[str] | None:
    """The lock that makes this process the one `make run` of its checkout; None when there is another."""
    lock = place.open_lock("run")
    if wait_until(lambda: try_lock(lock), seconds=0.3):  # `running_product` elsewhere may hold it for a moment
        return lock
    lock.close()
    return None


def publish(place: Place, *, port: int, mail_port: int) -> None:
    record = place.folder / "run.json"
    unfinished = record.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(Product(os.getpid(), port, mail_port))), encoding="utf-8")
    unfinished.replace(record)
