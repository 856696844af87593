"""When people work in an ordinary week."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bookme.core.actor import Actor
from bookme.core.errors import Invalid, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import DAY_MINUTES, clock_text
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for
from bookme.staff.actions import set_working_hours
from bookme.staff.models import Staff, WorkingHours
from bookme.staff.selectors import kept_by, person_for, staff_for, weekly_hours, working_hours_of
from bookme.staff.serializers import WorkingHoursSerializer
from bookme.web.context import formats_in
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import context_of, faults_of
from bookme.web.team.shell import show, tell
from bookme.web.team.shifts import NotAClock, ShiftRow, is_too_long, rows_of, rows_sent

_MONDAY = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class WeekDay:
    """A day of the week by its name, with what belongs to it."""

    number: int
    name: str
    short: str
    rows: list[Any]


@dataclass(frozen=True)
class PersonWeek:
    """Somebody's ordinary week in short."""

    person: Staff
    days: list[WeekDay]
    may_edit: bool


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def hours_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    shifts: dict[UUID, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in weekly_hours(actor):
        if each.weekday is not None:
            shifts[each.staff_id][each.weekday].append(_span(each))
    people = staff_for(actor).filter(is_active=True)
    editable = _editable(actor)
    weeks = [PersonWeek(each, _days(request, shifts[each.pk]), each.pk in editable) for each in people]
    return show(request, actor, "team/hours.html", {"here": "team-hours", "weeks": weeks})


@team_page(Permission.STAFF_MANAGE)
def edit_hours(request: HttpRequest, actor: Actor, staff_id: UUID) -> HttpResponse:
    """GET shows the week, POST replaces it; hours of single dates stay as they are."""
    person = person_for(actor, staff_id)
    if person.pk not in _editable(actor):
        raise NotFound
    hours, places = list(working_hours_of(person)), _places(actor)
    rows, error = rows_of(hours), ""
    if request.method == "POST":
        rows = rows_sent(request.POST.dict())
        if "add" not in request.POST:
            error = _saved(actor, person, rows, [each for each in hours if each.on_date])
            if not error:
                tell(request, _("The hours of %(name)s are saved.") % {"name": person.name})
                return redirect(reverse("team-hours"))
    context = {
        "here": "team-hours",
        "person": person,
        "days": _days(request, _by_weekday(rows)),
        "places": places if len(places) > 1 else [],
        "dated": [each for each in hours if each.on_date],
        "is_too_long": is_too_long(hours),
        "error": error,
    }
    return show(request, actor, "team/hours_of.html", context, status=422 if error else 200)


def _saved(actor: Actor, person: Staff, rows: list[ShiftRow], dated: list[WorkingHours]) -> str:
    """Saves the week; else what is wrong, with each row's fault on it."""
    filled = [row for row in rows if not row.is_blank]
    data = [_data(row) for row in filled]
    if any(row.error for row in filled):
        return _("Some of these are not times.")
    checked = WorkingHoursSerializer(data=data, many=True, context=context_of(actor))
    if not checked.is_valid():
        for pointer, detail in faults_of(checked):
            _say_at(filled, pointer, detail)
        return _("Some hours do not fit.")
    kept = [{name: getattr(each, name) for name in ("on_date", "start", "end", "location", "breaks")} for each in dated]
    try:
        with write():
            set_working_hours(person=person, rows=[*checked.validated_data, *kept], actor=actor)
    except Invalid as error:
        for each in error.errors:
            _say_at(filled, each.pointer, each.detail)
        return error.detail
    return ""


def _data(row: ShiftRow) -> dict[str, Any]:
    try:
        return row.to_data()
    except NotAClock:
        row.error = _("Give the start and the end, such as 09:00 and 17:30.")
        return {}


def _say_at(rows: list[ShiftRow], pointer: str, detail: str) -> None:
    """Beside the row that a pointer such as `/3/breaks` is about; one past the rows is an hour of a single date."""
    index = pointer.split("/")[1]
    if index.isdigit() and int(index) < len(rows):
        rows[int(index)].error = detail


def _by_weekday(rows: list[ShiftRow]) -> dict[int, list[ShiftRow]]:
    found: dict[int, list[ShiftRow]] = defaultdict(list)
    for row in rows:
        found[row.weekday].append(row)
    return found


def _days(request: HttpRequest, rows: Any) -> list[WeekDay]:
    """The week as it is written here, from its first day on."""
    formats = formats_in(request.LANGUAGE_CODE)
    order = [(formats.first_weekday + step) % 7 for step in range(7)]
    dates = [(each, _MONDAY + dt.timedelta(days=each)) for each in order]
    return [WeekDay(each, formats.weekday(day), formats.weekday_short(day), rows.get(each, [])) for each, day in dates]


def _span(hours: WorkingHours) -> str:
    start, end = hours.start or 0, hours.end or 0
    return f"{clock_text(start)}–{clock_text(end % DAY_MINUTES)}"


def _places(actor: Actor) -> list[Location]:
    """Where this actor may put somebody to work."""
    places = locations_for(actor).filter(is_active=True)
    return list(places if actor.location_ids is None else places.filter(pk__in=actor.location_ids))


def _editable(actor: Actor) -> set[UUID]:
    """Whose hours this actor keeps."""
    may_edit = actor.may(Permission.STAFF_MANAGE)
    return set(kept_by(actor).values_list("pk", flat=True)) if may_edit else set()
