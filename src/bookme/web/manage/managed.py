"""The visit behind a manage link. The link is the key; no session is read."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from bookme.bookings.links import guest_for_token, manage_token, manage_url, waitlist_token
from bookme.bookings.models import Booking
from bookme.bookings.policies import CancelTerms, MoveTerms
from bookme.bookings.selectors.series import series_visits_for
from bookme.bookings.selectors.terms import cancel_terms_of, move_terms_of, still_ahead
from bookme.bookings.selectors.visits import BookedVisit, visit_bookings_for
from bookme.bookings.selectors.waiting import offer_of
from bookme.bookings.selectors.zones import reader_zone
from bookme.bookings.states import TAKES_PLACE, UPCOMING, Status
from bookme.bookings.wording import address_text, meeting_url_of, place_text
from bookme.communications.calendar import calendar_title
from bookme.communications.itinerary import what_of
from bookme.communications.selectors.facts import facts_of
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.core.time import MINUTE, now
from bookme.locations.selectors import zone_of
from bookme.tenants.context import require_tenant
from bookme.web.booking.zones import zone_in
from bookme.web.context import formats_in
from bookme.web.errors import not_found
from bookme.web.reach import Reach, first_of, reaches
from bookme.web.series_dates import dates_of


@dataclass(frozen=True)
class Managed:
    """A visit as its owner sees it at one moment, with the wall times of its place."""

    token: str
    actor: Actor
    booked: BookedVisit
    at: dt.datetime

    @cached_property
    def bookings(self) -> list[Booking]:
        """All of it, by start."""
        return sorted(self.booked.bookings, key=lambda each: (each.appointment.starts_at, each.position))

    @cached_property
    def booking(self) -> Booking:
        """The first that is still to come, which speaks for the visit."""
        return first_of(self.bookings)

    @cached_property
    def ahead(self) -> list[Booking]:
        """Those that are still to come; all, where none is."""
        return still_ahead(self.bookings)

    @cached_property
    def stood(self) -> list[Booking]:
        """What was not called off; all of it, where all was."""
        return [each for each in self.bookings if each.keeps_seats] or self.bookings

    @property
    def is_several(self) -> bool:
        return len(self.bookings) > 1

    @cached_property
    def cancel(self) -> CancelTerms:
        return cancel_terms_of(self.bookings, now=self.at)

    @cached_property
    def move(self) -> MoveTerms:
        return move_terms_of(self.bookings, now=self.at)

    @cached_property
    def dates(self) -> list[BookedVisit]:
        """The visits of its series by start; none of a visit by itself."""
        series_id = self.booked.visit.series_id
        return series_visits_for(self.actor, series_id) if series_id else []

    @cached_property
    def coming(self) -> list[BookedVisit]:
        """The visits of its series that nobody has cancelled and that are not over, or the visit by itself."""
        standing = [each for each in self.dates if any(one.state in UPCOMING for one in each.bookings)]
        return standing or [self.booked]

    @property
    def price_in_all(self) -> Decimal:
        return sum((each.price for each in self.coming), Decimal(0))

    @property
    def due_in_all(self) -> Decimal:
        """What is due for all that is still to come: it was booked in one go."""
        return sum((each.still_due for each in self.coming), Decimal(0))

    @cached_property
    def reaches(self) -> list[Reach]:
        return reaches(self.booked, self.dates, now=self.at)

    @cached_property
    def can_cancel(self) -> list[Reach]:
        return [each for each in self.reaches if each.cancel.allowed]

    @property
    def asks_which(self) -> bool:
        """There is something to choose from, or it is not this visit that can be cancelled."""
        return any(not each.is_one_visit for each in self.can_cancel)

    @cached_property
    def can_move(self) -> list[Reach]:
        """A visit moves as a whole."""
        return [each for each in self.reaches if each.move.allowed and not each.is_one_service]

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.booking.appointment.location)

    @property
    def starts_at(self) -> dt.datetime:
        return self.booked.start.astimezone(self.zone)

    @property
    def ends_at(self) -> dt.datetime:
        return self.booked.end.astimezone(self.zone)

    @property
    def move_until(self) -> dt.datetime:
        return self.move.until.astimezone(self.zone)

    @property
    def duration_minutes(self) -> int:
        return (self.ends_at.astimezone(dt.UTC) - self.starts_at.astimezone(dt.UTC)) // MINUTE

    @property
    def is_ahead(self) -> bool:
        return self.booking.state in UPCOMING and not self.is_hold_over and not self.is_over

    @property
    def is_over(self) -> bool:
        """Its time has passed, whatever has become of it."""
        return self.booked.end <= self.at

    @property
    def was_had(self) -> bool:
        """It took place, as far as anybody has said."""
        return self.stood[0].state is Status.COMPLETED or (self.is_over and self.stood[0].state in TAKES_PLACE)

    @property
    def is_of_former_year(self) -> bool:
        """Its day needs a year to be told."""
        return self.starts_at.year < self.at.astimezone(self.zone).year

    @property
    def is_going_on(self) -> bool:
        """It has begun, or they are there already, and it is not over."""
        is_there = self.booking.state is Status.ARRIVED or (self.is_ahead and self.starts_at <= self.at)
        return is_there and not self.is_over

    @property
    def is_pending(self) -> bool:
        return self.booking.state is Status.PENDING

    @property
    def held_until(self) -> dt.datetime | None:
        """When the hold runs out that it is; None once it has, whoever has noticed."""
        end = self.booking.hold_expires_at
        return end.astimezone(self.zone) if end and self.booking.state is Status.HELD and end > self.at else None

    @property
    def seconds_held(self) -> int:
        """How much is left of the hold, in whole seconds."""
        return int((self.held_until - self.at).total_seconds()) if self.held_until else 0

    @property
    def minutes_held(self) -> int:
        return self.seconds_held // 60

    @property
    def is_hold_over(self) -> bool:
        """It was held, and was not taken in time."""
        was_held = self.booking.hold_expires_at is not None
        return was_held and self.held_until is None and self.booking.state in {Status.HELD, Status.EXPIRED}

    @property
    def again_url(self) -> str:
        """Where the same can be chosen at another time."""
        return reverse("manage-again", args=[self.token])

    @property
    def fee(self) -> Decimal:
        return sum((each.fee for each in self.bookings), Decimal(0))

    @property
    def place_text(self) -> str:
        """Where it is, in one line: the customer's own address where the business comes to them."""
        place = self.booking.appointment.location
        own = address_text(self.booked.visit.address)
        return own or (self.meeting_url if place.online else place_text(place))

    @property
    def reader_zone(self) -> ZoneInfo | None:
        """Where they are who booked it, of what is online."""
        return reader_zone(self.booked.visit, self.booking.appointment.location)

    @property
    def meeting_url(self) -> str:
        return meeting_url_of(self.booking)


