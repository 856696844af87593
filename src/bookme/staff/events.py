"""What is announced about people at work."""

from dataclasses import dataclass
from typing import ClassVar

from bookme.eventlog.changes import RowChanged


@dataclass(frozen=True)
class StaffChanged(RowChanged):
    """`kind`: staff, or working_hours, time_off, service_area or staff_service of that person."""

    name: ClassVar[str] = "staff.changed"
