"""Series: their dates, which of them are free, and the visits that a change of one means."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.availability import Cause, Chain
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.recurrence import MOST, Recurrence, instant_on
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.selectors.offer import shared_places
from bookme.bookings.selectors.openings import (
    NEAR_DAYS,
    alternatives_in,
    alternatives_to,
    causes_each,
    looked_around,
    max_gap,
    require_reach,
    session_causes,
    snapshots_between,
)
from bookme.bookings.selectors.sessions import is_of_whole, session_at
from bookme.bookings.selectors.snapshots import MAX_RANGE_DAYS
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.states import UPCOMING
from bookme.bookings.wishes import COURSE_ONLY, SESSIONS_ONLY, SlotUnavailable, Wish
from bookme.core.actor import Actor
from bookme.core.errors import Invalid, NotAllowed, NotFound
from bookme.core.permissions import Permission
from bookme.core.time import MINUTE, instant_of, minute_of
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
    """In which it repeats: that of the places at which it may be, if they share one, else of the business."""
    places = shared_places(each.service for each in wish.services)
    if wish.location_ids is not None:
        places = places.filter(pk__in=wish.location_ids)
    zones = {zone_of(place) for place in places}
    return zones.pop() if len(zones) == 1 else require_tenant().config.zone


def starts_of(rule: Recurrence, wish: Wish) -> list[tuple[dt.date, dt.datetime | None]]:
    """Each date, and the instant at which it has the wall time of the wish's start; None where the clock skips it.

    Raises Invalid `no_dates` for a rule that ends before, `out_of_range` for one of more than three years, and as
    `require_few` does.
    """
    tz = series_zone(wish)
    first = wish.start.astimezone(tz)
    dates = rule.dates(first.date())
    if not dates:
        raise Invalid.field("/rule/until", "It ends before its first date.", code="no_dates")
    require_few(dates, wish.services, pointer="/rule")
    if rule.is_cut(first.date(), dates):
        bound = "/rule/until" if rule.until is not None else "/rule/count"
        raise Invalid.field(bound, "A series lasts at most three years.", code="out_of_range")
    # Of an hour that comes twice, the first date has the passage that was asked for.
    return [(date, wish.start if date == first.date() else instant_on(date, first.time(), tz)) for date in dates]


def require_few(dates: Sequence[object], services: Sequence[object], *, pointer: str) -> None:
    """Raises Invalid `too_many_dates` for more bookings than a series has.

    The lock of all its calendars is held for each.
    """
    most = MOST // len(services)
    if len(dates) > most:
        detail = f"A series has at most {MOST} bookings"
        detail += f": of {len(services)} services at a time, {most} dates." if len(services) > 1 else "."
        raise Invalid.field(pointer, detail, code="too_many_dates")


def series_preview(
    *, rule: Recurrence, wish: Wish, actor: Actor, now: dt.datetime, person: UUID | None = None
) -> list[SeriesDate]:
    """Every date of the rule from the wish's start on: free for this actor or not, why not, and the nearest that is.

    Of several sessions of a class at a time, that of the `person` goes before. Of three months at a time what is read
    is the same, however many dates. Limits of a customer are not looked at.
    """
    starts = starts_of(rule, wish)
    wishes = [wish.at(start) for _, start in starts if start is not None]
    if wish.service.kind == ServiceKind.CLASS:
        gives_single = actor.may(Permission.BOOKINGS_MANAGE)
        found = dict(_sessions(wishes, now, gives_single=gives_single, person=person))
    else:
        found = dict(_openings(wishes, now))
    return [
        SeriesDate(date, start, **found[start]) if start else SeriesDate(date, None, causes=(NO_SUCH_TIME,))
        for date, start in starts
    ]


Found = tuple[dt.datetime, dict[str, Any]]  # a start, and what is told of it


def _openings(wishes: Sequence[Wish], now: dt.datetime) -> Iterator[Found]:
    around = [(wish, looked_around(wish, now=now)) for wish in wishes]
    while around:
        limit = around[0][1] + (MAX_RANGE_DAYS - 1) * _DAY
        yield from _openings_at_once([each for each in around if each[1] < limit], now)
        around = [each for each in around if each[1] >= limit]


def _openings_at_once(around: Sequence[tuple[Wish, dt.datetime]], now: dt.datetime) -> Iterator[Found]:
    """What is read, and made of it, serves all of them: their starts, why not, and what is near."""
    refused = {wish.start: error.causes for wish, _ in around if (error := _out_of_reach(wish, now))}
    (wish, first), (_, last) = around[0], around[-1]
    near = dt.timedelta(days=NEAR_DAYS + 1)
    chain = Chain(snapshots_between(wish, (first - near).date(), (last + near).date(), now=now), max_gap=max_gap(wish))
    within = [minute_of(each.start) for each, _ in around if each.start not in refused]
    plans = chain.at_each(within)
    causes = causes_each(wish, chain.boards, [minute for minute in within if minute not in plans])
    reach, alternatives = near // MINUTE, {}
    for each, at in around:
        plan = None if each.start in refused else plans.get(minute_of(each.start))
        if plan is not None:
            yield each.start, {"end": instant_of(plan.end)}
            continue
        if at not in alternatives:
            alternatives[at] = alternatives_in(chain, wish, at, count=_NEAR, reach=reach)
        why = refused.get(each.start) or causes[minute_of(each.start)] or [Cause.BOOKING]
        yield each.start, {"causes": tuple(map(str, why)), "alternatives": alternatives[at]}


def _out_of_reach(wish: Wish, now: dt.datetime) -> SlotUnavailable | None:
    try:
        for each in wish.services:
            require_reach(each, now=now)
    except SlotUnavailable as error:
        return error
    return None


def _sessions(wishes: Sequence[Wish], now: dt.datetime, *, gives_single: bool, person: UUID | None) -> Iterator[Found]:
    for wish in wishes:
        session = session_at(wish, gives_single=gives_single, person=person)
        causes = _against(session, wish, now, gives_single=gives_single)
        if session is not None and not causes:
            yield wish.start, {"end": session.ends_at}
        else:
            yield wish.start, {"causes": causes, "alternatives": alternatives_to(wish, now=now, count=_NEAR)}


def _against(session: Appointment | None, wish: Wish, now: dt.datetime, *, gives_single: bool) -> tuple[str, ...]:
    if session is None:
        return (SESSIONS_ONLY,)
    if is_of_whole(session) and not gives_single:
        return (COURSE_ONLY,)
    if late := session_causes(session, wish, now=now):
        return tuple(map(str, late))
    return () if session.seats_taken + wish.party_size <= session.capacity else (str(Cause.CAPACITY),)


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
