"""Somebody who waits as pages show it, to themselves and to the team: in the wall time of the place."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from bookme.bookings.models import Booking, Waiting, WaitlistEntry
from bookme.bookings.selectors.waiting import held_by
from bookme.bookings.selectors.zones import reader_zone
from bookme.core.time import MINUTE
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.staff.models import Staff


@dataclass(frozen=True)
class WaitingCard:
    """An entry of `waitlist_entries` at one moment."""

    entry: WaitlistEntry
    now: dt.datetime

    @cached_property
    def held(self) -> Booking | None:
        """What is offered, or was taken."""
        shown = {Waiting.OFFERED, Waiting.ACCEPTED}
        return held_by(self.entry) if self.entry.state in shown else None

    @property
    def status(self) -> str:
        return self.entry.state.value

    @property
    def is_waiting(self) -> bool:
        return self.entry.state is Waiting.WAITING

    @property
    def is_offered(self) -> bool:
        """There is something to take or to turn down; for a moment after it ran out, there is not."""
        return self.entry.state is Waiting.OFFERED and self.until is not None and self.until > self.now

    @property
    def position(self) -> int:
        return int(self.entry.ahead) + 1  # type: ignore[attr-defined]

    @cached_property
    def place(self) -> Location | None:
        if self.held:
            return self.held.appointment.location
        return self.entry.session.location if self.entry.session else self.entry.location

    @cached_property
    def person(self) -> Staff | None:
        if self.held:
            return self.held.appointment.staff
        return self.entry.session.staff if self.entry.session else self.entry.staff

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.place)

    @property
    def reader_zone(self) -> ZoneInfo | None:
        """Where they are, of what is online."""
        return reader_zone(self.entry, self.place)

    @property
    def starts_at(self) -> dt.datetime | None:
        """Of what is held, or of the session; None while a day is waited for."""
        appointment = self.held.appointment if self.held else self.entry.session
        return appointment.starts_at.astimezone(self.zone) if appointment else None

    @property
    def session_at(self) -> dt.datetime | None:
        """When the session begins that is waited for."""
        session = self.entry.session
        return session.starts_at.astimezone(zone_of(session.location)) if session else None

    @property
    def date(self) -> dt.date:
        """The day on which it would be."""
        found = self.entry.date or self.starts_at
        if found is None:
            raise ValueError("neither a session nor a day")
        return found.date() if isinstance(found, dt.datetime) else found

    @property
    def until(self) -> dt.datetime | None:
        """When the offer runs out."""
        end = self.held.hold_expires_at if self.held else None
        return end.astimezone(self.zone) if end else None

    @property
    def seconds_left(self) -> int:
        """Whole seconds until then."""
        return max(0, int((self.until - self.now).total_seconds())) if self.until else 0

    @property
    def minutes_left(self) -> int:
        """Whole minutes until then."""
        return max(0, (self.until - self.now) // MINUTE) if self.until else 0
