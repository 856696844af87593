"""Closures of the business, and when people are away: with the bookings that still stand in that time."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookme.bookings.models import Booking
from bookme.bookings.selectors.team import standing_between
from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.fetch import one
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.locations.actions import make_closure, remove_closure
from bookme.locations.models import Closure, Location
from bookme.locations.selectors import closures, closures_since, keeps_place, locations_for, zone_of
from bookme.locations.serializers import ClosureSerializer, RangeSerializer
from bookme.staff.actions import add_time_off, remove_time_off
from bookme.staff.models import Staff, TimeOff
from bookme.staff.selectors import absences_for, people_away_by
from bookme.staff.serializers import TimeOffSerializer
from bookme.web.fields import PlainText
from bookme.web.team.cards import Card
from bookme.web.team.doors import asked_day, go_on, team_page
from bookme.web.team.inputs import ClockField, DayField, context_of, instant_text, put_beside
from bookme.web.team.shell import show, tell, tell_of_blocked

_DAY = dt.timedelta(days=1)
_NAMES = {"from": "first", "to": "last", "starts_at": "first", "ends_at": "last", "name": "name", "reason": "reason"}
LONGEST_LOOK = dt.timedelta(days=732)


class RangeForm(forms.Form):
    """Whole days; with times, from the first day at that time to the last at that one."""

    first = DayField(label=gettext_lazy("First day"))
    last = DayField(label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: that day only."))
    from_time = ClockField(label=gettext_lazy("From"), required=False)
    to_time = ClockField(label=gettext_lazy("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["first"] = given.get("first")
        given["last"] = given.get("last") or given["first"]
        if bool(given.get("from_time")) != bool(given.get("to_time")):
            missing = "to_time" if given.get("from_time") else "from_time"
            self.add_error(missing, _("Give both times, or none for whole days."))
        if given["first"] and given["last"] < given["first"]:
            self.add_error("last", _("The last day is before the first."))
        return given

    def range_data(self, zone: ZoneInfo) -> dict[str, str]:
        """The range as the API takes it."""
        given = self.cleaned_data
        if not given["from_time"]:
            return {"from": given["first"].isoformat(), "to": given["last"].isoformat()}
        return {
            "starts_at": instant_text(given["first"], given["from_time"], zone),
            "ends_at": instant_text(given["last"], given["to_time"], zone),
        }


class ClosureForm(RangeForm):
    """When the business, or one place, is shut."""

    name = PlainText(label=gettext_lazy("Reason"), max_length=120)
    place = forms.ChoiceField(
        label=gettext_lazy("Where"), required=False, widget=forms.Select(attrs={"class": "input"})
    )
    field_order = ("name", "place", "first", "last", "from_time", "to_time")

    def __init__(self, data: Any = None, *, places: Iterable[Location]) -> None:
        super().__init__(data, auto_id="closure-%s", label_suffix="")
        self.places = {str(each.pk): each for each in places}
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("The whole business")), *((key, each.name) for key, each in self.places.items())]

    def zone(self) -> ZoneInfo:
        return zone_of(self.places.get(self.cleaned_data["place"]))


class TimeOffForm(RangeForm):
    """When somebody is away. `next` is where it was begun, such as that day of the agenda."""

    next = forms.CharField(widget=forms.HiddenInput, required=False)

    person = forms.ChoiceField(label=gettext_lazy("Who"), widget=forms.Select(attrs={"class": "input"}))
    reason = PlainText(
        label=gettext_lazy("Reason"), max_length=200, required=False, help_text=gettext_lazy("Only the team sees it.")
    )
    field_order = ("person", "first", "last", "from_time", "to_time", "reason")

    def __init__(self, data: Any = None, *, people: Iterable[Staff], initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="off-%s", label_suffix="", initial=dict(initial or {}))
        self.people = {str(each.pk): each for each in people}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(key, each.name) for key, each in self.people.items()]


@dataclass(frozen=True)
class Away:
    """A closure or an absence in wall time, with the bookings to come that still stand in it."""

    row: Closure | TimeOff
    starts_at: dt.datetime
    ends_at: dt.datetime
    standing: list[Card]
    can_remove: bool

    @property
    def is_whole_days(self) -> bool:
        return self.starts_at.time() == self.ends_at.time() == dt.time.min

    @property
    def last_day(self) -> dt.date:
        return (self.ends_at - _DAY).date() if self.is_whole_days else self.ends_at.date()

    @property
    def is_one_day(self) -> bool:
        return self.last_day == self.starts_at.date()


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def away_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _page(request, actor)


@team_page(Permission.CATALOGUE_MANAGE, methods=("POST",))
def add_closure_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Shuts the business or a place. Bookings in that time stand, and are shown."""
    form = ClosureForm(request.POST, places=_places(actor))
    if form.is_valid():
        given = form.cleaned_data
        data = {"name": given["name"], "location": given["place"] or None, **form.range_data(form.zone())}
        checked = ClosureSerializer(data=data, context=context_of(actor))
        refused = _saved(checked, make_closure, actor)
        if refused is None:
            tell(request, _("The closure is saved. Nobody can book in that time."))
            return redirect(reverse("team-away"))
        put_beside(form, refused, _NAMES | {"location": "place"})
    return _page(request, actor, closure_form=form, status=422)


