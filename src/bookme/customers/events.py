"""What is announced about customers."""

from dataclasses import dataclass
from typing import ClassVar

from bookme.eventlog.changes import RowChanged


@dataclass(frozen=True)
class CustomerChanged(RowChanged):
    """A customer's row was made, changed or archived by the team. Fields are told by name, never their values."""

    name: ClassVar[str] = "customer.changed"
