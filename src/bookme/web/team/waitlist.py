"""Who waits for what, line by line, and what the team does about it: one POST a step."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.bookings.actions.offering import accept_offer, decline_offer, leave_waitlist, offer_to
from bookme.bookings.actions.waiting import rank_entry
from bookme.bookings.models import STILL_WAITS, WaitlistEntry
from bookme.bookings.selectors.waiting import is_over, waitlist_for, waitlist_visible_to
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.team.doors import asked_id, go_on, team_page
from bookme.web.team.shell import complain, show, tell
from bookme.web.team.steps import why_not
from bookme.web.waitlist.cards import WaitingCard

MOST = 500


@dataclass(frozen=True)
class Place:
    """One who waits; `above_id` is who is just before them, if anybody is."""

    card: WaitingCard
    above_id: UUID | None


@dataclass(frozen=True)
class Line:
    """Everybody who waits for one session, or one day of a service: who has an offer first."""

    first: WaitingCard
    places: list[Place]


def _offer(entry: WaitlistEntry, actor: Actor, at: dt.datetime, _before: UUID | None) -> object:
    return offer_to(entry=entry, actor=actor, now=at)


def _up(entry: WaitlistEntry, actor: Actor, _at: dt.datetime, before: UUID | None) -> object:
    return rank_entry(entry=entry, actor=actor, before=before, to="" if before else "first")


def _remove(entry: WaitlistEntry, actor: Actor, _at: dt.datetime, _before: UUID | None) -> object:
    return leave_waitlist(entry=entry, actor=actor)


def _accept(entry: WaitlistEntry, actor: Actor, at: dt.datetime, _before: UUID | None) -> object:
    return accept_offer(entry=entry, actor=actor, now=at)


def _decline(entry: WaitlistEntry, actor: Actor, at: dt.datetime, _before: UUID | None) -> object:
    return decline_offer(entry=entry, actor=actor, now=at)


_ACTS: dict[str, tuple[Callable[..., object], Promise]] = {
    "offer": (_offer, _("A place is held for %(name)s.")),
    "up": (_up, _("%(name)s has moved up.")),
    "remove": (_remove, _("%(name)s is off the waitlist.")),
    "accept": (_accept, _("%(name)s has taken the place.")),
    "decline": (_decline, _("%(name)s does not want the place.")),
}


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def waitlist_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The lines by their day; `#l-<id>` leads to the line of a session."""
    at = now()
    rows = waitlist_visible_to(actor).filter(status__in=STILL_WAITS).order_by("rank", "created_at", "id")
    cards = [WaitingCard(each, at) for each in rows[:MOST] if not is_over(each, now=at)]
    return show(request, actor, "team/waitlist.html", {"here": "team-waitlist", "lines": _lines(cards)})


@team_page(Permission.BOOKINGS_MANAGE, methods=("POST",))
def take_waitlist_step(request: HttpRequest, actor: Actor, entry_id: UUID, step: str) -> HttpResponse:
    """Acts and goes back; what cannot be done is said there."""
    if step not in _ACTS:
        raise NotFound
    act, said = _ACTS[step]
    try:
        with write():
            entry = waitlist_for(actor, entry_id)
            act(entry, actor, now(), asked_id(request.POST.get("before")))
        tell(request, str(said) % {"name": entry.contact_name})
    except (Conflict, Invalid) as error:
        complain(request, why_not(error))
    return go_on(request, default=reverse("team-waitlist"))


def _lines(cards: list[WaitingCard]) -> list[Line]:
    ordered = sorted(cards, key=_line_key)
    return [_line(list(same)) for _key, same in groupby(ordered, key=_line_key)]


def _line_key(card: WaitingCard) -> tuple[dt.date, str, str]:
    entry = card.entry
    if entry.session is not None:
        return card.date, entry.session.starts_at.isoformat(), str(entry.session_id)
    return card.date, "", str(entry.service_id)


def _line(cards: list[WaitingCard]) -> Line:
    offered = [Place(card, None) for card in cards if not card.is_waiting]
    waiting = [card for card in cards if card.is_waiting]
    above = [None, *(card.entry.pk for card in waiting)]
    return Line(cards[0], offered + [Place(card, before) for card, before in zip(waiting, above, strict=False)])
