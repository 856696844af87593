"""What is around a booking: the rest of its visit and of its series, and how far a change of it can go."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.selectors.series import series_visits_for
from bookme.bookings.selectors.visits import BookedVisit, visit_bookings_for
from bookme.core.actor import Actor
from bookme.core.errors import NotAllowed
from bookme.core.formats import Formats
from bookme.web.reach import Reach, reaches
from bookme.web.series_dates import Dates, dates_of
from bookme.web.team.cards import Card


@dataclass(frozen=True)
class Around:
    """`services` are all bookings of the visit that this actor sees, by start; `is_whole` where they may change all.

    `dates` are the visits of its series, empty for one by itself and where the actor's role does not reach all of it.
    `reaches` begin with the booking alone.
    """

    booked: BookedVisit
    services: Sequence[Booking]
    is_whole: bool
    dates: Sequence[BookedVisit]
    reaches: Sequence[Reach]

    @property
    def is_several(self) -> bool:
        return len(self.services) > 1


def around(actor: Actor, booking: Booking, *, now: dt.datetime) -> Around:
    services = list(bookings_visible_to(actor).filter(visit=booking.visit_id).order_by("appointment__starts_at", "id"))
    booked, is_whole = BookedVisit(booking.visit, services), _is_whole(actor, booking)
    dates = _dates(actor, booking) if is_whole else []
    found = reaches(booked, dates, now=now) if is_whole else []
    own = [each for each in found if each.key == str(booking.pk)]
    rest = [each for each in found if not each.is_one_service]
    return Around(booked, services, is_whole, dates, own + rest)


def series_shown(found: Around, booking: Booking, *, now: dt.datetime, formats: Formats) -> Dates | None:
    """The series' dates, each leading to the page of its booking."""
    return dates_of(
        found.dates,
        this=booking,
        now=now,
        formats=formats,
        url=lambda each: reverse("team-booking", args=[each.pk]),
    )


def cards_of(found: Around, actor: Actor, *, now: dt.datetime) -> list[Card]:
    return [Card(each, actor, now) for each in found.services]


def move_urls(found: Around, booking: Booking) -> list[tuple[Reach, str]]:
    """Where each answer to how far leads; the first is the booking alone, which moves on its own page."""
    own, together = (reverse(name, args=[booking.pk]) for name in ("team-move", "team-move-visit"))
    return [
        (each, f"{together}?{urlencode({'what': each.key})}" if place else own)
        for place, each in enumerate(found.reaches)
        if each.move.reason != "wrong_status"
    ]


def _is_whole(actor: Actor, booking: Booking) -> bool:
    try:
        visit_bookings_for(actor, booking.visit_id)
    except NotAllowed:
        return False
    return True


def _dates(actor: Actor, booking: Booking) -> list[BookedVisit]:
    if booking.visit.series_id is None:
        return []
    try:
        return series_visits_for(actor, booking.visit.series_id)
    except NotAllowed:
        return []
