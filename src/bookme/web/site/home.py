"""The start page of a business."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookme.bookings.selectors.sessions import sessions_between
from bookme.core.actor import GUEST
from bookme.core.time import now
from bookme.locations.models import Closure, DayHours, Location, OpeningHours
from bookme.locations.selectors import all_opening_hours, closures_since, locations_for, zone_of
from bookme.services.models import ServiceKind
from bookme.staff.models import WorkingHours
from bookme.staff.selectors import staff_for, weekly_hours
from bookme.tenants.context import require_tenant
from bookme.web.booking.service import service_groups
from bookme.web.classes.cards import ClassCard, cards_of
from bookme.web.context import business_page
from bookme.web.site.discovery import business_data
from bookme.web.site.opening import OpenDay, OpenState, state_at, week_of

CLASSES_AHEAD = 4
CLASS_DAYS = 28


@dataclass(frozen=True)
class PlaceCard:
    """A place with its week, and whether it is open; nothing of that where nothing is known."""

    place: Location
    week: list[OpenDay]
    state: OpenState | None


@require_safe
def business_home(request: HttpRequest) -> HttpResponse:
    """What there is, who does it, where and when; one way on: to book."""
    at = now()
    groups = service_groups()
    cards = [card for group in groups for card in group.cards]
    people = [person for person in staff_for(GUEST) if person.staff_services.all()]
    places = place_cards(at)
    has_classes = any(card.is_class for card in cards)
    context = {
        "groups": groups,
        "has_classes": has_classes,
        "has_services": any(card.service.kind != ServiceKind.CLASS for card in cards),
        "people": people,
        "places": places,
        "state": places[0].state if len(places) == 1 else None,
        "classes": classes_ahead(at) if has_classes else [],
        "policy": require_tenant().config.policy,
        "structured": business_data(business_page(request), [(each.place, each.week) for each in places]),
    }
    return render(request, "business/home.html", context)


def classes_ahead(at: dt.datetime) -> list[ClassCard]:
    """The next ones."""
    found = sessions_between(at, at + dt.timedelta(days=CLASS_DAYS))
    return cards_of(list(islice(found, CLASSES_AHEAD)), at)


def place_cards(at: dt.datetime) -> list[PlaceCard]:
    """Every place with its opening hours; where a place has none, it is open when its people work."""
    opening, shifts, closures = list(all_opening_hours()), list(weekly_hours(GUEST)), list(closures_since(at))
    return [_card(place, opening, shifts, closures, at) for place in locations_for(GUEST)]


def _card(
    place: Location,
    opening: Sequence[OpeningHours],
    shifts: Sequence[WorkingHours],
    closures: Sequence[Closure],
    at: dt.datetime,
) -> PlaceCard:
    tz = zone_of(place)
    own = [row for row in opening if row.location_id == place.id]
    worked = [row for row in shifts if row.location_id in {None, place.id}]
    shut = [each for each in closures if each.location_id in {None, place.id}]
    rows: list[DayHours] = [*own] if any(row.on_date is None for row in own) else [*worked, *own]
    return PlaceCard(place, week_of(rows, at.astimezone(tz).date()), state_at(rows, shut, tz, at))