@team_page(Permission.CATALOGUE_MANAGE, methods=("POST",))
def remove_closure_page(request: HttpRequest, actor: Actor, closure_id: UUID) -> HttpResponse:
    with write():
        remove_closure(closure=one(closures(), closure_id), actor=actor)
    tell(request, _("The closure is gone. That time can be booked again."))
    return redirect(reverse("team-away"))


@team_page(Permission.TIME_OFF_OWN, methods=("POST",))
def add_time_off_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Somebody is away: anybody for who keeps the staff, oneself for the others."""
    form = TimeOffForm(request.POST, people=people_away_by(actor))
    if form.is_valid():
        data = {"reason": form.cleaned_data["reason"], **form.range_data(zone_of(None))}
        checked = TimeOffSerializer(data=data, context=context_of(actor))
        person = form.people[form.cleaned_data["person"]]
        made: list[TimeOff] = []
        refused = _saved(checked, lambda **given: made.append(add_time_off(person=person, **given)), actor)
        if refused is None:
            tell_of_blocked(request, made[0], _blocked_text(actor, made[0]))
            return go_on(request, default=reverse("team-away"))
        put_beside(form, refused, _NAMES)
    return _page(request, actor, time_off_form=form, status=422)


def _blocked_text(actor: Actor, row: TimeOff) -> str:
    """What was done, and how many bookings it leaves standing."""
    at = now()
    count = sum(_hits(row, each) for each in _standing(actor, [row], at))
    said = _("%(name)s is away then. Nobody can book that time.") % {"name": row.staff.name}
    if not count:
        return said
    stands = ngettext("%(count)d booking still stands in it.", "%(count)d bookings still stand in it.", count)
    return f"{said} {stands % {'count': count}}"


@team_page(Permission.TIME_OFF_OWN, methods=("POST",))
def remove_time_off_page(request: HttpRequest, actor: Actor, time_off_id: UUID) -> HttpResponse:
    with write():
        remove_time_off(time_off=one(absences_for(actor, since=now()), time_off_id), actor=actor)
    tell(request, _("The time off is gone. That time can be booked again."))
    return go_on(request, default=reverse("team-away"))


def _page(
    request: HttpRequest,
    actor: Actor,
    *,
    closure_form: ClosureForm | None = None,
    time_off_form: TimeOffForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at = now()
    shut, absent = list(closures_since(at)), list(absences_for(actor, since=at))
    standing = _standing(actor, [*shut, *absent], at)
    may_close = actor.may(Permission.CATALOGUE_MANAGE) and actor.staff_ids is None
    people = list(people_away_by(actor))
    asked = _asked_time_off(request)
    context = {
        "here": "team-away",
        "closures": [_away(each, standing, actor, at, can_remove=_may_remove(actor, each)) for each in shut],
        "absences": [_away(each, standing, actor, at, can_remove=bool(people)) for each in absent],
        "closure_form": (closure_form or ClosureForm(places=_places(actor))) if may_close else None,
        "time_off_form": (time_off_form or TimeOffForm(people=people, initial=asked)) if people else None,
        "opens_closure": closure_form is not None,
        "opens_time_off": time_off_form is not None or bool(asked),
    }
    return show(request, actor, "team/away.html", context, status=status)


def _asked_time_off(request: HttpRequest) -> dict[str, Any]:
    """What the address fills in, where somebody comes from a day of the agenda."""
    if "day" not in request.GET:
        return {}
    day = asked_day(request, today=now().astimezone(zone_of(None)).date())
    return {"first": day, "person": request.GET.get("person", ""), "next": request.GET.get("next", "")}


def _saved(checked: RangeSerializer, act: Callable[..., Any], actor: Actor) -> RangeSerializer | Invalid | None:
    """Saves it, and answers None; else who says what is wrong."""
    if not checked.is_valid():
        return checked
    try:
        with write():
            act(values=checked.validated_data, actor=actor)
    except Invalid as error:
        return error
    return None


def _places(actor: Actor) -> list[Location]:
    return [each for each in locations_for(actor).filter(is_active=True) if keeps_place(actor, each.pk)]


def _may_remove(actor: Actor, closure: Closure) -> bool:
    return keeps_place(actor, closure.location_id) and actor.may(Permission.CATALOGUE_MANAGE)


def _standing(actor: Actor, rows: list[Closure | TimeOff], at: dt.datetime) -> list[Booking]:
    """Every booking to come that one of these may hit, in one query."""
    if not rows:
        return []
    last = min(max(each.ends_at for each in rows), at + LONGEST_LOOK)
    return list(standing_between(actor, max(at, min(each.starts_at for each in rows)), last))


def _away(row: Closure | TimeOff, standing: list[Booking], actor: Actor, at: dt.datetime, *, can_remove: bool) -> Away:
    zone = zone_of(row.location if isinstance(row, Closure) else None)
    hit = [Card(each, actor, at) for each in standing if _hits(row, each)]
    return Away(row, row.starts_at.astimezone(zone), row.ends_at.astimezone(zone), hit, can_remove)


def _hits(row: Closure | TimeOff, booking: Booking) -> bool:
    appointment = booking.appointment
    if appointment.starts_at >= row.ends_at or appointment.ends_at <= row.starts_at:
        return False
    if isinstance(row, TimeOff):
        return row.staff_id in {appointment.staff_id, *booking.helper_ids}
    return row.location_id is None or appointment.location_id == row.location_id
