"""When. The picker is swapped by htmx; without JavaScript the same links load the whole page."""

import datetime as dt
from dataclasses import replace
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookme.bookings.availability import Chain
from bookme.bookings.selectors.openings import max_gap, snapshots_between
from bookme.core.formats import locale_of, zone_choices
from bookme.core.time import instant_of, minute_of, now
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.tenants.context import require_tenant
from bookme.web.asked import asked_day, read_instant
from bookme.web.booking.choice import Choice
from bookme.web.booking.dates import often_choices
from bookme.web.booking.draft import Draft
from bookme.web.booking.flow import address, asked_language, go_to, guest_page, same_step, show, step_before, steps
from bookme.web.booking.lines import ChosenLine
from bookme.web.booking.picker import Days, Openings, Picker, month_bounds, picture
from bookme.web.booking.zones import Abroad
from bookme.web.context import formats_in

FIRST_LOOK_DAYS = 75
LONGEST_LOOK_DAYS = 89


class Pickable(Protocol):
    """What looks for a time: in the zone of its place, and so far ahead."""

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def max_days_ahead(self) -> int: ...

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime, /) -> Openings: ...


@guest_page
@step_before
def choose_time(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows a month and the times of a day; POST takes one of them and goes on."""
    if choice.session is not None:
        return go_to("book-details", choice.draft)  # its time is settled
    choice, at = choice.unsettled(), now()
    error = ""
    if request.method == "POST":
        start = read_instant(request.POST.get("slot", ""))
        taken = take(choice, start, at) if start else None
        if asked_language(request):
            return same_step(request, (taken or choice).draft)
        if request.headers.get("HX-Target") == "sum":
            summed = {"choice": taken or _untimed(choice), "picks_time": True, "is_fragment": True}
            return show(request, "booking/_summary.html", summed)
        if start is None:
            error = _("Pick a time to go on.")
        elif taken is not None:
            return go_to("book-dates" if taken.draft.repeat else "book-details", taken.draft)
        else:
            error = _("That time has just been taken. Here is what is free now.")
    asked, language = asked_day(request) or _chosen_day(choice), request.LANGUAGE_CODE
    picker = make_picker(_seen_by_visitor(choice), at, asked, language=language, whole_month=asks_month(request))
    context: dict[str, Any] = {
        "choice": choice,
        "summed": _summed(choice, choice.starts_at if picker.has(choice.starts_at) else None, at),
        "picks_time": True,
        "picker": picker,
        "error": error,
        "steps": steps("book-time", choice),
        "day_url": address("book-time", choice.draft) + "&date=",
        "place_urls": [(place, address("book-time", _at_place(choice.draft, place))) for place in choice.places],
        "professional_url": address("book-professional", choice.draft),
        "often": often_choices(choice, "book-time", picker.chosen),
        "zone_at": picker.noon(choice.shown_zone),
        "zones": zone_choices(formats_in(language).locale, choice.shown_zone.key) if choice.place.online else (),
        "no_way_on": asked is None and not picker.count and picker.next_start is None,
    }
    context |= _instead(choice, at, picker)
    if request.headers.get("HX-Target") == "picker":
        return show(request, "booking/_picker.html", context)
    return show(request, "booking/time.html", context, status=422 if error else 200)


def _chosen_day(choice: Choice) -> dt.date | None:
    """That of the time which was chosen before."""
    return choice.starts_at.astimezone(_seen_by_visitor(choice).zone).date() if choice.starts_at else None


def _summed(choice: Choice, start: dt.datetime | None, at: dt.datetime) -> Choice:
    """What the summary shows of it at that start: with whom it would be, where price or length depend on that."""
    taken = take(choice, start, at) if start and choice.is_open else None
    return taken or (choice if start else _untimed(choice))


def _untimed(choice: Choice) -> Choice:
    return replace(choice, draft=choice.draft.at(None))


def _at_place(draft: Draft, place: Location) -> Draft:
    return replace(draft, location_id=place.id, lost=draft.lost._replace(places=0))


def _instead(choice: Choice, at: dt.datetime, picker: Picker) -> dict[str, Any]:
    """What else there is where the chosen day has no time."""
    return {
        "anyone_url": address("book-time", choice.with_anyone().draft),
        "anyone_next": _next_with_anyone(choice, at, picker),
        "wait_url": _wait_url(choice, picker),
        "alone": _each_alone(choice, picker),
    }


def _wait_url(choice: Choice, picker: Picker) -> str:
    """Where to wait for the chosen day: for one service at a time."""
    if not choice.is_one or not _has_waitlist(picker):
        return ""
    noon = picker.noon(choice.shown_zone)
    return address("waitlist-join", choice.draft, date=noon.astimezone(choice.zone).date())


def _each_alone(choice: Choice, picker: Picker) -> list[tuple[Service, str]]:
    """Of several services for which nobody can wait at once: where each is looked for by itself on that day."""
    if choice.is_one or not _has_waitlist(picker):
        return []
    drafts = [(each.service, choice.with_lines([each]).draft.anew()) for each in choice.lines]
    return [(service, address("book-time", draft, date=picker.chosen)) for service, draft in drafts]


def _has_waitlist(picker: Picker) -> bool:
    """The chosen day is full, and the business keeps a waitlist."""
    return picker.level == "full" and require_tenant().config.features.waitlist


def _seen_by_visitor(choice: Choice) -> Pickable:
    """By the days that they have where they are."""
    return Abroad(choice, choice.visitor_zone) if choice.visitor_zone else choice


def _next_with_anyone(choice: Choice, at: dt.datetime, picker: Picker) -> dt.datetime | None:
    """Where somebody who was asked for has no time on the chosen day: when anyone has, from that day on."""
    if picker.count or not choice.draft.asks_for_somebody or not choice.has_several_people:
        return None
    seeker = _seen_by_visitor(choice.with_anyone())
    horizon = at.astimezone(seeker.zone).date() + dt.timedelta(days=choice.max_days_ahead)
    return _first_between(seeker, at, picker.chosen, horizon)


def make_picker(
    choice: Pickable, at: dt.datetime, asked: dt.date | None, *, language: str, whole_month: bool = False
) -> Picker:
    """The month of the asked day, else of the first day with a free time; days outside the horizon are brought in.

    With `whole_month` any day of it is meant: the first from the asked one on that has a free time.
    """
    today = at.astimezone(choice.zone).date()
    horizon = today + dt.timedelta(days=choice.max_days_ahead)
    chosen = min(max(asked, today), horizon) if asked else None
    if chosen is None:
        first, last = today, min(horizon, today + dt.timedelta(days=FIRST_LOOK_DAYS))
    else:
        month_first, month_last = month_bounds(chosen)
        first, last = max(today, month_first), min(horizon, month_last + dt.timedelta(days=14))
    found = choice.openings(first, last, at)
    days = found.days
    if chosen is not None and whole_month:
        in_month = (day for day, starts in days.items() if starts and chosen <= day <= month_bounds(chosen)[1])
        chosen = next(in_month, chosen)
    chosen = chosen or next((day for day, starts in days.items() if starts), today)
    country = require_tenant().config.country
    return picture(
        days=days,
        worked=found.worked,
        today=today,
        horizon=horizon,
        chosen=chosen,
        first_weekday=int(locale_of(language, country).first_week_day),
        next_start=_next_after(choice, at, chosen, days, horizon) if not days.get(chosen) else None,
    )


def _next_after(choice: Pickable, at: dt.datetime, day: dt.date, days: Days, horizon: dt.date) -> dt.datetime | None:
    """The first free time after a day: among what is known, else in what follows it."""
    for later, starts in days.items():
        if later > day and starts:
            return starts[0]
    return _first_between(choice, at, max(days) + dt.timedelta(days=1), horizon)


def _first_between(choice: Pickable, at: dt.datetime, first: dt.date, horizon: dt.date) -> dt.datetime | None:
    """The first free time from that day on, as far as is looked at once."""
    if first > horizon:
        return None
    last = min(horizon, first + dt.timedelta(days=LONGEST_LOOK_DAYS))
    found = choice.openings(first, last, at).days
    return next((starts[0] for starts in found.values() if starts), None)


class Part(NamedTuple):
    """When one service of a choice begins, in the wall time of the place, and who would lead it."""

    starts_at: dt.datetime
    lead: UUID


def take(choice: Choice, start: dt.datetime, at: dt.datetime) -> Choice | None:
    """The choice at that start, if it is offered. Where it matters who it is, the people are settled now."""
    parts = parts_at(choice, start, at)
    if parts is None:
        return None
    taken = choice.with_lines(_settled(line, part.lead) for line, part in zip(choice.lines, parts, strict=True))
    return replace(taken, draft=taken.draft.at(start))


def parts_at(choice: Choice, start: dt.datetime, at: dt.datetime) -> list[Part] | None:
    """How all of it would be done if it began at that instant, as the lines are; None where it cannot."""
    day = start.astimezone(choice.zone).date()
    if abs((day - at.date()).days) > choice.max_days_ahead + 2:
        return None
    wish = choice.wish(start)
    snapshots = snapshots_between(wish, day, day, now=at)
    plan = Chain(snapshots, max_gap=max_gap(wish)).at(minute_of(start))
    return (
        [Part(instant_of(leg.start).astimezone(choice.zone), UUID(leg.staff[0])) for leg in plan.legs] if plan else None
    )


def _settled(line: ChosenLine, lead: UUID) -> ChosenLine:
    if not line.is_open:
        return line
    return replace(line, line=replace(line.line, staff_id=lead, chosen_for_them=True))


def asks_month(request: HttpRequest) -> bool:
    """It is the month of `?date=` that is meant."""
    return "month" in request.GET
