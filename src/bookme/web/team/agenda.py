"""Today and the days ahead: who comes when, by day and by person."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from bookme.bookings.models import Booking
from bookme.bookings.selectors.busy import busy_between, busy_calendars
from bookme.bookings.selectors.team import bookings_between, sessions_of_team, starts_between
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.core.permissions import Permission
from bookme.core.time import day_bounds, now
from bookme.locations.models import Closure
from bookme.locations.selectors import closures_between
from bookme.staff.models import Staff, TimeOff
from bookme.staff.selectors import absences_between, calendars_of, people_away_by
from bookme.tenants.context import require_tenant
from bookme.web.sessions import SessionCard
from bookme.web.team.cards import OVER, Card
from bookme.web.team.doors import asked_day, asked_id, team_page
from bookme.web.team.shell import show

STRIP_DAYS = 14
DAYS_AHEAD = 3
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Busy:
    """Time of somebody of which the actor sees no more than that it is taken, in wall time."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    is_busy: bool = True


@dataclass
class PersonDay:
    """One person's day by start: bookings and sessions, those that were called off apart, and what is only busy.

    `is_seen`: the actor sees their calendar in full.
    """

    person: Staff
    is_seen: bool = True
    entries: list[Card | SessionCard | Busy] = field(default_factory=list)
    off: list[Card] = field(default_factory=list)
    absences: list[TimeOff] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(not isinstance(each, Busy) for each in self.entries)

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.off or self.absences)


@dataclass(frozen=True)
class StripDay:
    """One day of the strip: how many bookings it has, and where it leads."""

    date: dt.date
    count: int
    is_today: bool
    is_chosen: bool
    url: str


@dataclass(frozen=True)
class DayAhead:
    """A later day in short."""

    date: dt.date
    url: str
    entries: list[Card | SessionCard]


