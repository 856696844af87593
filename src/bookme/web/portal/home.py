"""What one has booked, waits for, and had before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from bookme.bookings.links import manage_token, waitlist_token
from bookme.bookings.models import Booking
from bookme.bookings.selectors.own import When, own_bookings, own_past_visits, own_waiting
from bookme.bookings.selectors.visits import BookedVisit, booked_visits
from bookme.bookings.series_wording import series_text
from bookme.core.actor import GUEST, Actor
from bookme.core.formats import Formats
from bookme.core.time import now
from bookme.services.selectors import services_for
from bookme.users.models import SignIn
from bookme.web.account.security import own_page
from bookme.web.context import formats_in
from bookme.web.manage.managed import Managed
from bookme.web.me import own_actor
from bookme.web.series_dates import rule_of
from bookme.web.waitlist.cards import WaitingCard

MOST_AHEAD = 100
PAST_AT_ONCE = 10
SERVICES_SHOWN = 4


@dataclass(frozen=True)
class Coming:
    """A visit that is to come; the first of a series stands for `others` of it as well."""

    managed: Managed
    others: list[BookedVisit] = field(default_factory=list)

    @property
    def shown(self) -> list[Booking]:
        return self.managed.ahead[:SERVICES_SHOWN]

    @property
    def more(self) -> int:
        """How many services are not shown."""
        return len(self.managed.ahead) - len(self.shown)

    @property
    def series_text(self) -> str:
        """How it repeats, of what is still to come; empty of a visit by itself."""
        series = self.managed.booked.visit.series
        if series is None:
            return ""
        starts = [each.start.astimezone(self.managed.zone) for each in (self.managed.booked, *self.others)]
        return series_text(rule_of(series), starts, formats=self._formats)

    @property
    def countdown(self) -> str:
        return self._formats.until(self.managed.starts_at, self.managed.at)

    @property
    def _formats(self) -> Formats:
        return formats_in(get_language() or "")


@dataclass(frozen=True)
class Past:
    """A visit that is over, or was called off: what of it stood, or where nothing did, all of it.

    `again_url` leads to booking the same once more; empty where nothing of it is offered.
    """

    managed: Managed
    url: str
    again_url: str

    @property
    def bookings(self) -> list[Booking]:
        return self.managed.stood

    @property
    def starts_at(self) -> dt.datetime:
        return self.bookings[0].appointment.starts_at.astimezone(self.managed.zone)


@own_page
def account_home(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """The next visit at large, the others below; `?page=` goes back through the past."""
    actor, at = own_actor(request), now()
    coming = _coming(actor, at)
    past = Paginator(own_past_visits(actor, now=at), PAST_AT_ONCE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "here": "account-home",
        "user": sign_in.user,
        "next": coming[0] if coming else None,
        "coming": coming[1:],
        "waiting": [(WaitingCard(each, at), waitlist_token(each)) for each in own_waiting(actor)],
        "past": past,
        "past_visits": _past(booked_visits(list(past)), actor, at),
    }
    return render(request, "portal/home.html", context)


def _coming(actor: Actor, at: dt.datetime) -> list[Coming]:
    """By start; of a series the first that is to come, with the others."""
    ahead = own_bookings(actor, when=When.UPCOMING, now=at)[:MOST_AHEAD]
    visits = booked_visits(list({each.visit_id: each.visit for each in ahead}.values()))
    found: dict[UUID, Coming] = {}
    for each in visits:
        key = each.visit.series_id or each.visit.pk
        if key in found:
            found[key].others.append(each)
        else:
            found[key] = Coming(_managed(each, actor, at))
    return list(found.values())


def _past(visits: Sequence[BookedVisit], actor: Actor, at: dt.datetime) -> list[Past]:
    offered = set(services_for(GUEST).values_list("pk", flat=True))
    rows = []
    for each in visits:
        managed = _managed(each, actor, at)
        is_offered = any(booking.appointment.service_id in offered for booking in managed.stood)
        rows.append(Past(managed, reverse("manage", args=[managed.token]), managed.again_url if is_offered else ""))
    return rows


def _managed(visit: BookedVisit, actor: Actor, at: dt.datetime) -> Managed:
    return Managed(token=manage_token(visit.visit), actor=actor, booked=visit, at=at)
