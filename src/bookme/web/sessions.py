"""A session of a class as pages show it, to visitors and to the team."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookme.bookings.models import Appointment
from bookme.core.time import MINUTE
from bookme.locations.selectors import zone_of

FEW = 3


@dataclass(frozen=True)
class SessionCard:
    """In the wall time of its place, with the seats that are left."""

    session: Appointment

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.session.location)

    @property
    def starts_at(self) -> dt.datetime:
        return self.session.starts_at.astimezone(self.zone)

    @property
    def ends_at(self) -> dt.datetime:
        return self.session.ends_at.astimezone(self.zone)

    @property
    def decide_at(self) -> dt.datetime | None:
        """When it is decided whether it takes place; None: it is sure."""
        at = self.session.decide_at
        return at and at.astimezone(self.zone)

    @property
    def has_enough(self) -> bool:
        return self.session.seats_taken >= (self.session.min_to_run or 0)

    @property
    def counted(self) -> Appointment:
        """Whose places count."""
        return self.session

    @property
    def duration_minutes(self) -> int:
        return (self.session.ends_at - self.session.starts_at) // MINUTE

    @property
    def seats_left(self) -> int:
        return self.counted.capacity - self.counted.seats_taken

    @property
    def taken_percent(self) -> int:
        return round(100 * self.counted.seats_taken / self.counted.capacity)

    @property
    def is_full(self) -> bool:
        return self.seats_left <= 0

    @property
    def has_few(self) -> bool:
        return self.seats_left <= FEW