@dataclass(frozen=True)
class Found:
    """What was read of the day and those after it, by start."""

    cards: list[Card]
    sessions: list[SessionCard]

    def on(self, day: dt.date) -> list[Card | SessionCard]:
        """What begins on that day, called off or not."""
        entries: list[Card | SessionCard] = [*self.cards, *self.sessions]
        return sorted((each for each in entries if each.starts_at.date() == day), key=lambda each: each.starts_at)


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def agenda(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One day in full, the next ones in short. `?day=` and `?person=` choose."""
    at, tz = now(), require_tenant().config.zone
    today = at.astimezone(tz).date()
    day = asked_day(request, today=today)
    seen, people = _people(actor, day, tz)
    person = _chosen(people, asked_id(request.GET.get("person")))
    found = _read(actor, day, tz, at, person)
    shown = [person] if person else people
    days = _by_person(actor, shown, found.on(day), day, tz)
    for each in days:
        each.is_seen = each.person.pk in seen
    context = {
        "here": "team-agenda",
        "day": day,
        "today": today,
        "people": [(each, _url(day, each)) for each in people] if len(people) > 1 else [],
        "person": person,
        "everyone_url": _url(day, None),
        "busy": [each for each in days if not each.is_empty],
        "idle": [each for each in days if each.is_empty],
        "closures": _closures(day, tz),
        "strip": _strip(actor, day, today, tz, person, is_seen=person is None or person.pk in seen),
        "ahead": _ahead(found, day, person),
        "before_url": _url(day - _DAY, person),
        "after_url": _url(day + _DAY, person),
        "today_url": _url(today, person),
        "block_url": _block_url(actor, day, person),
        "export_url": _export_url(actor, day),
    }
    return show(request, actor, "team/agenda.html", context)


def _people(actor: Actor, day: dt.date, tz: ZoneInfo) -> tuple[set[UUID], list[Staff]]:
    """Whose calendar this actor sees; and whom they know to be busy or free, whom they see first."""
    seen = set(calendars_of(actor).values_list("pk", flat=True))
    people = busy_calendars(actor, *day_bounds(day, day, tz))
    return seen, sorted(people, key=lambda each: each.pk not in seen)


def _chosen(people: Sequence[Staff], wanted: UUID | None) -> Staff | None:
    if wanted is None:
        return None
    found = next((each for each in people if each.pk == wanted), None)
    if found is None:
        raise NotFound
    return found


def _read(actor: Actor, day: dt.date, tz: ZoneInfo, at: dt.datetime, person: Staff | None) -> Found:
    start, end = day_bounds(day, day + DAYS_AHEAD * _DAY, tz)
    bookings = bookings_between(actor, start, end, staff_id=person.pk if person else None)
    sessions = sessions_of_team(actor, start, end)
    if person is not None:
        sessions = sessions.filter(staff=person)
    alone: Iterable[Booking] = (each for each in bookings if not each.appointment.published)
    return Found([Card(each, actor, at) for each in alone], [SessionCard(each) for each in sessions])


def _by_person(
    actor: Actor, people: Sequence[Staff], entries: list[Card | SessionCard], day: dt.date, tz: ZoneInfo
) -> list[PersonDay]:
    """In the order of these people; whoever has left and still has bookings comes last.

    What several people do together is on the day of each that is shown.
    """
    days = {each.pk: PersonDay(each) for each in people}
    for absence in absences_between(actor, *day_bounds(day, day, tz)):
        if absence.staff_id in days:
            days[absence.staff_id].absences.append(absence)
    for entry in entries:
        for of_person in _days_of(entry, days):
            if isinstance(entry, Card) and entry.is_over:
                of_person.off.append(entry)
            else:
                of_person.entries.append(entry)
    for each in busy_between(actor, *day_bounds(day, day, tz), people=people, unseen=True):
        days[each.staff_id].entries.append(Busy(each.start.astimezone(tz), each.end.astimezone(tz)))
    for of_person in days.values():
        of_person.entries.sort(key=lambda each: each.starts_at)
    return list(days.values())


def _days_of(entry: Card | SessionCard, days: dict[UUID, PersonDay]) -> list[PersonDay]:
    """Of who leads and who helps, as far as they are shown; of nobody shown, a new one of who leads."""
    appointment = entry.booking.appointment if isinstance(entry, Card) else entry.session
    helpers = entry.booking.helper_ids if isinstance(entry, Card) else []
    shown = [days[each] for each in (appointment.staff_id, *helpers) if each in days]
    return shown or [days.setdefault(appointment.staff_id, PersonDay(appointment.staff))]


def _closures(day: dt.date, tz: ZoneInfo) -> list[Closure]:
    return list(closures_between(*day_bounds(day, day, tz)))


def _strip(
    actor: Actor, day: dt.date, today: dt.date, tz: ZoneInfo, person: Staff | None, *, is_seen: bool
) -> list[StripDay]:
    """The two weeks from today that the day is in, or those before or after."""
    first = day - (day - today).days % STRIP_DAYS * _DAY
    start, end = day_bounds(first, first + (STRIP_DAYS - 1) * _DAY, tz)
    if person is None or is_seen:
        starts = starts_between(actor, start, end, staff_id=person.pk if person else None)
    else:
        starts = [each.start for each in busy_between(actor, start, end, people=[person])]
    counts = Counter(each.astimezone(tz).date() for each in starts)
    days = [first + step * _DAY for step in range(STRIP_DAYS)]
    return [StripDay(each, counts[each], each == today, each == day, _url(each, person)) for each in days]


def _ahead(found: Found, day: dt.date, person: Staff | None) -> list[DayAhead]:
    later = [day + step * _DAY for step in range(1, DAYS_AHEAD + 1)]
    in_short = [
        DayAhead(each, _url(each, person), [entry for entry in found.on(each) if not _is_over(entry)]) for each in later
    ]
    return [each for each in in_short if each.entries]


def _is_over(entry: Card | SessionCard) -> bool:
    return isinstance(entry, Card) and entry.booking.state in OVER


def _export_url(actor: Actor, day: dt.date) -> str:
    if not actor.may(Permission.BOOKINGS_EXPORT):
        return ""
    return f"{reverse('team-lists')}?{urlencode({'from': day.isoformat(), 'to': day.isoformat()})}"


def _block_url(actor: Actor, day: dt.date, person: Staff | None) -> str:
    """Where somebody's time of that day is taken out of the calendar; empty for who may not."""
    if not actor.may(Permission.TIME_OFF_OWN) or not people_away_by(actor).exists():
        return ""
    query = {"day": day.isoformat(), "next": _url(day, person)} | ({"person": str(person.pk)} if person else {})
    return f"{reverse('team-away')}?{urlencode(query)}#block"


def _url(day: dt.date, person: Staff | None) -> str:
    query = {"day": day.isoformat()} | ({"person": str(person.pk)} if person else {})
    return f"{reverse('team-agenda')}?{urlencode(query)}"
