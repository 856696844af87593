"""Repeating what a caller wants: how often, each date free or not, and which of them are agreed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings.availability import Cause
from bookme.bookings.recurrence import MOST, Frequency, Recurrence
from bookme.bookings.selectors.series import NO_SUCH_TIME, SeriesDate, series_preview
from bookme.bookings.series_wording import recurrence_text
from bookme.bookings.wishes import Wish
from bookme.bookings.wording import cause_text
from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.permissions import Permission
from bookme.core.time import instant_of, minute_of, now
from bookme.web.context import formats_in
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import DayField
from bookme.web.team.shell import show
from bookme.web.team.wanted import Wanted, wanted_of

MOST_INTERVAL = 52
FIELDS = ("every", "unit", "count", "until")


class RepeatForm(forms.Form):
    """Every so many weeks or months; so many dates, or until a day, which goes before."""

    every = forms.IntegerField(
        label=gettext_lazy("Every"), min_value=1, max_value=MOST_INTERVAL, widget=forms.NumberInput({"class": "input"})
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Weeks or months"),
        choices=[(Frequency.WEEKLY.value, gettext_lazy("weeks")), (Frequency.MONTHLY.value, gettext_lazy("months"))],
        widget=forms.Select({"class": "input"}),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many dates"),
        min_value=1,
        max_value=MOST,
        required=False,
        widget=forms.NumberInput({"class": "input"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"every": 1, "count": 4}, auto_id="f-%s", label_suffix="")
        self.fields["until"] = DayField(
            label=_("Or until"), required=False, help_text=_("With a day here, the number does not count.")
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and given.get("count") is None and given.get("until") is None:
            self.add_error("count", _("Say how many dates, or until when."))
        return given

    def rule(self) -> Recurrence:
        """Of a valid one."""
        given = self.cleaned_data
        until = given["until"]
        return Recurrence(
            frequency=Frequency(given["unit"]),
            interval=given["every"],
            count=given["count"] if until is None else None,
            until=until,
        )


@dataclass(frozen=True)
class Option:
    """A date of the preview; `minute` is how its start stands in the address. `choices` are other times near it."""

    date: SeriesDate
    starts_at: dt.datetime | None
    minute: int
    reasons: Sequence[str] = ()
    choices: Sequence[tuple[int, dt.datetime]] = ()


@dataclass(frozen=True)
class Repeat:
    """What has been agreed: the rule, and the starts that were picked, in order."""

    form: RepeatForm
    starts: tuple[dt.datetime, ...]

    @property
    def rule(self) -> Recurrence:
        return self.form.rule()


@team_page(Permission.BOOKINGS_MANAGE, methods=("GET", "HEAD"))
def choose_repeat(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET asks how often; with an answer it shows every date, free or why not, to pick from."""
    wanted = wanted_of(request, actor)
    start = wanted.starts_at
    if start is None:
        return redirect(wanted.url("team-new-time"))
    form = RepeatForm(request.GET if repeats(request) else None)
    options = _options(form, wanted, start, actor) if form.is_bound and form.is_valid() else []
    context: dict[str, Any] = {
        "here": "team-new",
        "wanted": wanted,
        "form": form,
        "options": options,
        "free": sum(1 for each in options if each.date.is_free),
        "often": _often(form.rule(), start, request.LANGUAGE_CODE) if options else "",
        "hidden": wanted.fields(**wanted.when),
        "rule_hidden": rule_query(form) if options else {},
        "back_url": wanted.url("team-new-customer", **wanted.when),
        "nothing_picked": "none" in request.GET,
    }
    return show(request, actor, "team/new_repeat.html", context, status=422 if form.errors else 200)


def repeats(request: HttpRequest) -> bool:
    """The address says that it is to."""
    return "every" in request.GET


def asked_repeat(request: HttpRequest) -> Repeat | None:
    """What the address says of it; None where it is once, or no date is picked."""
    form = RepeatForm(request.GET)
    if not repeats(request) or not form.is_valid():
        return None
    picked = {int(each) for each in request.GET.getlist("date")[: 2 * MOST] if _is_minute(each)}
    starts = tuple(instant_of(each) for each in sorted(picked)[:MOST])
    return Repeat(form, starts) if starts else None


def repeat_query(repeat: Repeat | None) -> dict[str, Any]:
    """The part of an address that says it again."""
    if repeat is None:
        return {}
    return {**rule_query(repeat.form), "date": [str(minute_of(each)) for each in repeat.starts]}


def rule_query(form: RepeatForm) -> dict[str, Any]:
    """Of a valid one, what it was given."""
    said = {name: form.data.get(name, "") for name in FIELDS}
    return {name: value for name, value in said.items() if value}


def _options(form: RepeatForm, wanted: Wanted, start: dt.datetime, actor: Actor) -> list[Option]:
    try:
        wish, person = _wish(wanted, start, actor), wanted.person.pk if wanted.person else None
        dates = series_preview(rule=form.rule(), wish=wish, actor=actor, now=now(), person=person)
    except Invalid as error:
        is_early = error.code == "no_dates"
        ends = _("It ends before its first date.") if is_early else _("At most 104 dates, within three years.")
        form.add_error("until", ends)
        return []
    return [_option(each, wanted) for each in dates]


def _option(date: SeriesDate, wanted: Wanted) -> Option:
    if date.start is None:
        return Option(date, None, 0, [_("The clocks go forward: there is no such time on this date.")])
    # What is too far ahead has nothing near it but what is much earlier.
    near = () if Cause.HORIZON in date.causes else date.alternatives
    starts = sorted(dt.datetime.fromisoformat(str(each["start"])) for each in near)
    return Option(
        date,
        date.start.astimezone(wanted.zone),
        minute_of(date.start),
        [cause_text(each) for each in date.causes if each != NO_SUCH_TIME],
        [(minute_of(each), each.astimezone(wanted.zone)) for each in starts],
    )


def _wish(wanted: Wanted, start: dt.datetime, actor: Actor) -> Wish:
    """Of a class, whatever session is there then at its place, rather with the same person."""
    place = wanted.session.location if wanted.session else wanted.place
    wish = Wish(
        service=wanted.service,
        start=start.astimezone(dt.UTC),
        staff_id=wanted.person.pk if wanted.person and not wanted.is_class else None,
        location_id=place.pk if place else None,
        party_size=wanted.party_size,
        extra_minutes=wanted.extra_minutes,
        point=wanted.point,
    )
    return wish.within_scopes_of(actor)


def _often(rule: Recurrence, start: dt.datetime, language: str) -> str:
    return recurrence_text(rule, start, formats=formats_in(language))


def _is_minute(text: str) -> bool:
    """Digits that are an instant of this age."""
    return text.isascii() and text.isdigit() and len(text) <= 9
