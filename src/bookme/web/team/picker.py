"""Days and times for the team: two weeks at a time, by the same engine as the public pages."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import sessions_between
from bookme.core.time import day_bounds
from bookme.services.models import Service
from bookme.web.booking.picker import Openings, Part, parts_of_day
from bookme.web.sessions import SessionCard
from bookme.web.team.wanted import Wanted

WINDOW = 14
FIRST_LOOK = 59
SESSION_DAYS = 60
MOST_SESSIONS = 60
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class PickerDay:
    """One day of the window with the number of its times."""

    date: dt.date
    count: int
    is_today: bool
    is_chosen: bool
    url: str


@dataclass(frozen=True)
class TeamPicker:
    """The window with the chosen day and its times. `next_day` is the next one with a free time, if known."""

    chosen: dt.date
    days: list[PickerDay]
    parts: list[Part]
    next_day: dt.date | None
    next_url: str
    earlier_url: str
    later_url: str

    @property
    def count(self) -> int:
        return sum(len(part.starts) for part in self.parts)


class Pickable(Protocol):
    """What looks for a time: in the zone of its place, as far ahead as its service says."""

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def service(self) -> Service: ...

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime, /) -> Openings: ...


def pick(wanted: Pickable, *, asked: dt.date | None, now: dt.datetime, url: Callable[[dt.date], str]) -> TeamPicker:
    """The window of the asked day, else of the first day with a free time."""
    today = now.astimezone(wanted.zone).date()
    horizon = today + policy_of(wanted.service).max_days_ahead * _DAY
    chosen = min(max(asked, today), horizon) if asked else None
    first = today if chosen is None else today + (chosen - today).days // WINDOW * WINDOW * _DAY
    last = min(horizon, first + (FIRST_LOOK if chosen is None else 2 * WINDOW - 1) * _DAY)
    starts = wanted.openings(first, last, now).days
    free = [day for day, found in starts.items() if found]
    chosen = chosen or next(iter(free), today)
    first = today + (chosen - today).days // WINDOW * WINDOW * _DAY
    shown = [first + step * _DAY for step in range(WINDOW) if first + step * _DAY <= horizon]
    next_day = next((day for day in free if day > chosen), None)
    later = first + WINDOW * _DAY
    return TeamPicker(
        chosen=chosen,
        days=[PickerDay(day, len(starts.get(day, ())), day == today, day == chosen, url(day)) for day in shown],
        parts=parts_of_day(starts.get(chosen, ())),
        next_day=next_day,
        next_url=url(next_day) if next_day else "",
        earlier_url=url(max(today, first - WINDOW * _DAY)) if first > today else "",
        later_url=url(later) if later <= horizon else "",
    )


def session_choices(wanted: Wanted, *, now: dt.datetime) -> list[SessionCard]:
    """The sessions of a class with room for the party, by start; the one that is moved from is left out."""
    today = now.astimezone(wanted.zone).date()
    _midnight, end = day_bounds(today, today + SESSION_DAYS * _DAY, wanted.zone)
    left_out = wanted.moved.appointment_id if wanted.moved else None
    choices = (
        SessionCard(each)
        for each in sessions_between(now, end, service_id=wanted.service.pk).order_by("starts_at", "id")
        if each.pk != left_out
    )
    return [each for each in choices if each.seats_left >= wanted.party_size][:MOST_SESSIONS]
