"""A file that is taken over, all of it or nothing: what it says, and what came of each line, or would. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bookme.core.errors import FieldError, Invalid

REFUSED = "refused"

L = TypeVar("L")


@dataclass(frozen=True)
class FileLines(Generic[L]):
    """What a file says: its lines, the faults of those that could not be read, and its columns that mean nothing.

    `torn` is what those say all the same, each without its columns that are at fault.
    """

    lines: tuple[L, ...]
    faults: tuple[FieldError, ...] = ()
    ignored: tuple[str, ...] = ()
    torn: tuple[L, ...] = ()


@dataclass(frozen=True)
class LineReport:
    """`outcome` is what became of the line, such as `created`; `refused` with `faults`, which point into the file.

    `kept` are its columns that say something else than what was there, which stays.
    """

    line: int
    outcome: str
    faults: tuple[FieldError, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportReport:
    """A dry run and the real one report the same; `ignored` are the file's columns that mean nothing here."""

    lines: tuple[LineReport, ...]
    ignored: tuple[str, ...]
    dry_run: bool

    @property
    def faults(self) -> tuple[FieldError, ...]:
        return tuple(fault for line in self.lines for fault in line.faults)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines had which outcome."""
        return dict(Counter(line.outcome for line in self.lines))


def refused_lines(faults: Iterable[FieldError]) -> dict[int, LineReport]:
    """By line, what is wrong with it; pointers are those of `core.spreadsheets.line_pointer`."""
    found: dict[int, list[FieldError]] = {}
    for each in faults:
        found.setdefault(line_of(each), []).append(each)
    return {line: LineReport(line, REFUSED, tuple(told)) for line, told in found.items()}


def require_all_good(faults: Sequence[FieldError]) -> None:
    """Raises Invalid `import_refused` with every fault of every line: nothing is taken over in part."""
    if faults:
        lines = len({line_of(each) for each in faults})
        detail = f"Nothing was imported: {lines} {'line has' if lines == 1 else 'lines have'} something wrong."
        raise Invalid(detail, code="import_refused", errors=faults)


def line_of(fault: FieldError) -> int:
    """7 of `/lines/7/email`."""
    return int(fault.pointer.split("/")[2])


def column_of(fault: FieldError) -> str:
    """`email` of `/lines/7/email`; empty where the whole line is at fault."""
    return ([*fault.pointer.split("/"), ""])[3]


def fault_text(fault: FieldError) -> str:
    """`line 7, email: Enter a valid email address.`"""
    column = column_of(fault)
    return f"line {line_of(fault)}{f', {column}' if column else ''}: {fault.detail}"
