"""What is on: two weeks of classes, day by day, of all kinds or one."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.sessions import sessions_between
from bookme.core.actor import GUEST
from bookme.core.time import day_bounds, now
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for, zone_of
from bookme.services.models import Service, ServiceKind
from bookme.services.selectors import services_for
from bookme.staff.models import Staff
from bookme.staff.selectors import staff_for
from bookme.tenants.context import require_tenant
from bookme.web.asked import asked_day
from bookme.web.classes.cards import ClassCard, cards_of
from bookme.web.sessions import FEW

PAGE_DAYS = 14
AHEAD = dt.timedelta(days=366)
_DAY = dt.timedelta(days=1)

# The column of a session by which each filter goes.
COLUMNS = {"kind": "service_id", "person": "staff_id", "place": "location_id"}

Row = TypeVar("Row", Service, Staff, Location)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see: two weeks from `first`, a `day` of them, and classes of that kind, person, place."""

    first: dt.date
    today: dt.date
    day: dt.date | None = None
    kind: Service | None = None
    person: Staff | None = None
    place: Location | None = None

    @property
    def last(self) -> dt.date:
        return self.first + (PAGE_DAYS - 1) * _DAY

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.person or self.place)

    def takes(self, session: Appointment, *, but: str = "") -> bool:
        """Whether it is one of these; `but` is the filter that is left out."""
        return all(
            name == but or wanted is None or getattr(session, column) == wanted.pk
            for name, wanted, column in self._filters
        )

    def of(self, name: str, row: "Service | Staff | Location | None") -> "Wanted":
        """The same with that filter."""
        changes: dict[str, Any] = {name: row}
        return replace(self, **changes)

    @property
    def columns(self) -> dict[str, Any]:
        return {column: wanted.pk for _, wanted, column in self._filters if wanted is not None}

    @property
    def _filters(self) -> Sequence[tuple[str, Service | Staff | Location | None, str]]:
        return [(name, getattr(self, name), column) for name, column in COLUMNS.items()]

    @property
    def url(self) -> str:
        named = {
            "service": self.kind and self.kind.slug,
            "staff": self.person and self.person.slug,
            "place": self.place and self.place.slug,
            "from": self.first.isoformat() if self.first != self.today else None,
            "day": self.day and self.day.isoformat(),
        }
        query = urlencode({name: value for name, value in named.items() if value})
        return reverse("classes") + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Chip:
    """A way to filter: `row` None is all of them; so many sessions it leaves."""

    row: Service | Staff | Location | None
    count: int
    is_chosen: bool
    url: str


@dataclass(frozen=True)
class StripDay:
    date: dt.date
    count: int
    level: str
    is_chosen: bool
    is_today: bool
    url: str


@dataclass(frozen=True)
class ClassDay:
    date: dt.date
    cards: list[ClassCard]


