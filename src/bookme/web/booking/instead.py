"""What was picked on the details step in place of what had been taken meanwhile: its form sends it with the details."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest

from bookme.core.errors import NotFound
from bookme.core.time import now
from bookme.postcodes.selectors import normalized
from bookme.web.asked import read_instant
from bookme.web.booking.choice import Choice, Nowhere
from bookme.web.booking.dates import without_dates
from bookme.web.booking.loading import load_choice
from bookme.web.booking.time import take

MOST_GONE = 100


def with_picked_instead(request: HttpRequest, choice: Choice) -> Choice:
    """The choice without the dates that were gone, at the postcode, start or session that the form says instead."""
    if request.method != "POST":
        return choice
    choice = _with_other_postcode(request, _with_fewer_dates(request, choice))
    return _with_other_session(request, _with_other_start(request, choice))


def picked_instead(request: HttpRequest) -> list[tuple[str, str]]:
    """The same as the form sent it, for one that is shown again before it books."""
    return [(name, value) for name in ("gone", "start", "session") for value in request.POST.getlist(name)[:MOST_GONE]]


def _with_fewer_dates(request: HttpRequest, choice: Choice) -> Choice:
    """Without those that were taken when it was sent before, as the page then said."""
    found = (read_instant(each) for each in request.POST.getlist("gone")[:MOST_GONE])
    return without_dates(choice, {each for each in found if each is not None})


def _with_other_start(request: HttpRequest, choice: Choice) -> Choice:
    """The choice at the time picked after it had been taken."""
    start = read_instant(request.POST.get("start", ""))
    if start is None or choice.session is not None or choice.draft.repeat:
        return choice
    return take(choice.unsettled(), start, now()) or replace(choice, draft=replace(choice.draft, start=start))


def _with_other_session(request: HttpRequest, choice: Choice) -> Choice:
    """The choice of another session of the class, picked after the first was full."""
    picked = request.POST.get("session", "")
    if choice.session is None or choice.course is not None or not picked:
        return choice
    try:
        other = load_choice(replace(choice.draft, session_id=UUID(picked)))
    except (ValueError, NotFound):
        return choice
    return other if other.first.service == choice.first.service else choice


def _with_other_postcode(request: HttpRequest, choice: Choice) -> Choice:
    """The choice where the form's postcode is, if it was made for another one and whoever was chosen goes there.

    Whom the business's rule chose is settled anew for a start that was picked anew.
    """
    given = request.POST.get("postcode", "").strip()
    if not choice.asks_where or normalized(given) == normalized(choice.draft.postcode):
        return choice
    kept = choice.unsettled() if request.POST.get("start") else choice
    try:
        return load_choice(replace(kept.draft, postcode=given))
    except Nowhere:
        return choice
