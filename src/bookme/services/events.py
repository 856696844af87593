"""What the catalogue announces."""

from dataclasses import dataclass
from typing import ClassVar

from bookme.eventlog.changes import RowChanged


@dataclass(frozen=True)
class CatalogueChanged(RowChanged):
    """`kind`: category, service, extra or question."""

    name: ClassVar[str] = "catalogue.changed"
