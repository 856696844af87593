"""What waits for a yes or a no."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse

from bookme.bookings.models import Booking
from bookme.bookings.selectors.team import requests_for
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.team.cards import Card
from bookme.web.team.doors import team_page
from bookme.web.team.shell import show

MOST = 200


@dataclass(frozen=True)
class Asked:
    """A visit that waits for an answer: its services by start, the first of which speaks for it."""

    cards: Sequence[Card]

    @property
    def card(self) -> Card:
        return self.cards[0]

    @property
    def is_several(self) -> bool:
        return len(self.cards) > 1

    @property
    def price(self) -> Decimal:
        return sum((each.booking.price for each in self.cards), Decimal(0))


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def request_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One card a visit, soonest first."""
    at = now()
    by_visit: dict[object, list[Booking]] = {}
    for each in requests_for(actor, now=at)[:MOST]:
        by_visit.setdefault(each.visit_id, []).append(each)
    asked = [Asked([Card(each, actor, at) for each in same]) for same in by_visit.values()]
    return show(request, actor, "team/requests.html", {"here": "team-requests", "requests": asked})
