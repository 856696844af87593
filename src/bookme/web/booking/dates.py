"""How often: the dates of what repeats, each free or not, before they are booked in one go."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookme.bookings.availability import Cause
from bookme.bookings.recurrence import Recurrence
from bookme.bookings.selectors.series import SeriesDate, series_preview
from bookme.bookings.series_wording import recurrence_text
from bookme.core.actor import GUEST
from bookme.core.time import instant_of, minute_of, now
from bookme.web.booking.choice import Choice
from bookme.web.booking.draft import Repeat
from bookme.web.booking.flow import address, asked_language, go_to, guest_page, same_step, show, step_before, steps
from bookme.web.context import formats_in

USUAL_TIMES = 4
_SHUT = frozenset({Cause.HOURS, Cause.CLOSURE, Cause.RULE})


@dataclass(frozen=True)
class Often:
    """One answer to how often; `weeks` 0 is once."""

    weeks: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class DateChoice:
    """A date, with what can be had: its own `start`, or `others` near it. `reason` says why it is not free.

    `instead` is which of the others was picked.
    """

    date: dt.date
    start: dt.datetime | None
    minute: int
    reason: str = ""
    others: Sequence[tuple[int, dt.datetime]] = ()
    is_first: bool = False
    is_wanted: bool = True
    instead: int | None = None

    @property
    def is_free(self) -> bool:
        return not self.reason

    @property
    def wanted(self) -> list[dt.datetime]:
        """Its own start, or another that was agreed instead of it."""
        if self.start is not None and self.is_free:
            return [self.start] if self.is_wanted else []
        return [start for minute, start in self.others if minute == self.instead]

    @property
    def minutes(self) -> set[int]:
        """What may be picked of it."""
        return {self.minute} if self.is_free else {minute for minute, _start in self.others}


def often_choices(choice: Choice, name: str, date: dt.date | None = None) -> list[Often]:
    """Once, or every so many weeks, each with the address of that step; none where it cannot be repeated."""
    if not choice.repeat_weeks:
        return []
    chosen = choice.draft.repeat
    times = chosen.times if chosen else USUAL_TIMES
    answers = [(0, None), *((weeks, Repeat(weeks, times)) for weeks in choice.repeat_weeks)]
    return [
        Often(
            weeks,
            address(name if repeat else "book-time", _repeating(choice, repeat).draft, date=date),
            weeks == (chosen.weeks if chosen else 0),
        )
        for weeks, repeat in answers
    ]


def most_dates(choice: Choice, start: dt.datetime, weeks: int, at: dt.datetime) -> int:
    """So many visits fit from that start to the last day that can be booked, and are one guest's to have."""
    last = at.astimezone(choice.zone).date() + dt.timedelta(days=choice.max_days_ahead)
    fitting = (last - start.astimezone(choice.zone).date()).days // (7 * weeks) + 1
    limits = [each for policy in choice.policies if (each := policy.max_per_customer) is not None]
    return max(1, min(fitting, settings.GUEST_BOOKINGS_PER_CONTACT // len(choice.lines), *limits))


@guest_page
@step_before
def choose_dates(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows every date of what repeats; POST goes on with those that were picked."""
    repeat, start, at = choice.draft.repeat, choice.starts_at, now()
    if start is None:
        return go_to("book-time", choice.draft)
    if repeat is None or repeat.weeks not in choice.repeat_weeks:
        return go_to("book-time", _repeating(choice, None).draft)
    most = most_dates(choice, start, repeat.weeks, at)
    times = min(max(repeat.times, 2), most)
    rule = Repeat(repeat.weeks, times).rule
    dates = _dates(choice, start, rule, at) if times > 1 else []
    picked = _picked(request, dates) if request.method == "POST" and dates else []
    if asked_language(request):
        return same_step(request, _with_starts(choice, picked).draft)
    error = ""
    if request.method == "POST" and dates:
        if request.headers.get("HX-Target") == "sum":
            return show(request, "booking/_summary.html", {"choice": _with_starts(choice, picked), "is_fragment": True})
        if len(picked) > 1 and picked[0] == start:
            agreed = replace(choice.draft, starts=tuple(picked), repeat=Repeat(repeat.weeks, times))
            return go_to("book-details", agreed)
        error = _("Pick at least one more date, or book this visit alone.")
        dates = [_as_picked(each, picked) for each in dates]
    context = {
        "choice": _with_starts(choice, [start for each in dates for start in each.wanted]),
        "dates": dates,
        "count": times,
        "not_free": sum(1 for each in dates if not each.is_free),
        "text": recurrence_text(rule, start, formats=formats_in(request.LANGUAGE_CODE)),
        "fewer_url": _times_url(choice, repeat.weeks, times - 1) if times > 2 else "",
        "more_url": _times_url(choice, repeat.weeks, times + 1) if times < most else "",
        "often": often_choices(choice, "book-dates"),
        "once_url": address("book-details", _repeating(choice, None).draft),
        "error": error,
        "no_way_on": not dates,
        "steps": steps("book-dates", choice),
    }
    return show(request, "booking/dates.html", context, status=422 if error else 200)


def without_dates(choice: Choice, gone: Collection[dt.datetime]) -> Choice:
    """The same without these; of one that is left it is once. Unchanged where none is left."""
    left = tuple(each for each in choice.draft.starts if each not in gone)
    if not left or len(left) == len(choice.draft.starts):
        return choice
    draft = replace(choice.draft, start=left[0], starts=left if len(left) > 1 else ())
    return replace(choice, draft=draft if draft.starts else replace(draft, repeat=None))


def _repeating(choice: Choice, repeat: Repeat | None) -> Choice:
    return replace(choice, draft=replace(choice.draft, repeat=repeat, starts=()))


def _with_starts(choice: Choice, starts: Sequence[dt.datetime]) -> Choice:
    return replace(choice, draft=replace(choice.draft, starts=tuple(sorted(starts))))


def _times_url(choice: Choice, weeks: int, times: int) -> str:
    return address("book-dates", _repeating(choice, Repeat(weeks, times)).draft)


def _dates(choice: Choice, start: dt.datetime, rule: Recurrence, at: dt.datetime) -> list[DateChoice]:
    agreed = set(choice.draft.starts)
    found = [_date(each, choice) for each in series_preview(rule=rule, wish=choice.wish(start), actor=GUEST, now=at)]
    wanted = [_as_picked(each, agreed) if agreed else each for each in found]
    return [replace(wanted[0], is_first=True), *wanted[1:]]


def _date(date: SeriesDate, choice: Choice) -> DateChoice:
    if date.start is None:
        return DateChoice(date.date, None, 0, _("The clocks go forward: there is no such time on this date."))
    near = () if Cause.HORIZON in date.causes else date.alternatives
    here = {dt.datetime.fromisoformat(str(each["start"])) for each in near if each["location"] == str(choice.place.id)}
    return DateChoice(
        date=date.date,
        start=date.start.astimezone(choice.zone),
        minute=minute_of(date.start),
        reason="" if date.is_free else _reason(date.causes),
        others=[(minute_of(each), each.astimezone(choice.zone)) for each in sorted(here)],
    )


def _reason(causes: Sequence[str]) -> str:
    """For a customer: not who is away, and what else is in the way."""
    if Cause.HORIZON in causes:
        return _("Too far ahead.")
    if Cause.AREA in causes:
        return _("Nobody comes to your postcode then.")
    return _("Closed then.") if _SHUT.intersection(causes) else _("Not free then.")


def _picked(request: HttpRequest, dates: Sequence[DateChoice]) -> list[dt.datetime]:
    """The first, which was chosen by itself, and which of the others were; nothing that is not offered."""
    sent = set(request.POST.getlist("date"))
    offered = {minute for each in dates for minute in each.minutes}
    first = {dates[0].minute} & offered
    return [instant_of(minute) for minute in sorted(first | {each for each in offered if str(each) in sent})]


def _as_picked(date: DateChoice, picked: Collection[dt.datetime]) -> DateChoice:
    instead = next((minute for minute, start in date.others if start in picked), None)
    return replace(date, is_wanted=date.start in picked, instead=instead)
