"""The start page of a business."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookme.core.actor import GUEST
from bookme.core.time import now
from bookme.locations.models import DayHours, Location
from bookme.locations.selectors import locations_for, weekly_opening_hours, zone_of
from bookme.services.models import ServiceKind
from bookme.staff.selectors import staff_for, weekly_hours
from bookme.web.booking.service import service_groups

# The days from a Monday on: only their weekdays count.
_MONDAY = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class OpenDay:
    """A weekday with its hours as clock times; none: shut."""

    date: dt.date
    hours: list[tuple[dt.time, dt.time]]
    is_today: bool


@dataclass(frozen=True)
class PlaceCard:
    """A place with its week; no week where nothing is known of it."""

    place: Location
    week: list[OpenDay]


@require_safe
def business_home(request: HttpRequest) -> HttpResponse:
    """What there is, who does it, where and when; one way on: to book."""
    groups = service_groups()
    cards = [card for group in groups for card in group.cards]
    people = [person for person in staff_for(GUEST) if person.staff_services.all()]
    context = {
        "groups": groups,
        "has_classes": any(card.is_class for card in cards),
        "has_services": any(card.service.kind != ServiceKind.CLASS for card in cards),
        "people": people,
        "places": place_cards(),
    }
    return render(request, "business/home.html", context)


def place_cards() -> list[PlaceCard]:
    """Every place with its opening hours; where a place has none, it is open when its people work."""
    opening = list(weekly_opening_hours())
    shifts = list(weekly_hours(GUEST))
    cards = []
    for place in locations_for(GUEST):
        own: list[DayHours] = [row for row in opening if row.location_id == place.id]
        worked: list[DayHours] = [row for row in shifts if row.location_id in {None, place.id}]
        cards.append(PlaceCard(place, _week(own or worked, now().astimezone(zone_of(place)).date())))
    return cards


def _week(rows: Iterable[DayHours], today: dt.date) -> list[OpenDay]:
    spans = [(row.weekday, row.start, row.end) for row in rows if row.start is not None and row.end is not None]
    if not spans:
        return []
    return [
        OpenDay(
            date=_MONDAY + dt.timedelta(days=weekday),
            hours=[
                (_clock(start), _clock(end))
                for start, end in merged([each[1:] for each in spans if each[0] == weekday])
            ],
            is_today=weekday == today.weekday(),
        )
        for weekday in range(7)
    ]


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and touching spans as one, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60 % 24, minutes % 60)
