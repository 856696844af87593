"""Series: visits that repeat, booked all or none, and changed one by one, from one on, or all together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bookme.bookings.actions.booking import book
from bookme.bookings.actions.cancelling import cancel_visits
from bookme.bookings.actions.moving import destination_of, move_all, visit_move
from bookme.bookings.actions.powers import acts_for_business
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.terms import VisitTerms, checked_terms, require_single, terms_in
from bookme.bookings.models import Series, Visit
from bookme.bookings.recurrence import Frequency, Recurrence, instant_on
from bookme.bookings.selectors.series import NO_SUCH_TIME, Scope, require_few, starts_of, visits_meant
from bookme.bookings.selectors.sessions import session_at
from bookme.bookings.selectors.visits import BookedVisit
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid
from bookme.locations.selectors import zone_of
from bookme.services.models import ServiceKind

NOTHING_AHEAD = "Nothing of this series is still to come."


def create_series(
    *,
    request: BookingRequest,
    rule: Recurrence,
    actor: Actor,
    now: dt.datetime,
    starts: Sequence[dt.datetime] = (),
    person: UUID | None = None,
) -> list[Visit]:
    """Book the request at each date of the rule, from its own start on; or at `starts`, as agreed after a preview.

    One transaction, the caller's, under one lock; of a class, in its session at each time, that of the `person` if
    there are several. Publishes as `create_visit` does, and one message tells of all. Raises as it does,
    DatesUnavailable with every start that is not offered, and Invalid `no_such_time` where the clock skips the time on
    a date, `too_many_dates` or `repeated`.
    """
    terms = checked_terms(request, actor=actor)
    require_few(starts, terms.items, pointer="/starts")
    chosen = list(starts) or _starts(rule, terms)
    for index, start in enumerate(chosen):
        if start in chosen[:index]:
            raise Invalid.field(f"/starts/{index}", "This start is there twice.", code="repeated")
    visits = [_terms_at(terms, start, actor, person) for start in sorted(chosen)]
    made = book(request=request, visits=visits, rule=rule, actor=actor, now=now)
    return [bookings[0].visit for bookings in made]


def _starts(rule: Recurrence, terms: VisitTerms) -> list[dt.datetime]:
    starts = starts_of(rule, terms.wish)
    skipped = [date.isoformat() for date, start in starts if start is None]
    if skipped:
        raise Invalid.field("/rule", f"The clock skips this time on {', '.join(skipped)}.", code=NO_SUCH_TIME)
    return [start for _, start in starts if start is not None]


def _terms_at(terms: VisitTerms, start: dt.datetime, actor: Actor, person: UUID | None) -> VisitTerms:
    items = tuple(replace(each, wish=each.wish.at(start)) for each in terms.items)
    first = items[0]
    if first.wish.service.kind != ServiceKind.CLASS:
        return replace(terms, items=items)
    session = session_at(first.wish, gives_single=acts_for_business(actor), person=person)
    if session is None:
        return replace(terms, items=items)
    require_single(session, actor, pointer="/items/0/service")
    return terms_in(terms, session)


def cancel_series(
    *,
    visits: Sequence[BookedVisit],
    scope: Scope,
    visit_id: UUID | None,
    actor: Actor,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """Cancel what the scope means of a series' visits, as `cancel_visits` does. Raises Conflict `wrong_status`."""
    meant = _meant(visits, scope, visit_id, now)
    cancel_visits(bookings=[each for visit in meant for each in visit.bookings], actor=actor, now=now, reason=reason)


def reschedule_series(
    *,
    visits: Sequence[BookedVisit],
    scope: Scope,
    visit_id: UUID | None,
    actor: Actor,
    now: dt.datetime,
    start: dt.datetime | None = None,
    session_id: UUID | None = None,
    any_staff: bool = False,
    location_id: UUID | None = None,
) -> None:
    """Move the named visit (of all, the first still to come) to `start`, and the others that are meant as far.

    As far is in local time: so many days, and to the same time of day; of several sessions then, to the one with the
    person and the place of the session that is named. As `reschedule_visit` otherwise, all or none. Raises Invalid
    `no_such_time` where the clock skips the time on a date, and DatesUnavailable.
    """
    meant = _meant(visits, scope, visit_id, now)
    anchor = next((each for each in meant if each.visit.pk == visit_id), meant[0])
    old = anchor.bookings[0].appointment
    start, session = destination_of(old.service, start, session_id, actor=actor, location_id=location_id)
    tz = zone_of(old.location)
    wanted = start.astimezone(tz)
    days = wanted.date() - anchor.start.astimezone(tz).date()
    moves = []
    for each in meant:
        date = each.start.astimezone(tz).date() + days
        at = start if each is anchor else instant_on(date, wanted.time(), tz)
        if at is None:
            raise Invalid.field("/start", f"The clock skips this time on {date.isoformat()}.", code=NO_SUCH_TIME)
        move = visit_move(bookings=each.bookings, start=at, any_staff=any_staff, location_id=location_id, actor=actor)
        moves.append(replace(move, session=session))
    move_all(moves, actor=actor, now=now)
    if scope is Scope.ALL:
        _shift_rule(anchor.visit.series, days.days)


def _meant(visits: Sequence[BookedVisit], scope: Scope, visit_id: UUID | None, now: dt.datetime) -> list[BookedVisit]:
    meant = visits_meant(visits, scope=scope, visit_id=visit_id, now=now)
    if not meant:
        raise Conflict(NOTHING_AHEAD, code="wrong_status")
    return meant


def _shift_rule(series: Series | None, days: int) -> None:
    """The weekdays that it names move with it; a course has no rule."""
    if series is None or series.rule is None:
        return
    rule = Recurrence.from_data(series.rule)
    if rule.frequency is Frequency.WEEKLY and rule.weekdays:
        shifted = tuple(sorted((day + days) % 7 for day in rule.weekdays))
        series.rule = replace(rule, weekdays=shifted).to_data()
        series.save(update_fields=["rule", "updated_at"])
