"""What a line of the file says, and what it stands for once its names are found."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ParamSpec, TypeVar
from uuid import UUID

from bookme.bookings.actions.rows import blocked_range
from bookme.bookings.models import Appointment
from bookme.bookings.states import KEEPS_SEATS, Status
from bookme.core.errors import FieldError
from bookme.core.spreadsheets import line_pointer
from bookme.customers.actions import Contact
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.staff.models import Staff

KNOWN = "known"  # what becomes of a line about a booking that is there already
_IDENTITY = frozenset({"reference", "name", "email", "phone"})

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, kw_only=True)
class ImportedBooking:
    """One line, checked as far as it can be alone. A time without an offset is that of the clock at the place.

    Services, people and places are named by key, slug or name. An empty text, and None, say nothing. `unread` are the
    columns whose cells could not be read: whatever depends on them is not known.
    """

    line: int
    contact: Contact
    start: dt.datetime | None = None
    service: str = ""
    end: dt.datetime | None = None
    reference: str = ""
    staff: str = ""
    location: str = ""
    party_size: int = 1
    notes: str = ""
    internal_notes: str = ""
    status: Status | None = None
    price: Decimal | None = None
    currency: str = ""
    unread: frozenset[str] = frozenset()

    @property
    def is_identified(self) -> bool:
        """Whether it can be told if it is there already: by its reference, or by whose it is."""
        return not self.unread & _IDENTITY

    def leaves_open(self, column: str) -> bool:
        """Whether it names nothing in that column."""
        return column not in self.unread and not getattr(self, column).strip()

    def wrong(self, column: str, code: str, detail: str) -> "LineError":
        """A fault of that column."""
        return LineError(FieldError(line_pointer(self.line, column), code, detail))


class LineError(Exception):
    """What is wrong with a line; another line may be good."""

    def __init__(self, fault: FieldError) -> None:
        super().__init__(fault.detail)
        self.fault = fault


def found(wrong: list[FieldError], find: Callable[P, T | None], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """What `find` finds; None where it cannot be known, and where it raises LineError, which joins what is `wrong`."""
    try:
        return find(*args, **kwargs)
    except LineError as error:
        wrong.append(error.fault)
        return None


@dataclass(frozen=True, kw_only=True)
class Meant:
    """A line with the rows that it names. `people` are who could do it, in order; what `is_over` needs no padding."""

    said: ImportedBooking
    service: Service
    place: Location
    people: tuple[Staff, ...]
    starts_at: dt.datetime
    ends_at: dict[UUID, dt.datetime]
    status: Status
    is_over: bool

    @property
    def keeps_seats(self) -> bool:
        return self.status in KEEPS_SEATS

    def blocked(self, staff: Staff) -> tuple[dt.datetime, dt.datetime]:
        end = self.ends_at[staff.pk]
        return (self.starts_at, end) if self.is_over else blocked_range(self.service, self.starts_at, end)


@dataclass
class Placed:
    """A line that has its time: in an `appointment` of the file's own, or in one that is there."""

    meant: Meant
    appointment: Appointment
    is_new: bool
    helpers: list[UUID] = field(default_factory=list)
    units: list[UUID] = field(default_factory=list)
