"""Series: their dates, which of them are free, and the visits that a change of one means."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.availability import Cause, Chain
from bookme.bookings.models import Booking
from bookme.bookings.recurrence import Recurrence, instant_on
from bookme.bookings.selectors.bookings import BookedVisit, bookings_visible_to
from bookme.bookings.selectors.openings import (
    alternatives_to,
    max_gap,
    refusal,
    require_reach,
    require_session_notice,
    snapshots_between,
)
from bookme.bookings.selectors.sessions import session_at
from bookme.bookings.selectors.snapshots import MAX_RANGE_DAYS
from bookme.bookings.states import UPCOMING
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish
from bookme.core.actor import Actor
from bookme.core.errors import Invalid, NotAllowed, NotFound
from bookme.core.time import instant_of, minute_of
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.services.models import ServiceKind
from bookme.tenants.context import require_tenant

NO_SUCH_TIME = "no_such_time"  # the cause on a date on which the clock skips the time
_DAY = dt.timedelta(days=1)
_NEAR = 3


class Scope(StrEnum):
    """What of a series a change is about."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True)
class SeriesDate:
    """A local date, and when it would be: from `start`, None where the clock skips that time, to `end`, if it is free.

    `causes` say why it is not; `alternatives` are as in SlotUnavailable, nearest first.
    """

    date: dt.date
    start: dt.datetime | None
    end: dt.datetime | None = None
    causes: tuple[str, ...] = ()
    alternatives: Sequence[dict[str, object]] = ()

    @property
    def is_free(self) -> bool:
        return not self.causes


def series_zone(wish: Wish) -> ZoneInfo:
    """In which it repeats: that of the place asked for, else of the business."""
    place = Location.objects.filter(pk=wish.location_id).first() if wish.location_id else None
    return zone_of(place) if place else require_tenant().config.zone


def starts_of(rule: Recurrence, wish: Wish) -> list[tuple[dt.date, dt.datetime | None]]:
    """Each date, and the instant at which it has the wall time of the wish's start; None where the clock skips it.

    Raises Invalid `no_dates` for a rule that ends before.
    """
    tz = series_zone(wish)
    first = wish.start.astimezone(tz)
    dates = rule.dates(first.date())
    if not dates:
        raise Invalid.field("/rule/until", "It ends before its first date.", code="no_dates")
    # Of an hour that comes twice, the first date has the passage that was asked for.
    return [(date, wish.start if date == first.date() else instant_on(date, first.time(), tz)) for date in dates]


def series_preview(*, rule: Recurrence, wish: Wish, now: dt.datetime) -> list[SeriesDate]:
    """Every date of the rule from the wish's start on: free or not, why not, and the nearest that is.

    Of three months at a time what is read is the same, however many dates. Limits of a customer are not looked at.
    """
    starts = starts_of(rule, wish)
    wishes = [wish.at(start) for _, start in starts if start is not None]
    is_class = wish.service.kind == ServiceKind.CLASS
    found = dict(_sessions(wishes, now) if is_class else _openings(wishes, now))
    return [
        _date(date, wish.at(start), found[start], now) if start else SeriesDate(date, None, causes=(NO_SUCH_TIME,))
        for date, start in starts
    ]


Found = tuple[dt.datetime, dt.datetime | SlotUnavailable]  # a start, and its end, or why not


def _date(date: dt.date, wish: Wish, found: dt.datetime | SlotUnavailable, now: dt.datetime) -> SeriesDate:
    if isinstance(found, dt.datetime):
        return SeriesDate(date, wish.start, found)
    near = alternatives_to(wish, now=now, count=_NEAR)
    return SeriesDate(date, wish.start, causes=tuple(found.causes), alternatives=near)


def _openings(wishes: Sequence[Wish], now: dt.datetime) -> Iterator[Found]:
    within: list[Wish] = []
    for wish in wishes:
        try:
            for each in wish.services:
                require_reach(each, now=now)
            within.append(wish)
        except SlotUnavailable as error:
            yield wish.start, error
    while within:
        limit = within[0].start + (MAX_RANGE_DAYS - 1) * _DAY
        yield from _openings_at_once([each for each in within if each.start < limit], now)
        within = [each for each in within if each.start >= limit]


def _openings_at_once(wishes: Sequence[Wish], now: dt.datetime) -> Iterator[Found]:
    first, last = wishes[0].start.date() - _DAY, wishes[-1].start.date() + _DAY
    snapshots = snapshots_between(wishes[0], first, last, now=now)
    plans = Chain(snapshots, max_gap=max_gap(wishes[0])).at_each(minute_of(each.start) for each in wishes)
    for wish in wishes:
        plan = plans.get(minute_of(wish.start))
        yield wish.start, instant_of(plan.end) if plan else refusal(wish, snapshots)


def _sessions(wishes: Sequence[Wish], now: dt.datetime) -> Iterator[Found]:
    for wish in wishes:
        session = session_at(wish)
        if session is None:
            yield wish.start, SlotUnavailable(wish=wish, causes=[SESSIONS_ONLY])
            continue
        try:
            require_session_notice(session, wish, now=now)
        except SlotUnavailable as error:
            yield wish.start, error
            continue
        fits = session.seats_taken + wish.party_size <= session.capacity
        yield wish.start, session.ends_at if fits else SlotUnavailable(wish=wish, causes=[Cause.CAPACITY])


def series_visits_for(actor: Actor, series_id: UUID) -> list[BookedVisit]:
    """The visits of a series by start, for who may act on all of them.

    Raises NotFound where they may see none, and NotAllowed `out_of_scope` where there is another.
    """
    seen = list(
        bookings_visible_to(actor)
        .select_related("visit__series")
        .filter(visit__series=series_id)
        .order_by("visit_id", "position", "id")
    )
    if not seen:
        raise NotFound
    if Booking.objects.filter(visit__series=series_id).count() > len(seen):
        raise NotAllowed("Your role here does not reach all of this series.", code="out_of_scope")
    grouped = [list(same) for _, same in groupby(seen, key=lambda each: each.visit_id)]
    return sorted((BookedVisit(same[0].visit, same) for same in grouped), key=lambda each: (each.start, each.visit.pk))


def visits_meant(
    visits: Sequence[BookedVisit], *, scope: Scope, visit_id: UUID | None, now: dt.datetime
) -> list[BookedVisit]:
    """Which of these, by start, a change is about: with `visit_id`, that one, or it and what follows.

    Nothing that has begun or is over, but for the very one that is named. Raises NotFound for an id that is not there.
    """
    ahead = [each for each in visits if each.start > now and any(b.state in UPCOMING for b in each.bookings)]
    if scope is Scope.ALL:
        return ahead
    named = next((each for each in visits if each.visit.pk == visit_id), None)
    if named is None:
        raise NotFound
    if scope is Scope.THIS:
        return [named]
    return [each for each in ahead if each.start >= named.start]
