"""Which future bookings still stand when something is archived: asked by the catalogue, answered by what lies above it.

The catalogue may not import bookings, so `config` puts the answer here when the program starts.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookme.core.actor import Actor


@dataclass(frozen=True)
class StandingBooking:
    id: UUID
    reference: str
    status: str
    start: dt.datetime
    end: dt.datetime
    service: UUID
    staff: UUID
    location: UUID


Source = Callable[[str, UUID, Actor, dt.datetime], Sequence[StandingBooking]]

_sources: list[Source] = []


def answer_with(source: Source) -> None:
    """Set who knows: called with a kind of row (`service`, `staff`, …), its id, who asks and the time."""
    _sources[:] = [source]


def standing_bookings(kind: str, row_id: UUID, actor: Actor, now: dt.datetime) -> list[StandingBooking]:
    """Bookings to come that need this row, by start: those within the actor's scopes."""
    return [each for source in _sources for each in source(kind, row_id, actor, now)]
