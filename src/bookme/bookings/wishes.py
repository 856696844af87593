"""What somebody wants to book, and the refusal that says why they cannot and what else they could."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from bookme.bookings.availability import OUTSIDE_HOURS, OVERBOOKING, Cause
from bookme.bookings.models import Booking
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.postcodes.distance import Point
from bookme.services.models import Service

T = TypeVar("T")
R = TypeVar("R")

SESSIONS_ONLY = "sessions_only"  # the cause where a class is asked for at a time without a session
COURSE_ONLY = "course_only"  # that of one date of a course that is booked as a whole


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A service at an instant. None for staff or location: anybody, anywhere; `party_size` people.

    `then` is what follows in the same visit, in order, each when the one before is done: its start says nothing, and
    all are at one place.

    Nobody is chosen but from `staff_within`, no place but from `places_within`, where they are not None. Nor is who
    does not go to `point`. `moving` is the booking that is to go there: what it has now counts as given back, as do
    others that are `leaving` in the same step, and its point is that of its visit.

    `minutes` is how long it takes, if not as long as whoever does it takes for it and the extras. What the team
    `may_waive`, of `availability.OUTSIDE_HOURS` and `OVERBOOKING`, keeps it from nothing, and no more of that is waived
    than has to be; nor does what is `moot`, which nobody has to waive.
    """

    service: Service
    start: dt.datetime
    staff_id: UUID | None = None
    location_id: UUID | None = None
    party_size: int = 1
    extra_minutes: int = 0
    minutes: int | None = None
    point: Point | None = None
    staff_within: frozenset[UUID] | None = None
    places_within: frozenset[UUID] | None = None
    moving: Booking | None = None
    leaving: tuple[Booking, ...] = ()
    then: tuple["Wish", ...] = ()
    may_waive: frozenset[Cause] = frozenset()
    moot: frozenset[Cause] = frozenset()

    @classmethod
    def to_move(cls, booking: Booking, **where: Any) -> "Wish":
        """The same service for as many people, and as long, as the booking has it, elsewhere."""
        return cls(
            service=booking.appointment.service,
            party_size=booking.party_size,
            extra_minutes=booking.extra_minutes,
            moving=booking,
            **{"minutes": booking.duration_minutes, **where},
        )

    def within_scopes_of(self, actor: Actor) -> "Wish":
        """Anybody and anywhere that this actor reaches; whom and where they name is for `require_in_scope`."""
        then = tuple(each.within_scopes_of(actor) for each in self.then)
        return replace(self, staff_within=actor.staff_ids, places_within=actor.location_ids, then=then)

    def at(self, start: dt.datetime) -> "Wish":
        """The same at another time."""
        return replace(self, start=start)

    @property
    def tries(self) -> list[frozenset[Cause]]:
        """What does not count at each try, the least of it first: what is free is not forced."""
        some = (frozenset[Cause](), self.may_waive & OUTSIDE_HOURS, self.may_waive & OVERBOOKING, self.may_waive)
        return list(dict.fromkeys(self.moot | each for each in some))

    @property
    def services(self) -> "tuple[Wish, ...]":
        """Itself, and what follows."""
        return (self, *self.then)

    @property
    def staff_ids(self) -> frozenset[UUID] | None:
        """Who may be chosen; None: anybody."""
        return self.staff_within if self.staff_id is None else frozenset({self.staff_id})

    @property
    def location_ids(self) -> frozenset[UUID] | None:
        """Which place may be chosen; None: any."""
        return self.places_within if self.location_id is None else frozenset({self.location_id})


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


def each_or_refused(find: Callable[[T], R], among: Sequence[T]) -> list[R]:
    """What `find` makes of each; asked of several, it raises all of their SlotUnavailable as one DatesUnavailable."""
    found: list[R] = []
    refusals: list[SlotUnavailable] = []
    for each in among:
        try:
            found.append(find(each))
        except SlotUnavailable as error:
            refusals.append(error)
    if refusals:
        raise DatesUnavailable(refusals) if len(among) > 1 else refusals[0]
    return found


class DatesUnavailable(SlotUnavailable):
    """Some `starts` of a series are not offered; `extra` has the causes of each. The wish is that of the first."""

    default_detail = "Some of these dates are not available."

    def __init__(self, refusals: Sequence[SlotUnavailable]) -> None:
        super().__init__(wish=refusals[0].wish, causes=refusals[0].causes)
        self.starts = [each.wish.start for each in refusals]
        self.extra["dates"] = [{"start": each.wish.start.isoformat(), "causes": each.causes} for each in refusals]