@dataclass(frozen=True)
class Board:
    """The page at one moment; `found` are all sessions of its two weeks that are not over."""

    wanted: Wanted
    found: Sequence[Appointment]
    at: dt.datetime

    @cached_property
    def shown(self) -> list[Appointment]:
        """Of the day, if one is chosen."""
        fitting = [each for each in self.found if self.wanted.takes(each)]
        return [each for each in fitting if self.wanted.day in {None, _date(each)}]

    @cached_property
    def cards(self) -> dict[UUID, ClassCard]:
        return {card.session.pk: card for card in cards_of(self.found, self.at)}

    @cached_property
    def days(self) -> list[ClassDay]:
        by_day = groupby((self.cards[each.pk] for each in self.shown), key=lambda card: card.starts_at.date())
        return [ClassDay(day, list(cards)) for day, cards in by_day]

    @property
    def strip(self) -> list[StripDay]:
        return [self._strip_day(self.wanted.first + number * _DAY) for number in range(PAGE_DAYS)]

    def _strip_day(self, date: dt.date) -> StripDay:
        there = [each for each in self.found if _date(each) == date and self.wanted.takes(each)]
        left = sum(max(self.cards[each.pk].seats_left, 0) for each in there)
        level = "shut" if not there else "full" if not left else "few" if left <= FEW else "plenty"
        is_chosen = date == self.wanted.day
        url = replace(self.wanted, day=None if is_chosen else date).url
        return StripDay(date, len(there), level, is_chosen, date == self.wanted.today, url)

    def chips(self, name: str, rows: Iterable[Service | Staff | Location]) -> list[Chip]:
        """A chip for all, and one for each; none where there is nothing to choose from."""
        chosen, others = getattr(self.wanted, name), list(rows)
        if len(others) < 2 and chosen is None:
            return []
        there = [each for each in self.found if self.wanted.takes(each, but=name)]
        there = [each for each in there if self.wanted.day in {None, _date(each)}]
        found = [Chip(None, len(there), chosen is None, self.wanted.of(name, None).url)]
        for row in others:
            count = sum(getattr(each, COLUMNS[name]) == row.pk for each in there)
            found.append(Chip(row, count, row == chosen, self.wanted.of(name, row).url))
        return found

    @cached_property
    def following(self) -> ClassCard | None:
        """The next after what is shown, where that is nothing."""
        last = self.wanted.day or self.wanted.last
        found = self._first_after(last, **self.wanted.columns)
        return cards_of([found], self.at)[0] if found else None

    @property
    def following_url(self) -> str:
        """Where it is shown, among the others of its day."""
        if self.following is None:
            return ""
        date = self.following.starts_at.date()
        first = self.wanted.first if date <= self.wanted.last else date
        return replace(self.wanted, first=first, day=date).url

    @property
    def later_url(self) -> str:
        """The next two weeks in which there is something."""
        found = self._first_after(self.wanted.last, **self.wanted.columns)
        if found is None:
            return ""
        next_first = self.wanted.last + _DAY
        weeks = max((_date(found) - next_first).days // PAGE_DAYS, 0)
        return replace(self.wanted, first=next_first + weeks * PAGE_DAYS * _DAY, day=None).url

    @property
    def earlier_url(self) -> str:
        if self.wanted.first <= self.wanted.today:
            return ""
        first = max(self.wanted.first - PAGE_DAYS * _DAY, self.wanted.today)
        return replace(self.wanted, first=first, day=None).url

    @property
    def all_url(self) -> str:
        """The same days without filters."""
        return replace(self.wanted, kind=None, person=None, place=None).url

    @property
    def every_day_url(self) -> str:
        return replace(self.wanted, day=None).url

    def _first_after(self, day: dt.date, **columns: Any) -> Appointment | None:
        end = day_bounds(day, day, zone_of(None))[1]
        return sessions_between(max(end, self.at), end + AHEAD, **columns).first()


@require_safe
def class_list(request: HttpRequest) -> HttpResponse:
    """Two weeks of classes from `?from=`, or a `?day=` of them; of `?service=`, `?staff=` and `?place=`, if given."""
    at = now()
    kinds = list(services_for(GUEST).filter(kind=ServiceKind.CLASS))
    wanted = _wanted(request, kinds, at)
    start, end = day_bounds(wanted.first, wanted.last, zone_of(None))
    found = list(sessions_between(start, end).filter(ends_at__gt=at))
    people = _ordered((each.staff for each in found), wanted.person)
    places = _ordered((each.location for each in found), wanted.place)
    board = Board(wanted, found, at)
    context = {
        "board": board,
        "wanted": wanted,
        "kinds": board.chips("kind", kinds),
        "people": board.chips("person", people),
        "places": board.chips("place", places),
        "may_wait": require_tenant().config.features.waitlist,
    }
    is_part = request.headers.get("HX-Target") == "classes"
    response = render(request, "classes/_board.html" if is_part else "classes/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _wanted(request: HttpRequest, kinds: Sequence[Service], at: dt.datetime) -> Wanted:
    """No day before today is shown; a day by itself is shown among those that follow it."""
    today = at.astimezone(zone_of(None)).date()
    day = asked_day(request, "day")
    day = day if day and day >= today else None
    first = max(asked_day(request, "from") or today, today)
    if day is not None and not first <= day < first + PAGE_DAYS * _DAY:
        first = today if day < today + PAGE_DAYS * _DAY else day
    person = _named(staff_for(GUEST), request, "staff") if "staff" in request.GET else None
    place = _named(locations_for(GUEST), request, "place") if "place" in request.GET else None
    return Wanted(first, today, day, _named(kinds, request, "service"), person, place)


def _named(rows: Iterable[Row], request: HttpRequest, name: str) -> Row | None:
    """The one that the address names."""
    return next((each for each in rows if each.slug == request.GET.get(name)), None)


def _ordered(found: Iterable[Row], named: Row | None) -> list[Row]:
    """Those that there is something of, and the one that is asked for; in the business's order."""
    rows: set[Row] = set(found)
    if named is not None:
        rows.add(named)
    return sorted(rows, key=lambda each: (each.position, each.pk))


def _date(session: Appointment) -> dt.date:
    """By the clock of its place."""
    return session.starts_at.astimezone(zone_of(session.location)).date()
