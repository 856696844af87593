"""What a line of the file says, and what it stands for once its names are found."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
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


@dataclass(frozen=True, kw_only=True)
class ImportedBooking:
    """One line, checked as far as it can be alone. A time without an offset is that of the clock at the place.

    Services, people and places are named by key, slug or name. An empty text, and None, say nothing.
    """

    line: int
    start: dt.datetime
    service: str
    contact: Contact
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

    def wrong(self, column: str, code: str, detail: str) -> "LineError":
        """A fault of that column."""
        return LineError(FieldError(line_pointer(self.line, column), code, detail))


class LineError(Exception):
    """What is wrong with a line; another line may be good."""

    def __init__(self, fault: FieldError) -> None:
        super().__init__(fault.detail)
        self.fault = fault


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
