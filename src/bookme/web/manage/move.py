"""Moving by the link: the visit as one, or more of its series as far."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import is_of_whole
from bookme.core.actor import GUEST
from bookme.core.time import MINUTE
from bookme.services.selectors import service_for
from bookme.web.asked import asked_day
from bookme.web.booking.flow import guest_page
from bookme.web.booking.time import asks_month, make_picker
from bookme.web.manage.managed import Managed, managed_visit, page_context, with_visit
from bookme.web.moving import Moving, fault_of_move, other_sessions
from bookme.web.reach import THIS, Reach, asked_reach
from bookme.web.sessions import SessionCard
from bookme.web.wording import told


@guest_page
@with_visit
def manage_move(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The time step once more, for a visit that exists; the sessions of a class where it is one.

    `?what=` says how far it goes: this visit, this and the following ones of its series, or all. What is not offered
    any more cannot be moved: a 404.
    """
    for each in managed.ahead:
        service_for(GUEST, each.appointment.service_id)
    moving, own_url = _moving(request, managed), reverse("manage", args=[managed.token])
    fault = None
    if moving is not None and request.method == "POST":
        fault = fault_of_move(moving, request.POST, told, field="slot")
        if fault is None:
            return redirect(f"{own_url}?moved=1")
        managed = managed_visit(managed.token, managed.at)
        moving = _moving(request, managed)
    if moving is None:
        return redirect(own_url)
    context = page_context(request, managed) | {
        "moving": moving,
        "reach": moving.reach,
        "reach_urls": [(each, _url(request, managed, each)) for each in managed.can_move],
        "error": fault.text if fault else "",
        "faulty_dates": fault.dates if fault else (),
    }
    if moving.is_class:
        return render(request, "manage/move_class.html", context | {"sessions": _sessions(moving)})
    return _time_page(request, managed, moving, context)


def _moving(request: HttpRequest, managed: Managed) -> Moving | None:
    """As far as was asked, else as far as it goes; None where nothing can be moved."""
    reach = asked_reach(managed.can_move, request.GET.get("what", THIS)) or next(iter(managed.can_move), None)
    if reach is None:
        return None
    return Moving(managed.booked, managed.dates, reach, managed.actor, managed.at)


def _time_page(request: HttpRequest, managed: Managed, moving: Moving, context: dict[str, Any]) -> HttpResponse:
    day = asked_day(request) or (moving.old_start.date() if managed.dates else None)
    query = {} if moving.reach.is_one_visit else {"what": moving.reach.key}
    picker = make_picker(moving, managed.at, day, language=request.LANGUAGE_CODE, whole_month=asks_month(request))
    context |= {
        "choice": moving,
        "picker": picker,
        "day_url": f"{reverse('manage-move', args=[managed.token])}?{urlencode(query | {'date': ''})}",
        "zone_at": picker.noon(moving.zone),
        "submit_label": _("Move booking"),
    }
    name = "booking/_picker.html" if request.headers.get("HX-Target") == "picker" else "manage/move.html"
    response = render(request, name, context, status=422 if context["error"] else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _url(request: HttpRequest, managed: Managed, reach: Reach) -> str:
    """The same day with another answer to how far."""
    query = {"what": reach.key}
    if day := asked_day(request):
        query["date"] = day.isoformat()
    return f"{reverse('manage-move', args=[managed.token])}?{urlencode(query)}"


def _sessions(moving: Moving) -> list[SessionCard]:
    """None that begins too soon, and no date of a course that is booked as a whole: only the team gives these."""
    soonest = moving.at + policy_of(moving.service).min_notice_minutes * MINUTE
    return [each for each in other_sessions(moving.booking, after=soonest) if not is_of_whole(each.session)]
