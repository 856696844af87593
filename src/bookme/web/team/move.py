"""Moving a booking to another day, time or person."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bookme.bookings.actions import reschedule_booking
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.asked import read_id, read_instant
from bookme.web.team.around import around, move_urls
from bookme.web.team.cards import Card
from bookme.web.team.doors import asked_day, require_seen, team_page
from bookme.web.team.force import flags_of, refusal_of, wall_instant
from bookme.web.team.picker import pick, session_choices
from bookme.web.team.shell import complain, show, tell
from bookme.web.team.steps import why_not
from bookme.web.team.wanted import Wanted, moving


@team_page(Permission.BOOKINGS_MANAGE)
def move_booking(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """GET shows the free times, `?person=`, `?place=` and `?day=` choose among them; POST takes one."""
    booking = booking_for(actor, booking_id)
    card, own_url = Card(booking, actor, now()), reverse("team-booking", args=[booking_id])
    if not card.can_move:
        complain(request, _("This booking can no longer be moved."))
        return redirect(own_url)
    wanted = moving(booking, actor, request.GET.dict())
    why: dict[str, Any] = {}
    if request.method == "POST":
        why = _moved(request, actor, booking, wanted)
        if not why:
            tell(request, _("Moved. The customer is told."))
            return redirect(own_url)
        booking = booking_for(actor, booking_id)
    card = Card(booking, actor, now())
    context = _choices(request, card, wanted)
    context["reach_urls"] = move_urls(around(actor, booking, now=card.now), booking)
    return show(request, actor, "team/move.html", context | why, status=409 if why else 200)


def _moved(request: HttpRequest, actor: Actor, booking: Booking, wanted: Wanted) -> dict[str, Any]:
    """Moves the booking; else why not, for the page."""
    where = _where(request, wanted)
    if where is None:
        return {"error": _("Pick a time to go on.")}
    try:
        with write():
            require_seen(booking, request.POST.get("version", ""))
            reschedule_booking(booking=booking, actor=actor, now=now(), **where, **flags_of(request.POST))
    except SlotUnavailable as error:
        refusal = refusal_of(error.causes, actor, wanted.person)
        tried = error.wish.start.astimezone(wanted.zone)
        if "at" in request.POST:
            return {"refusal": refusal, "tried": tried}
        text = _("That time has just been taken. Here is what is free now.")
        return {"error": text, "refusal": refusal, "tried": tried, "session_id": where.get("session_id")}
    except (Conflict, Invalid) as error:
        return {"error": why_not(error)}
    return {}


def _where(request: HttpRequest, wanted: Wanted) -> dict[str, Any] | None:
    """The session that is asked for, or the time, with whom and where; None where there is none."""
    if wanted.is_class:
        session_id = read_id(request.POST.get("session", ""))
        return {"session_id": session_id} if session_id else None
    start = read_instant(request.POST.get("start", "")) or wall_instant(request.POST, wanted.zone)
    if start is None:
        return None
    who = {"any_staff": True} if wanted.person is None else {"staff_id": wanted.person.pk}
    return {"start": start, "location_id": wanted.place.pk if wanted.place else None, **who}


def _choices(request: HttpRequest, card: Card, wanted: Wanted) -> dict[str, Any]:
    at = card.now
    context: dict[str, Any] = {"here": "team-agenda", "card": card, "booking": card.booking, "wanted": wanted}
    if wanted.is_class:
        return context | {"sessions": session_choices(wanted, now=at)}
    today = at.astimezone(wanted.zone).date()
    asked = asked_day(request, today=today) if "day" in request.GET else None
    start_day = card.starts_at.date()
    return context | {
        "picker": pick(wanted, asked=asked or max(start_day, today), now=at, url=lambda day: _url(wanted, card, day)),
        "person_urls": [(each, _url(wanted.with_person(each), card, asked)) for each in wanted.people],
        "anyone_url": _url(wanted.with_person(None), card, asked),
        "place_urls": [(each, _url(wanted.with_place(each), card, asked)) for each in wanted.places],
    }


def _url(wanted: Wanted, card: Card, day: dt.date | None) -> str:
    query = {"person": str(wanted.person.pk) if wanted.person else "any"}
    query |= {"place": str(wanted.place.pk)} if wanted.place else {}
    query |= {"day": day.isoformat()} if day else {}
    return f"{reverse('team-move', args=[card.booking.pk])}?{urlencode(query)}"
