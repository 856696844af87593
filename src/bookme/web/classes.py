"""Classes: what is on, day by day, with the places that are left."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import session_for, sessions_between
from bookme.core.actor import GUEST
from bookme.core.errors import NotFound
from bookme.core.time import day_bounds, is_calendar_day, now
from bookme.locations.selectors import zone_of
from bookme.services.models import Service, ServiceKind
from bookme.services.selectors import services_for
from bookme.tenants.context import require_tenant
from bookme.web.booking.draft import Draft
from bookme.web.booking.flow import go_to, guest_page
from bookme.web.errors import not_found
from bookme.web.sessions import SessionCard

PAGE_DAYS = 28


@dataclass(frozen=True)
class ClassCard(SessionCard):
    """`is_closed`: it begins too soon to book it."""

    is_closed: bool


@dataclass(frozen=True)
class ClassDay:
    date: dt.date
    cards: list[ClassCard]


@require_safe
def class_list(request: HttpRequest) -> HttpResponse:
    """Four weeks of classes from `?from=`, all of them or those of `?service=`."""
    kinds = list(services_for(GUEST).filter(kind=ServiceKind.CLASS))
    wanted = next((each for each in kinds if each.slug == request.GET.get("service")), None)
    at = now()
    start = max(at, _asked_start(request) or at)
    end = start + dt.timedelta(days=PAGE_DAYS)
    found = sessions_between(start, end, service_id=wanted.id if wanted else None)
    later = sessions_between(end, end + dt.timedelta(days=366), service_id=wanted.id if wanted else None)
    context = {
        "kinds": kinds,
        "wanted": wanted,
        "days": _days(list(found), at),
        "later_from": later.values_list("starts_at", flat=True).first(),
        "is_later": start > at,
        "today": at,
        "may_wait": require_tenant().config.features.waitlist,
    }
    return render(request, "classes/list.html", context)


@guest_page
def book_class(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Begins a booking of that session: a new draft, and on to the details."""
    try:
        session = session_for(session_id)
    except NotFound as error:
        return not_found(request, error)
    return go_to("book-details", Draft(service_id=session.service_id, session_id=session.id))


def _days(sessions: list[Appointment], at: dt.datetime) -> list[ClassDay]:
    notice: dict[UUID, dt.timedelta] = {}
    cards = []
    for session in sessions:
        if session.service_id not in notice:
            notice[session.service_id] = _notice_of(session.service)
        cards.append(ClassCard(session, session.starts_at < at + notice[session.service_id]))
    return [ClassDay(day, list(found)) for day, found in groupby(cards, key=lambda card: card.starts_at.date())]


def _notice_of(service: Service) -> dt.timedelta:
    return dt.timedelta(minutes=policy_of(service).min_notice_minutes)


def _asked_start(request: HttpRequest) -> dt.datetime | None:
    try:
        day = dt.date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return None
    return day_bounds(day, day, zone_of(None))[0] if is_calendar_day(day) else None
