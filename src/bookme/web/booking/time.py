"""Step 3: when. The picker is swapped by htmx; without JavaScript the same links load the whole page."""

import datetime as dt
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookme.bookings.availability import Slot, candidates
from bookme.core.formats import locale_of
from bookme.core.time import minute_of, now
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant
from bookme.web.booking.choice import Choice
from bookme.web.booking.flow import address, go_to, guest_page, show, steps, with_choice
from bookme.web.booking.picker import Days, Openings, Picker, month_bounds, picture

FIRST_LOOK_DAYS = 75
LONGEST_LOOK_DAYS = 89


class Pickable(Protocol):
    """What looks for a time: in the zone of its place, under the policy that says how far ahead."""

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def policy(self) -> Policy: ...

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime, /) -> Openings: ...


@guest_page
@with_choice
def choose_time(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows a month and the times of a day; POST takes one of them and goes on."""
    choice = unsettled(choice)
    at = now()
    error = ""
    if request.method == "POST":
        start = read_instant(request.POST.get("slot", ""))
        if start is None:
            error = _("Pick a time to go on.")
        elif taken := take(choice, start, at):
            return go_to("book-details", taken.draft)
        else:
            error = _("That time has just been taken. Here is what is free now.")
    picker = make_picker(choice, at, asked_day(request), language=request.LANGUAGE_CODE)
    context: dict[str, Any] = {
        "choice": choice,
        "picker": picker,
        "error": error,
        "steps": steps("book-time", choice),
        "day_url": address("book-time", choice.draft) + "&date=",
        "anyone_url": address("book-time", replace(choice.draft, staff_id=None, chosen_for_them=False)),
        "place_urls": [
            (place, address("book-time", replace(choice.draft, location_id=place.id))) for place in choice.places
        ],
        "professional_url": address("book-professional", choice.draft),
        "zone_at": at,
        "wait_url": _wait_url(choice, picker),
    }
    if request.headers.get("HX-Target") == "picker":
        return show(request, "booking/_picker.html", context)
    return show(request, "booking/time.html", context, status=422 if error else 200)


def _wait_url(choice: Choice, picker: Picker) -> str:
    """Where to wait for the chosen day, if it is full and the business keeps a waitlist."""
    if picker.level != "full" or not require_tenant().config.features.waitlist:
        return ""
    return address("waitlist-join", choice.draft, date=picker.chosen)


def make_picker(choice: Pickable, at: dt.datetime, asked: dt.date | None, *, language: str) -> Picker:
    """The month of the asked day, else of the first day with a free time; days outside the horizon are brought in."""
    today = at.astimezone(choice.zone).date()
    horizon = today + dt.timedelta(days=choice.policy.max_days_ahead)
    chosen = min(max(asked, today), horizon) if asked else None
    if chosen is None:
        first, last = today, min(horizon, today + dt.timedelta(days=FIRST_LOOK_DAYS))
    else:
        month_first, month_last = month_bounds(chosen)
        first, last = max(today, month_first), min(horizon, month_last + dt.timedelta(days=14))
    found = choice.openings(first, last, at)
    days = found.days
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
    first = max(days) + dt.timedelta(days=1)
    if first > horizon:
        return None
    last = min(horizon, first + dt.timedelta(days=LONGEST_LOOK_DAYS))
    found = choice.openings(first, last, at).days
    return next((starts[0] for starts in found.values() if starts), None)


def take(choice: Choice, start: dt.datetime, at: dt.datetime) -> Choice | None:
    """The choice at that start, if it is offered. Where it matters who it is, the person is settled now."""
    found = slots_at(choice, start, at)
    if not found:
        return None
    draft = replace(choice.draft, start=start)
    if choice.staff is None and choice.has_several_people and choice.people_differ:
        draft = replace(draft, staff_id=UUID(found[0].staff[0]), chosen_for_them=True)
    return replace(choice, draft=draft)


def slots_at(choice: Choice, start: dt.datetime, at: dt.datetime) -> list[Slot]:
    """The slots that begin at that instant."""
    day = start.astimezone(choice.zone).date()
    if abs((day - at.date()).days) > choice.policy.max_days_ahead + 2:
        return []
    return candidates(choice.snapshot(day, day, at), minute_of(start))


def unsettled(choice: Choice) -> Choice:
    """Who goes back to this step has not settled on anybody chosen for them."""
    if choice.draft.chosen_for_them:
        return replace(choice, draft=replace(choice.draft, staff_id=None, chosen_for_them=False))
    return choice


def asked_day(request: HttpRequest) -> dt.date | None:
    """The day that `?date=` names."""
    try:
        return dt.date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return None


def read_instant(text: str) -> dt.datetime | None:
    """An aware instant on a whole minute, in UTC, else None."""
    try:
        found = dt.datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    if found.tzinfo is None or found.second or found.microsecond:
        return None
    try:
        return found.astimezone(dt.UTC)
    except OverflowError:
        return None
