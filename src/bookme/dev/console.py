"""One terminal for many processes: every line carries the name of the one that wrote it."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import IO, TextIO

COLOURS = {"setup": 90, "web": 36, "worker": 33, "beat": 35, "mail": 32, "bookme": 1}
WIDTH = max(len(name) for name in COLOURS)


class Console:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out: TextIO = sys.stdout
        self.is_coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str, *, name: str = "bookme") -> None:
        label = f"{name:>{WIDTH}} |"
        if self.is_coloured:
            label = f"\033[{COLOURS.get(name, 0)}m{label}\033[0m"
        self.write("".join(f"{label} {line}\n" for line in text.splitlines()))

    def write(self, text: str) -> None:
        """Print; a terminal that is gone must not keep us from stopping everything in order."""
        with self._lock:
            try:
                self._out.write(text)
                self._out.flush()
            except (OSError, ValueError):
                self._out = io.StringIO()  # nobody reads it

    def follow(self, stream: IO[str], *, name: str) -> threading.Thread:
        """Pass on everything that a process writes, until it closes its output."""

        def pump() -> None:
            with stream:
                for line in stream:
                    self.say(line.rstrip("\n"), name=name)

        thread = threading.Thread(target=pump, name=f"log of {name}", daemon=True)
        thread.start()
        return thread
