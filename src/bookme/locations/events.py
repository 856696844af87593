"""What places announce."""

from dataclasses import dataclass
from typing import ClassVar

from bookme.eventlog.changes import RowChanged


@dataclass(frozen=True)
class LocationsChanged(RowChanged):
    """`kind`: location, opening_hours (of that location), resource or closure."""

    name: ClassVar[str] = "locations.changed"
