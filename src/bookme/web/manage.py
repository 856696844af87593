"""The page behind a manage link: see, cancel and move a booking. The link is the key; no session is read."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookme.bookings.actions.cancelling import cancel_booking
from bookme.bookings.actions.moving import reschedule_booking
from bookme.bookings.ics import calendar_file
from bookme.bookings.links import guest_for_token, manage_url, waitlist_token
from bookme.bookings.models import Booking
from bookme.bookings.policies import CancelTerms, MoveTerms, cancel_terms, move_terms
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.selectors.sessions import sessions_between
from bookme.bookings.selectors.waiting import offer_of
from bookme.bookings.states import UPCOMING, Status
from bookme.bookings.wishes import SlotUnavailable
from bookme.communications import messages
from bookme.communications.selectors import facts_of, sender_of
from bookme.core.actor import Actor
from bookme.core.errors import DomainError, NotFound
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.services.models import ServiceKind
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant
from bookme.web.booking.choice import moving_choice
from bookme.web.booking.flow import guest_page
from bookme.web.booking.time import asked_day, make_picker, read_instant
from bookme.web.errors import not_found
from bookme.web.wording import told

MOVE_DAYS = 90


@dataclass(frozen=True)
class Managed:
    """A visit's booking as its owner sees it, with the wall times of its place."""

    token: str
    actor: Actor
    booking: Booking
    policy: Policy
    cancel: CancelTerms
    move: MoveTerms

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.booking.appointment.location)

    @property
    def starts_at(self) -> dt.datetime:
        return self.booking.appointment.starts_at.astimezone(self.zone)

    @property
    def ends_at(self) -> dt.datetime:
        return self.booking.appointment.ends_at.astimezone(self.zone)

    @property
    def move_until(self) -> dt.datetime:
        return self.move.until.astimezone(self.zone)

    @property
    def duration_minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def is_ahead(self) -> bool:
        return self.booking.state in UPCOMING

    @property
    def is_pending(self) -> bool:
        return self.booking.state is Status.PENDING

    @property
    def held_until(self) -> dt.datetime | None:
        """When the hold runs out that it is."""
        end = self.booking.hold_expires_at
        return end.astimezone(self.zone) if end and self.booking.state is Status.HELD else None

    @property
    def place_text(self) -> str:
        """Where it is, in one line: the customer's own address where the business comes to them."""
        return address_line(self.booking.visit.address) or place_line(self.booking.appointment.location)


View = Callable[..., HttpResponse]


def with_booking(view: View) -> View:
    """Hands the view the booking behind the link; a forged, foreign or revoked one is a 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, managed_booking(token, now()))
        except NotFound as error:
            return not_found(request, error)

    return wrapped


def managed_booking(token: str, at: dt.datetime) -> Managed:
    """Raises NotFound."""
    actor = guest_for_token(token)
    booking = bookings_visible_to(actor).filter(visit=actor.visit_id).order_by("position", "id").first()
    if booking is None:
        raise NotFound
    policy, starts_at = Policy.from_data(booking.policy), booking.appointment.starts_at
    return Managed(
        token=token,
        actor=actor,
        booking=booking,
        policy=policy,
        cancel=cancel_terms(
            policy=policy,
            status=booking.state,
            starts_at=starts_at,
            price=booking.price,
            currency=booking.currency,
            now=at,
        ),
        move=move_terms(
            policy=policy, status=booking.state, starts_at=starts_at, times_moved=booking.times_moved, now=at
        ),
    )


@never_cache
@require_safe
@with_booking
def booking_done(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Step 5: it is booked, or asked for."""
    return render(request, "booking/done.html", _context(managed))


@never_cache
@require_safe
@with_booking
def manage(request: HttpRequest, managed: Managed) -> HttpResponse:
    return render(request, "manage/show.html", _context(managed))


@guest_page
@with_booking
def manage_cancel(request: HttpRequest, managed: Managed) -> HttpResponse:
    """GET says what it costs; POST cancels, unless that has become dearer since."""
    error = ""
    if request.method == "POST":
        if request.POST.get("fee") != str(managed.cancel.fee):
            error = _("What cancelling costs has changed. Look again before you cancel.")
        else:
            try:
                with write():
                    cancel_booking(booking=managed.booking, actor=managed.actor, now=now(), reason=_reason(request))
                return redirect(reverse("manage", args=[managed.token]))
            except DomainError as refused:
                error = told(refused)
                managed = managed_booking(managed.token, now())
    context = _context(managed) | {"error": error}
    return render(request, "manage/cancel.html", context, status=409 if error else 200)


