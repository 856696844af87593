"""The processes of the product as children of `make run`: none may outlive it, and none ends unnoticed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bookme.dev.console import Console

PATIENCE_SECONDS = 10.0
RELOAD_TRIAL_SECONDS = 15.0
SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """In the child: the kernel ends it when the parent dies, even by kill -9 (Linux)."""
    if _libc is not None:
        _libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


@dataclass
class Child:
    """One program, started and restarted from the main thread only: its death signal is tied to that thread."""

    name: str
    command: list[str]
    reloads: bool = False
    process: subprocess.Popen[str] | None = None
    log: threading.Thread | None = None
    started_at: float = field(default=0.0)
    is_trial: bool = False

    def start(self, *, cwd: Path, env: dict[str, str], console: Console, is_trial: bool = False) -> None:
        self.started_at, self.is_trial = time.monotonic(), is_trial
        self.process = subprocess.Popen(
            self.command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C must not reach it before its turn
            preexec_fn=_end_with_parent,  # noqa: PLW1509 one call into libc, no lock, no import
        )
        assert self.process.stdout is not None
        self.log = console.follow(self.process.stdout, name=self.name)

    @property
    def exit_code(self) -> int | None:
        """None while it runs, or was never started."""
        return self.process.poll() if self.process else None

    @property
    def failed_after_reload(self) -> bool:
        """Whether it died on code that has just been changed: no reason to end everything, the next change may help."""
        return self.is_trial and time.monotonic() - self.started_at < RELOAD_TRIAL_SECONDS

    def stop(self) -> None:
        """Ask it to end, kill it if it does not, and with it whatever it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        if self.log is not None:
            self.log.join(1)  # its last words come before those of the next one
