"""CPU time of this process and of the database's, and a table of ratios. No wall clock: other work would be in it.

What runs by turns finds the processor's caches full of something else, as requests of all kinds do; what runs in a row
finds its own. The smaller it is, the more that matters: an empty view costs a third in a row. So ratios have both.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU: ours, and that of the database's process that serves us."""

    app: float
    database: float

    @property
    def total(self) -> float:
        return self.app + self.database


IN_A_ROW = 8


def cost_of(*actions: Callable[[], object], rounds: int, in_a_row: int = 1) -> list[Cost]:
    """What each action costs, the median of the rounds. They take turns, so that a busy moment meets all."""
    for action in actions:
        action()
    taken: list[list[Cost]] = [[] for _ in actions]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for action, found in zip(actions, taken, strict=True):
                found += [_once(action) for _ in range(in_a_row)]
    finally:
        gc.enable()
    return [
        Cost(statistics.median(each.app for each in found), statistics.median(each.database for each in found))
        for found in taken
    ]


def costs_of(*actions: Callable[[], object], rounds: int) -> tuple[list[Cost], list[Cost]]:
    """By turns, and in a row."""
    return cost_of(*actions, rounds=rounds), cost_of(*actions, rounds=max(rounds // IN_A_ROW, 3), in_a_row=IN_A_ROW)


def _once(action: Callable[[], object]) -> Cost:
    backend = _backend()
    database, app = _cpu_of(backend), time.process_time_ns()
    action()
    spent = time.process_time_ns() - app
    return Cost(spent / 1e6, (_cpu_of(backend) - database) / 1e6)


def _backend() -> int:
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def _cpu_of(pid: int) -> int:
    """Nanoseconds; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except OSError:
        return 0


def say(line: str = "") -> None:
    """To where the figures go: the log has standard output for itself."""
    print(line, file=sys.__stdout__, flush=True)


class Table:
    """Rows of a benchmark, printed as a Markdown table as they come."""

    def __init__(self, title: str, *columns: str) -> None:
        say(f"\n## {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")

    def row(self, *cells: object) -> None:
        say(f"| {' | '.join(_text(each) for each in cells)} |")


def _text(cell: object) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