@guest_page
@with_booking
def manage_move(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The time step once more, for a booking that exists; the sessions of a class where it is one."""
    if not managed.move.allowed:
        return redirect(reverse("manage", args=[managed.token]))
    error = ""
    if request.method == "POST":
        start = read_instant(request.POST.get("slot", ""))
        if start is None:
            error = _("Pick a time to go on.")
        elif not (error := _moved(managed, start)):
            return redirect(reverse("manage", args=[managed.token]) + "?moved=1")
        managed = managed_booking(managed.token, now())
    if managed.booking.appointment.service.kind == ServiceKind.CLASS:
        return render(request, "manage/move_class.html", _sessions(managed) | {"error": error})
    return _time_page(request, managed, error)


def _time_page(request: HttpRequest, managed: Managed, error: str) -> HttpResponse:
    choice, at = moving_choice(managed.booking), now()
    own_url = reverse("manage-move", args=[managed.token])
    context = _context(managed) | {
        "choice": choice,
        "picker": make_picker(choice, at, asked_day(request), language=request.LANGUAGE_CODE),
        "day_url": f"{own_url}?date=",
        "zone_at": at,
        "error": error,
        "submit_label": _("Move booking"),
    }
    if request.headers.get("HX-Target") == "picker":
        return render(request, "booking/_picker.html", context)
    return render(request, "manage/move.html", context, status=422 if error else 200)


@never_cache
@require_safe
@with_booking
def calendar_entry(request: HttpRequest, managed: Managed) -> HttpResponse:
    """The booking as an .ics file."""
    booking, tenant = managed.booking, require_tenant()
    entry = messages.calendar_entry(
        sender=sender_of(tenant), booking=facts_of(booking, language=request.LANGUAGE_CODE), now=booking.updated_at
    )
    headers = {"Content-Disposition": f'attachment; filename="{tenant.slug}-{booking.visit.reference}.ics"'}
    return HttpResponse(calendar_file(entry), content_type="text/calendar; charset=utf-8", headers=headers)


def google_url(managed: Managed) -> str:
    """A link that opens Google's calendar with the booking filled in, in the language of the page."""
    span = "/".join(each.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ") for each in (managed.starts_at, managed.ends_at))
    service = managed.booking.appointment.service.text("name", get_language() or "")
    parts = {
        "action": "TEMPLATE",
        "text": messages.calendar_title(service, require_tenant().name),
        "dates": span,
        "location": managed.place_text,
        "details": manage_url(managed.booking.visit),
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(parts)}"


def place_line(place: Location) -> str:
    if place.online:
        return place.meeting_url
    parts = [place.address_line1, place.address_line2, f"{place.city} {place.postcode}".strip()]
    return ", ".join(part for part in parts if part)


def address_line(address: dict[str, Any] | None) -> str:
    if not address:
        return ""
    named = [address.get(key) or "" for key in ("line1", "line2", "city", "postcode")]
    return ", ".join(part for part in named if part)


def _moved(managed: Managed, start: dt.datetime) -> str:
    """Moves the booking; else why not."""
    try:
        with write():
            reschedule_booking(booking=managed.booking, start=start, actor=managed.actor, now=now())
    except SlotUnavailable:
        return _("That time has just been taken. Here is what is free now.")
    except DomainError as error:
        return told(error)
    return ""


def _sessions(managed: Managed) -> dict[str, Any]:
    """The other sessions of the class with room for the party."""
    at, booking = now(), managed.booking
    found = sessions_between(at, at + dt.timedelta(days=MOVE_DAYS), service_id=booking.appointment.service_id)
    others = [
        each.starts_at.astimezone(zone_of(each.location))
        for each in found.exclude(pk=booking.appointment_id)
        if each.capacity - each.seats_taken >= booking.party_size
    ]
    return _context(managed) | {"starts": others}


def _context(managed: Managed) -> dict[str, Any]:
    booking = managed.booking
    return {
        "managed": managed,
        "booking": booking,
        "visit": booking.visit,
        "service": booking.appointment.service,
        "staff": booking.appointment.staff,
        "place": booking.appointment.location,
        "google_url": google_url(managed),
        "token": _offer_token(managed),
    }


def _offer_token(managed: Managed) -> str:
    """The waitlist link, of what is held for who waits: there it is taken, or turned down."""
    entry = offer_of(managed.booking)
    return waitlist_token(entry) if entry else ""


def _reason(request: HttpRequest) -> str:
    """One line of what was written, without what cannot be shown."""
    text = request.POST.get("reason", "")[:500]
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
