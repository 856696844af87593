"""What somebody wants to book, and the refusal that says why they cannot and what else they could."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookme.bookings.models import Booking
from bookme.core.errors import Conflict
from bookme.services.models import Service

SESSIONS_ONLY = "sessions_only"  # the cause where a class is asked for at a time without a session


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A service at an instant. None for staff or location: anybody, anywhere; `party_size` people.

    `moving` is the booking that is to go there: what it has now counts as given back.
    """

    service: Service
    start: dt.datetime
    staff_id: UUID | None = None
    location_id: UUID | None = None
    party_size: int = 1
    extra_minutes: int = 0
    moving: Booking | None = None


class SlotUnavailable(Conflict):
    """The time is well formed and not offered. `causes` are `availability.Cause` values, or SESSIONS_ONLY.

    Raised inside the transaction with no alternatives; whoever opened it asks `openings.with_alternatives` after
    leaving it.
    """

    default_code = "slot_unavailable"
    default_detail = "This time is not available."

    def __init__(self, *, wish: Wish, causes: Iterable[str], alternatives: Iterable[Mapping[str, Any]] = ()) -> None:
        self.wish = wish
        self.causes = [str(each) for each in causes]
        super().__init__(extra={"causes": self.causes, "alternatives": list(alternatives)})
