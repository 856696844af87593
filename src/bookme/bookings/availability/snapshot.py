"""What the engine reads: everything about one service that decides which of its times can be booked.

Ids are texts, as they go out: there are many, and looking one up costs least. A minute is an integer counted from
1970-01-01T00:00Z (`core.time.minute_of`); a `Span` is a half-open pair of them. Ranges that do not begin and end on
whole minutes are widened to whole minutes by whoever makes the snapshot.
"""

import datetime as dt
from dataclasses import dataclass

from bookme.bookings.availability.causes import Cause
from bookme.tenants.config import Policy

Id = str
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes since local midnight, `end` up to 2880, on one weekday (Monday is 0) or on one date.

    A row with `on_date` replaces the owner's weekday rows of that date, at every place; without minutes it only does
    that. `place` None holds at every place. `breaks` count from the same midnight and close the time to every row.
    """

    start: int | None
    end: int | None
    weekday: int | None = None
    on_date: dt.date | None = None
    place: Id | None = None
    breaks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A location that offers the service. `zone` is an IANA name; no `hours`: open whenever its people work.

    On `full_days`, dates of its calendar, no more of the service may begin.
    """

    id: Id
    zone: str
    hours: tuple[Hours, ...] = ()
    closures: tuple[Span, ...] = ()
    full_days: frozenset[dt.date] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """An active group appointment of this service, that others may join while seats are left."""

    id: Id
    place: Id
    start: int
    end: int
    seats_left: int


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who does the service, in `duration` minutes before extras.

    `booked` are active appointments, `blocked` the same with their padding, in any order and possibly overlapping.
    `stays` has for each of `blocked` the place it is at, where getting from one to another takes time.
    `external` is busy time from outside calendars. `goes` are the weekdays on which they go to where the service is
    wanted, None for all. `last_booked`, an instant as a number or None for never, serves the rule `in_turn`, and
    `distance` the rule `nearest`: while nobody's is known, that one is `least_busy`. Who is not `asked` for can only
    help somebody who is.
    """

    id: Id
    duration: int
    hours: tuple[Hours, ...] = ()
    time_off: tuple[Span, ...] = ()
    booked: tuple[Span, ...] = ()
    blocked: tuple[Span, ...] = ()
    stays: tuple[Id, ...] = ()
    external: tuple[Span, ...] = ()
    goes: frozenset[int] | None = None
    groups: tuple[Group, ...] = ()
    distance: float | None = None
    last_booked: float | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Unit:
    """One resource of a kind at a place, and when it is taken."""

    id: Id
    place: Id
    kind: str
    blocked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One question: this service, these places and people (each in order), from `first` to `last`, both inclusive.

    `zone` is the one whose dates are listed: the asked location's, else the business's. Grid, hours, notice's "today"
    and the horizon are each place's own. `kinds` are the kinds of resource needed. `padding_*` and `extra_minutes`
    are the new booking's; `capacity` and `staff_needed`, how many people do it together, are the service's. So are
    `hours`, in which all of it has to lie (none: at any time), and `seasons`, the first and last dates between which it
    begins (none: always). `travel_minutes` is what a person needs between blocked ranges at two places. What `follows`
    another service of a visit begins when that one is done, on no grid. What is `waived`, of OUTSIDE_HOURS and
    OVERBOOKING, keeps nobody from anything. `now` is an aware instant.

    All ranges must be complete from four days before `first` until three days and `longest` minutes after `last`.
    """

    zone: str
    first: dt.date
    last: dt.date
    now: dt.datetime
    policy: Policy
    places: tuple[Place, ...]
    people: tuple[Person, ...]
    units: tuple[Unit, ...] = ()
    kinds: tuple[str, ...] = ()
    padding_before: int = 0
    padding_after: int = 0
    extra_minutes: int = 0
    capacity: int = 1
    party_size: int = 1
    staff_needed: int = 1
    hours: tuple[Hours, ...] = ()
    seasons: tuple[tuple[dt.date, dt.date], ...] = ()
    travel_minutes: int = 0
    follows: bool = False
    waived: frozenset[Cause] = frozenset()

    @property
    def longest(self) -> int:
        """Minutes from the start of the longest possible booking to the end of its padding."""
        durations = (person.duration for person in self.people)
        return max(durations, default=0) + self.extra_minutes + self.padding_after
