"""Moving a whole visit, or more of its series: with the same people, or with whoever is free."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, DomainError, Invalid
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.moving import Fault, Moving, fault_of_move, other_sessions
from bookme.web.reach import THIS, asked_reach
from bookme.web.team.around import around, move_urls
from bookme.web.team.cards import Card
from bookme.web.team.doors import asked_day, require_seen, team_page
from bookme.web.team.picker import pick
from bookme.web.team.shell import complain, show, tell
from bookme.web.team.steps import why_not


@team_page(Permission.BOOKINGS_MANAGE)
def move_visit(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """GET shows the times at which all services fit: `?what=` is how far, `?who=any` lets others do it; POST takes one.

    What goes beyond the actor's role, or is over, leads back to the booking.
    """
    booking, own_url = booking_for(actor, booking_id), reverse("team-booking", args=[booking_id])
    moving = _moving(request, actor, booking)
    if moving is None:
        complain(request, _("This can no longer be moved together."))
        return redirect(own_url)
    fault = None
    if request.method == "POST":
        fault = _moved(request, booking, moving)
        if fault is None:
            tell(request, _("Moved. The customer is told."))
            return redirect(own_url)
        booking = booking_for(actor, booking_id)
        moving = _moving(request, actor, booking) or moving
    context = _choices(request, actor, booking, moving) | {
        "error": fault.text if fault else "",
        "faulty_dates": fault.dates if fault else (),
    }
    return show(request, actor, "team/move_visit.html", context, status=409 if fault else 200)


def _moving(request: HttpRequest, actor: Actor, booking: Booking) -> Moving | None:
    at = now()
    found = around(actor, booking, now=at)
    movable = [each for each, _url in move_urls(found, booking) if not each.is_one_service]
    reach = asked_reach(movable, request.GET.get("what", THIS))
    if reach is None:
        return None
    return Moving(found.booked, found.dates, reach, actor, at, any_staff=request.GET.get("who") == "any")


def _moved(request: HttpRequest, booking: Booking, moving: Moving) -> Fault | None:
    try:
        require_seen(booking, request.POST.get("version", ""))
    except Conflict as error:
        return Fault(why_not(error))
    return fault_of_move(moving, request.POST, _told, field="start")


def _told(error: DomainError) -> str:
    return why_not(error) if isinstance(error, Conflict | Invalid) else error.detail


def _choices(request: HttpRequest, actor: Actor, booking: Booking, moving: Moving) -> dict[str, Any]:
    found = around(actor, booking, now=moving.at)
    own_url = reverse("team-move-visit", args=[booking.pk])
    query = {"what": moving.reach.key}
    others = {"who": "any"} if moving.any_staff else {}
    context: dict[str, Any] = {
        "here": "team-agenda",
        "card": Card(booking, actor, moving.at),
        "booking": booking,
        "moving": moving,
        "reach": moving.reach,
        "reach_urls": move_urls(found, booking),
    }
    if moving.is_class:
        return context | {"sessions": other_sessions(moving.booking, after=moving.at)}
    today = moving.at.astimezone(moving.zone).date()
    asked = asked_day(request, today=today) if "day" in request.GET else max(moving.old_start.date(), today)
    day = {"day": asked.isoformat()}
    return context | {
        "same_url": f"{own_url}?{urlencode(query | day)}",
        "anyone_url": f"{own_url}?{urlencode(query | day | {'who': 'any'})}",
        "picker": pick(
            moving,
            asked=asked,
            now=moving.at,
            url=lambda each: f"{own_url}?{urlencode(query | others | {'day': each.isoformat()})}",
        ),
    }
