"""Processes that outlive the one that started them: find them by a marker in their command line, stop them for sure."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bookme.dev.account import Account

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "stat").exists()
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}


def command_line(pid: int) -> str | None:
    """The command line of a running process; None when it is gone or a zombie that nobody has reaped yet.

    It is empty for a moment while a program is being started, and for the kernel's own threads.
    """
    if not HAS_PROC:
        command = ["ps", "-o", "stat=,command=", "-p", str(pid)]
        shown = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
        return None if not shown or shown.startswith("Z") else shown
    try:
        status = (PROC / str(pid) / "stat").read_text()
        if status.rpartition(")")[2].split()[0] in "ZX":
            return None
        return os.fsdecode((PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" "))
    except OSError:
        return None


def running_with(marker: str) -> list[int]:
    """Ids of all other processes whose command line holds the marker."""
    if HAS_PROC:
        pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    else:
        listed = subprocess.run(["ps", "-axo", "pid="], check=False, capture_output=True, text=True).stdout
        pids = [int(word) for word in listed.split()]
    return [pid for pid in pids if pid != os.getpid() and marker in (command_line(pid) or "")]


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    """Poll a cheap condition every 10 ms; False when it did not come true in time."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def has_ended(pid: int, marker: str) -> bool:
    """Whether the process is gone (reaped here if it was a child); another one with a recycled id does not count."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    command = command_line(pid)
    return command is None or (command != "" and marker not in command)


def stop(pid: int, marker: str, *, how: signal.Signals, seconds: float) -> None:
    """Ask a process to end, and kill it if it has not ended in time."""
    for number, patience in ((how, seconds), (signal.SIGKILL, 5.0)):
        if has_ended(pid, marker):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: has_ended(pid, marker), seconds=patience):
            return


def start_server(command: list[str], *, log: Path, account: Account | None = None) -> int:
    """Start a server in a session of its own, so that Ctrl-C does not reach it; returns its process id."""
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command,
            env=CLEAN_ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    process.returncode = 0  # it outlives this object on purpose: nothing to wait for, nothing to warn about
    return process.pid


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(preferred: int) -> int:
    """The preferred port, so that addresses stay the same from start to start; another when it is taken."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tail(log: Path, characters: int = 2000) -> str:
    try:
        return log.read_text(errors="replace")[-characters:]
    except OSError:
        return ""