View = Callable[..., HttpResponse]


def with_visit(view: View) -> View:
    """Hands the view the visit behind the link; a forged, foreign or revoked one is a 404."""

    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, managed_visit(token, now()))
        except NotFound as error:
            return not_found(request, error)

    return wrapped


def managed_visit(token: str, at: dt.datetime) -> Managed:
    """Raises NotFound."""
    actor = guest_for_token(token)
    if actor.visit_id is None:
        raise NotFound
    bookings = visit_bookings_for(actor, actor.visit_id)
    return Managed(token=token, actor=actor, booked=BookedVisit(bookings[0].visit, bookings), at=at)


def page_context(request: HttpRequest, managed: Managed) -> dict[str, Any]:
    """What every page of a visit shows."""
    booking, asked_in = managed.booking, zone_in(request)
    place, formats = booking.appointment.location, formats_in(request.LANGUAGE_CODE)
    return {
        "managed": managed,
        "booking": booking,
        "visit": managed.booked.visit,
        "service": booking.appointment.service,
        "staff": booking.appointment.staff,
        "place": place,
        "visitor_zone": asked_in if asked_in and place.online else managed.reader_zone,
        "is_zone_asked": asked_in is not None,
        "google_url": google_url(managed),
        "manage_url": manage_url(managed.booked.visit),
        "token": _offer_token(managed),
        "series": dates_of(managed.dates, this=booking, now=managed.at, formats=formats, url=_own_url),
    }


def _offer_token(managed: Managed) -> str:
    """The waitlist link, of what is held for who waits: there it is taken, or turned down."""
    entry = offer_of(managed.booking)
    return waitlist_token(entry) if entry else ""


def google_url(managed: Managed) -> str:
    """A link that opens Google's calendar with the visit filled in, in the language of the page."""
    span = "/".join(each.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ") for each in (managed.starts_at, managed.ends_at))
    language = get_language() or ""
    what = what_of([facts_of(each, language=language) for each in managed.ahead])
    parts = {
        "action": "TEMPLATE",
        "text": calendar_title(what, require_tenant().name),
        "dates": span,
        "location": managed.place_text,
        "details": manage_url(managed.booked.visit),
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(parts)}"


def _own_url(booking: Booking) -> str:
    return reverse("manage", args=[manage_token(booking.visit)])
