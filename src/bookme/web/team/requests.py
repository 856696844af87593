"""What waits for a yes or a no."""

from django.http import HttpRequest, HttpResponse

from bookme.bookings.selectors.team import requests_for
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.team.cards import Card
from bookme.web.team.doors import team_page
from bookme.web.team.shell import show

MOST = 200


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def request_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Soonest first."""
    at = now()
    cards = [Card(each, actor, at) for each in requests_for(actor, now=at)[:MOST]]
    return show(request, actor, "team/requests.html", {"here": "team-requests", "cards": cards})
