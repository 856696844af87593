"""Moving by the link: the visit as one, or more of its series as far."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bookme.bookings.actions.moving import reschedule_visit, visit_move
from bookme.bookings.actions.series import reschedule_series
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.bookings import BookedVisit
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.openings import max_gap, snapshots_between
from bookme.bookings.selectors.series import Scope
from bookme.bookings.selectors.sessions import sessions_between
from bookme.bookings.selectors.terms import still_ahead
from bookme.bookings.wishes import DatesUnavailable, SlotUnavailable, Wish
from bookme.core.actor import GUEST
from bookme.core.errors import DomainError
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.locations.selectors import zone_of
from bookme.services.models import ServiceKind
from bookme.services.selectors import service_for
from bookme.staff.models import Staff
from bookme.tenants.config import Policy
from bookme.web.booking.flow import guest_page
from bookme.web.booking.picker import Openings, openings
from bookme.web.booking.time import asked_day, make_picker, read_instant
from bookme.web.manage.managed import Managed, managed_visit, page_context, with_visit
from bookme.web.reach import THIS, Reach, asked_reach, first_of
from bookme.web.wording import told

MOVE_DAYS = 90


@dataclass(frozen=True)
class Moving:
    """What looks for another time: the visit as one, with everything that goes with it counted as gone."""

    managed: Managed
    reach: Reach

    @cached_property
    def visit(self) -> BookedVisit:
        """This one, else the first that goes: it is given a time, and the others go as far."""
        own = (each for each in self.reach.visits if each.visit.pk == self.managed.booked.visit.pk)
        return next(own, self.reach.visits[0])

    @property
    def booking(self) -> Booking:
        """The first of it."""
        return first_of(self.visit.bookings)

    @property
    def starts_at(self) -> dt.datetime:
        return self.visit.start.astimezone(self.zone)

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.booking.appointment.location)

    @property
    def policy(self) -> Policy:
        return policy_of(self.booking.appointment.service)

    @cached_property
    def lines(self) -> list[Booking]:
        """What moves, in order."""
        return sorted(still_ahead(self.visit.bookings), key=lambda each: each.appointment.starts_at)

    @cached_property
    def person(self) -> Staff | None:
        """With whom, if it is one and the same."""
        people = {each.appointment.staff for each in self.lines}
        return people.pop() if len(people) == 1 else None

    @cached_property
    def wish(self) -> Wish:
        found = visit_move(
            bookings=self.visit.bookings,
            start=self.managed.at,
            any_staff=False,
            location_id=None,
            actor=self.managed.actor,
        ).wish
        return replace(found, leaving=tuple(self.reach.bookings))

    def openings(self, first: dt.date, last: dt.date, at: dt.datetime) -> Openings:
        snapshots = snapshots_between(self.wish, first, last, now=at)
        return openings(snapshots, self.zone, max_gap=max_gap(self.wish))


@dataclass(frozen=True)
class Fault:
    """Why it was not moved; `dates` are those of a series that are not free."""

    text: str
    dates: tuple[dt.datetime, ...] = ()


@guest_page
@with_visit
def manage_move(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The time step once more, for a visit that exists; the sessions of a class where it is one.

    `?what=` says how far it goes: this visit, this and the following ones of its series, or all. What is not offered
    any more cannot be moved: a 404.
    """
    for each in managed.ahead:
        service_for(GUEST, each.appointment.service_id)
    reach = asked_reach(managed.can_move, request.GET.get("what", THIS)) or next(iter(managed.can_move), None)
    if reach is None:
        return redirect(reverse("manage", args=[managed.token]))
    fault = None
    if request.method == "POST":
        fault = _moved(request, managed, reach)
        if fault is None:
            return redirect(reverse("manage", args=[managed.token]) + "?moved=1")
        managed = managed_visit(managed.token, now())
        reach = asked_reach(managed.can_move, reach.key)
        if reach is None:
            return redirect(reverse("manage", args=[managed.token]))
    context = page_context(request, managed) | {
        "reach": reach,
        "reach_urls": [(each, _url(request, managed, each)) for each in managed.can_move],
        "error": fault.text if fault else "",
        "faulty_dates": fault.dates if fault else (),
    }
    moving = Moving(managed, reach)
    context["moving"] = moving
    if moving.booking.appointment.service.kind == ServiceKind.CLASS:
        return render(request, "manage/move_class.html", context | {"starts": _sessions(moving.booking)})
    return _time_page(request, moving, context)


def _time_page(request: HttpRequest, moving: Moving, context: dict[str, Any]) -> HttpResponse:
    at, managed = moving.managed.at, moving.managed
    day = asked_day(request) or (moving.starts_at.date() if managed.dates else None)
    own_url = reverse("manage-move", args=[managed.token])
    query = {} if moving.reach.is_one_visit else {"what": moving.reach.key}
    context |= {
        "choice": moving,
        "picker": make_picker(moving, at, day, language=request.LANGUAGE_CODE),
        "day_url": f"{own_url}?{urlencode(query | {'date': ''})}",
        "zone_at": at,
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


def _moved(request: HttpRequest, managed: Managed, reach: Reach) -> Fault | None:
    """Moves it; else why not."""
    start = read_instant(request.POST.get("slot", ""))
    if start is None:
        return Fault(_("Pick a time to go on."))
    try:
        with write():
            _move(managed, reach, start)
    except DatesUnavailable as error:
        starts = (dt.datetime.fromisoformat(each["start"]) for each in error.extra["dates"])
        not_free = tuple(each.astimezone(managed.zone) for each in starts)
        return Fault(_("Nothing was moved: at that time it cannot be on every date."), not_free)
    except SlotUnavailable:
        return Fault(_("That time has just been taken. Here is what is free now."))
    except DomainError as error:
        return Fault(told(error))
    return None


def _move(managed: Managed, reach: Reach, start: dt.datetime) -> None:
    if reach.is_one_visit:
        reschedule_visit(
            bookings=managed.bookings, start=start, any_staff=False, location_id=None, actor=managed.actor, now=now()
        )
        return
    reschedule_series(
        visits=managed.dates,
        scope=Scope(reach.key),
        visit_id=managed.booked.visit.pk,
        start=start,
        any_staff=False,
        location_id=None,
        actor=managed.actor,
        now=now(),
    )


def _sessions(booking: Booking) -> list[dt.datetime]:
    """When the other sessions of the class are that have room for the party."""
    at = now()
    found = sessions_between(at, at + dt.timedelta(days=MOVE_DAYS), service_id=booking.appointment.service_id)
    others = found.exclude(pk=booking.appointment_id)
    return [each.starts_at.astimezone(zone_of(each.location)) for each in others if _has_room(each, booking)]


def _has_room(session: Appointment, booking: Booking) -> bool:
    return session.capacity - session.seats_taken >= booking.party_size
