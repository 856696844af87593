"""What one has booked, waits for, and had before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bookme.bookings.links import manage_token, waitlist_token
from bookme.bookings.models import Booking
from bookme.bookings.selectors.own import When, own_bookings, own_waiting
from bookme.bookings.selectors.visits import booked_visits
from bookme.core.actor import GUEST
from bookme.core.time import now
from bookme.services.models import ServiceKind
from bookme.services.selectors import services_for
from bookme.users.models import SignIn
from bookme.web.account.security import own_page
from bookme.web.manage.managed import Managed
from bookme.web.me import own_actor
from bookme.web.waitlist.cards import WaitingCard

MOST_AHEAD = 100
PAST_AT_ONCE = 10


@dataclass(frozen=True)
class PastBooking:
    """`again_url` leads to booking the same once more; empty where it is not offered any more."""

    booking: Booking
    url: str
    again_url: str


@own_page
def account_home(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """The next visit at large, the others below; `?page=` goes back through the past."""
    actor, at = own_actor(request), now()
    ahead = list(own_bookings(actor, when=When.UPCOMING, now=at)[:MOST_AHEAD])
    visits = booked_visits(list({each.visit_id: each.visit for each in ahead}.values()))
    coming = [Managed(token=manage_token(each.visit), actor=actor, booked=each, at=at) for each in visits]
    past = Paginator(own_bookings(actor, when=When.PAST, now=at), PAST_AT_ONCE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "here": "account-home",
        "user": sign_in.user,
        "next": coming[0] if coming else None,
        "coming": coming[1:],
        "waiting": [(WaitingCard(each, at), waitlist_token(each)) for each in own_waiting(actor)],
        "past": past,
        "past_bookings": _past(list(past)),
    }
    return render(request, "portal/home.html", context)


def _past(bookings: Sequence[Booking]) -> list[PastBooking]:
    kinds = dict(services_for(GUEST).values_list("pk", "kind"))
    return [
        PastBooking(
            booking=each,
            url=reverse("manage", args=[manage_token(each.visit)]),
            again_url=_again(each, kinds),
        )
        for each in bookings
    ]


def _again(booking: Booking, kinds: dict[UUID, str]) -> str:
    service = booking.appointment.service
    if service.pk not in kinds:
        return ""
    page = "classes" if service.kind == ServiceKind.CLASS else "book"
    return f"{reverse(page)}?service={service.slug}"
