"""The sessions of a day and who comes."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.team import enrolled_in, sessions_of_team
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.time import day_bounds, now
from bookme.locations.selectors import zone_of
from bookme.tenants.context import require_tenant
from bookme.web.sessions import SessionCard
from bookme.web.team.cards import Card
from bookme.web.team.doors import asked_day, team_page
from bookme.web.team.shell import show

_DAY = dt.timedelta(days=1)
_LOOK_AHEAD = 28


@dataclass(frozen=True)
class ClassList:
    """A session with those who have a place in it."""

    card: SessionCard
    people: list[Card]
    is_past: bool
    can_change: bool


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def class_day(request: HttpRequest, actor: Actor) -> HttpResponse:
    """`?day=` chooses; `#s-<id>` leads to one session."""
    at, tz = now(), require_tenant().config.zone
    today = at.astimezone(tz).date()
    day = asked_day(request, today=today)
    start, end = day_bounds(day, day, tz)
    sessions = list(sessions_of_team(actor, start, end))
    enrolled = enrolled_in(actor, sessions)
    may_change = actor.may(Permission.BOOKINGS_MANAGE)
    lists = [
        ClassList(
            SessionCard(each),
            [Card(one, actor, at) for one in enrolled[each.pk]],
            is_past=each.ends_at <= at,
            can_change=may_change and each.starts_at > at,
        )
        for each in sessions
    ]
    context = {
        "here": "team-classes",
        "day": day,
        "today": today,
        "lists": lists,
        "next_day": None if lists else _next_day(actor, end),
        "before_url": day_url(day - _DAY),
        "after_url": day_url(day + _DAY),
        "today_url": day_url(today),
        "publish_url": f"{reverse('team-publish')}?day={max(day, today).isoformat()}" if may_change else "",
    }
    return show(request, actor, "team/classes.html", context)


def _next_day(actor: Actor, after: dt.datetime) -> tuple[dt.date, str] | None:
    """The next day with a session, within four weeks."""
    found: Appointment | None = sessions_of_team(actor, after, after + _LOOK_AHEAD * _DAY).first()
    if found is None:
        return None
    day = found.starts_at.astimezone(zone_of(found.location)).date()
    return day, day_url(day)


def day_url(day: dt.date) -> str:
    """Where the classes of that day are shown."""
    return f"{reverse('team-classes')}?day={day.isoformat()}"
