"""A visit that looks for another time, as one: by itself, or with more of its series going as far."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookme.bookings.actions.moving import reschedule_visit, visit_move
from bookme.bookings.actions.series import reschedule_series
from bookme.bookings.models import Booking
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.openings import max_gap, snapshots_between
from bookme.bookings.selectors.series import Scope
from bookme.bookings.selectors.sessions import sessions_between
from bookme.bookings.selectors.terms import still_ahead
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.wishes import DatesUnavailable, SlotUnavailable, Wish
from bookme.core.actor import Actor
from bookme.core.errors import DomainError
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.locations.selectors import zone_of
from bookme.services.models import Service, ServiceKind
from bookme.staff.models import Staff
from bookme.web.asked import read_id, read_instant
from bookme.web.booking.picker import Openings, openings
from bookme.web.reach import Reach, first_of
from bookme.web.sessions import SessionCard

MOVE_DAYS = 90


@dataclass(frozen=True)
class Moving:
    """Of `booked`, a visit, and `dates`, those of its series, what the reach says; with the same people unless told.

    What goes with it counts as gone: what moves by half an hour is not in its own way.
    """

    booked: BookedVisit
    dates: Sequence[BookedVisit]
    reach: Reach
    actor: Actor
    at: dt.datetime
    any_staff: bool = False

    @cached_property
    def visit(self) -> BookedVisit:
        """This one, else the first that goes: it is given a time, and the others go as far."""
        own = (each for each in self.reach.visits if each.visit.pk == self.booked.visit.pk)
        return next(own, self.reach.visits[0])

    @property
    def booking(self) -> Booking:
        """The first of it."""
        return first_of(self.visit.bookings)

    @property
    def service(self) -> Service:
        return self.booking.appointment.service

    @property
    def is_class(self) -> bool:
        return self.service.kind == ServiceKind.CLASS

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.booking.appointment.location)

    @property
    def old_start(self) -> dt.datetime:
        return self.visit.start.astimezone(self.zone)

    @property
    def max_days_ahead(self) -> int:
        return policy_of(self.service).max_days_ahead

    @cached_property
    def lines(self) -> list[Booking]:
        """What moves of the visit, in order."""
        return sorted(still_ahead(self.visit.bookings), key=lambda each: each.appointment.starts_at)

    @cached_property
    def person(self) -> Staff | None:
        """With whom, if it is one and the same."""
        people = {each.appointment.staff for each in self.lines}
        return people.pop() if len(people) == 1 else None

    @cached_property
    def wish(self) -> Wish:
        found = visit_move(
            bookings=self.visit.bookings, start=self.at, any_staff=self.any_staff, location_id=None, actor=self.actor
        ).wish
        return replace(found, leaving=tuple(self.reach.bookings))

    def openings(self, first: dt.date, last: dt.date, at: dt.datetime) -> Openings:
        snapshots = snapshots_between(self.wish, first, last, now=at)
        return openings(snapshots, self.zone, max_gap=max_gap(self.wish))

    def to(self, when: dt.datetime | UUID) -> None:
        """Moves it to a start or, of a class, into the session of that id, in the caller's transaction.

        Raises as the actions do.
        """
        start, session_id = (None, when) if isinstance(when, UUID) else (when, None)
        if self.reach.is_one_visit:
            reschedule_visit(
                bookings=self.booked.bookings,
                start=start,
                session_id=session_id,
                any_staff=self.any_staff,
                location_id=None,
                actor=self.actor,
                now=now(),
            )
            return
        reschedule_series(
            visits=self.dates,
            scope=Scope(self.reach.key),
            visit_id=self.booked.visit.pk,
            start=start,
            session_id=session_id,
            any_staff=self.any_staff,
            location_id=None,
            actor=self.actor,
            now=now(),
        )


@dataclass(frozen=True)
class Fault:
    """Why it was not moved; `dates` are those of a series that are not free."""

    text: str
    dates: tuple[dt.datetime, ...] = ()


def fault_of_move(
    moving: Moving, asked: Mapping[str, str], told: Callable[[DomainError], str], *, field: str
) -> Fault | None:
    """Moves it to the start that a form has in this field, or into its `session`; else why not.

    Refusals that are none of a time are in the words of `told`.
    """
    when = read_id(asked.get("session", "")) if moving.is_class else read_instant(asked.get(field, ""))
    if when is None:
        return Fault(_("Pick a time to go on."))
    try:
        with write():
            moving.to(when)
    except DatesUnavailable as error:
        not_free = tuple(each.astimezone(moving.zone) for each in error.starts)
        return Fault(_("Nothing was moved: at that time it cannot be on every date."), not_free)
    except SlotUnavailable:
        return Fault(_("That time has just been taken. Here is what is free now."))
    except DomainError as error:
        return Fault(told(error))
    return None


def other_sessions(booking: Booking, *, after: dt.datetime) -> list[SessionCard]:
    """The other sessions of the class that have room for the party, by start."""
    end = after + dt.timedelta(days=MOVE_DAYS)
    found = sessions_between(after, end, service_id=booking.appointment.service_id).exclude(pk=booking.appointment_id)
    cards = [SessionCard(each) for each in found]
    return [each for each in cards if each.seats_left >= booking.party_size]
