"""One session: what it is, who gives it, where, what is left, and the course whose date it is. Booking begins here."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookme.bookings.links import manage_token, waitlist_token
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.selectors.sessions import called_off, next_session, seat_price, session_for, sessions_between
from bookme.bookings.selectors.waiting import waits_for
from bookme.bookings.states import KEEPS_SEATS
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.core.time import now
from bookme.locations.models import Closure
from bookme.locations.selectors import closures_since, zone_of
from bookme.tenants.context import require_tenant
from bookme.web.booking.asking import MOST_SEATS
from bookme.web.booking.draft import Draft
from bookme.web.booking.flow import go_to, guest_page
from bookme.web.classes.cards import ClassCard, Stage, cards_of
from bookme.web.context import business_page
from bookme.web.errors import not_found
from bookme.web.me import own_actor
from bookme.web.site.discovery import session_data
from bookme.web.site.pictures import social_card

SAME_DAYS = dt.timedelta(days=120)
AN_HOUR = 3600
_WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True)
class Party:
    """How many come, of `most` who can, and what that costs: this date, and all of its course."""

    people: int
    most: int
    price: Decimal
    course_price: Decimal | None

    @property
    def fewer(self) -> int:
        return self.people - 1 if self.people > 1 else 0

    @property
    def more(self) -> int:
        return self.people + 1 if self.people < self.most else 0


@dataclass(frozen=True)
class LeftOut:
    """A date on which the course is not, since the place is closed."""

    date: dt.date
    name: str


@require_safe
def class_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """`?people=` says how many come; what that costs is swapped in by itself."""
    at = now()
    try:
        session = session_for(session_id)
    except NotFound:
        return _gone(request, session_id, at)
    card = cards_of([session], at)[0]
    if card.is_over:
        return _gone(request, session_id, at)
    context = {
        "card": card,
        "party": _party(request, card),
        "may_wait": require_tenant().config.features.waitlist,
    }
    if request.headers.get("HX-Target") == "places":
        response = render(request, "classes/_book.html", context)
    else:
        response = render(request, "classes/session.html", context | _around(request, card, at))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _around(request: HttpRequest, card: ClassCard, at: dt.datetime) -> dict[str, Any]:
    """What the whole page shows beside what is booked."""
    session = card.session
    actor = own_actor(request)
    entry = waits_for(actor, session.pk) if actor.id else None
    booking = _own_booking(actor, session.pk) if actor.id else None
    return {
        "dates": cards_of(list(card.course.sessions) if card.course else _same_hour(session, at), at),
        "left_out": _left_out(list(card.course.sessions)) if card.course else [],
        "entry": entry,
        "entry_url": reverse("waitlist-place", args=[waitlist_token(entry)]) if entry else "",
        "booking_url": reverse("manage", args=[manage_token(booking.visit)]) if booking else "",
        "structured": [session_data(business_page(request), card)],
    }


@guest_page
def book_class(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Begins a booking of that session for `?people=`: a new draft, and on to the details."""
    return _begin(request, session_id, _single)


@guest_page
def book_course(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The same, of all that is left of the course whose date that session is."""
    return _begin(request, session_id, _whole)


def _single(card: ClassCard) -> Draft | None:
    """Of what is full or begins too soon the details step says so, with what else there is."""
    return None if card.stage in {Stage.BEGUN, Stage.WHOLE} else Draft(session_id=card.session.pk)


def _whole(card: ClassCard) -> Draft | None:
    return Draft(course_id=card.course.id) if card.course and card.course.can_join else None


def _begin(request: HttpRequest, session_id: UUID, draft_of: Callable[[ClassCard], Draft | None]) -> HttpResponse:
    """What cannot be booked so is said on the session's own page."""
    at = now()
    try:
        card = cards_of([session_for(session_id)], at)[0]
    except NotFound:
        return _gone(request, session_id, at)
    draft = draft_of(card)
    if draft is None:
        return redirect("class-session", session_id)
    return go_to("book-details", replace(draft, party_size=_people(request)))


@require_safe
@cache_control(public=True, max_age=AN_HOUR)
def class_card(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What is shown where a link to the session is shared: its name and time over the business's colour."""
    try:
        session = session_for(session_id)
    except NotFound as error:
        return not_found(request, error)
    page = business_page(request)
    when = page.formats.moment_short(session.starts_at.astimezone(zone_of(session.location)))
    picture = social_card(session.service.text("name", page.language), f"{when} · {page.name}", page.brand.light)
    return HttpResponse(picture, content_type="image/png")


def _gone(request: HttpRequest, session_id: UUID, at: dt.datetime) -> HttpResponse:
    """What was called off, or is over, with the next one of its class; 404 of what never was."""
    try:
        session = session_for(session_id)
    except NotFound:
        try:
            session = called_off(session_id)
        except NotFound as error:
            return not_found(request, error)
    following = next_session(session.service_id, at)
    context = {
        "card": cards_of([session], at)[0],
        "is_off": not session.published,
        "following": cards_of([following], at)[0] if following else None,
        "may_wait": require_tenant().config.features.waitlist,
    }
    return render(request, "classes/gone.html", context, status=410 if not session.published else 200)


def _party(request: HttpRequest, card: ClassCard) -> Party:
    """No more than places are left: on all dates, where it is booked with the others of its course."""
    course = card.course
    left = course.seats_left if course and card.stage is Stage.WHOLE else card.seats_left
    most = max(min(left, MOST_SEATS), 1)
    people = min(_people(request), most)
    return Party(
        people=people,
        most=most,
        price=seat_price(card.session) * people,
        course_price=course.price * people if course and course.can_join and course.seats_left >= people else None,
    )


def _people(request: HttpRequest) -> int:
    asked = request.GET.get("people", "")
    return max(1, min(int(asked), MOST_SEATS)) if asked.isdecimal() and len(asked) < 4 else 1


def _own_booking(actor: Actor, session_id: UUID) -> Booking | None:
    rows = bookings_visible_to(actor).filter(appointment=session_id, status__in=KEEPS_SEATS)
    return rows.first()


def _same_hour(session: Appointment, at: dt.datetime) -> list[Appointment]:
    """The sessions to come of the same class, by the same person at the same place, at its hour of its weekday."""
    found = sessions_between(
        at,
        at + SAME_DAYS,
        service_id=session.service_id,
        staff_id=session.staff_id,
        location_id=session.location_id,
    )
    hour = _hour_of(session)
    return [each for each in found if _hour_of(each) == hour]


def _hour_of(session: Appointment) -> tuple[int, dt.time]:
    start = session.starts_at.astimezone(zone_of(session.location))
    return start.weekday(), start.time()


def _left_out(dates: list[Appointment]) -> list[LeftOut]:
    """Where a course leaves out a week in which its place is closed."""
    place = dates[0].location
    closures = [each for each in closures_since(dates[0].starts_at) if each.location_id in {None, place.pk}]
    tz, found = zone_of(place), []
    for before, after in pairwise(dates):
        first = before.starts_at.astimezone(tz)
        start = first + _WEEK
        while start.date() < after.starts_at.astimezone(tz).date():
            if shut := _shut_at(closures, start):
                found.append(LeftOut(start.date(), shut.name))
            start += _WEEK
    return found


def _shut_at(closures: list[Closure], start: dt.datetime) -> Closure | None:
    return next((each for each in closures if each.starts_at <= start < each.ends_at), None)
