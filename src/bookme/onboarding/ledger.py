"""What one application of a config changed, and what stood against it. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from bookme.onboarding.validation import Fault

MAX_CHANGES = 200
MAX_TEXT = 200
PRIVATE = frozenset({"email", "phone", "user_id", "metadata"})


@dataclass
class Ledger:
    """Counts are of rows: `created`, `changed`, `unchanged`, `retired`, `removed`."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    changes_total: int = 0
    faults: list[Fault] = field(default_factory=list)

    def note(self, path: str, before: Any, after: Any) -> None:
        self.changes_total += 1
        if len(self.changes) >= MAX_CHANGES:
            return
        told = path.rpartition(".")[2] not in PRIVATE
        self.changes.append(
            {"path": path, "before": _plain(before) if told else None, "after": _plain(after) if told else None}
        )

    def created(self, path: str) -> None:
        self.counts["created"] += 1
        self.note(path, None, "created")

    def changed(self, path: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """One row; `changes` holds before and after of each column."""
        self.counts["changed"] += 1
        for name, (before, after) in changes.items():
            self.note(f"{path}.{name}", before, after)

    def unchanged(self) -> None:
        self.counts["unchanged"] += 1

    def retired(self, path: str) -> None:
        self.counts["retired"] += 1
        self.note(path, "active", "inactive")

    def replaced(self, path: str, gone: list[Any], new: list[Any]) -> None:
        """Some of a set; what stays is not told."""
        self.counts["created"] += len(new)
        self.counts["removed"] += len(gone)
        if gone or new:
            self.note(path, gone, new)

    def removed(self, path: str) -> None:
        self.counts["removed"] += 1
        self.note(path, "there", None)

    @property
    def is_empty(self) -> bool:
        return self.changes_total == 0


def _plain(value: Any) -> Any:
    """A value that fits in JSON, and is not long."""
    if isinstance(value, Decimal | UUID | date | datetime):
        return str(value)
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value[:20]]
    if isinstance(value, dict):
        return {str(key)[:60]: _plain(each) for key, each in list(value.items())[:20] if each is not None}
    return value
