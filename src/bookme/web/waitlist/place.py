"""The page behind a waitlist link: one's place in the line, and what is offered. The link is the key."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookme.bookings.actions.offering import accept_offer, decline_offer, leave_waitlist
from bookme.bookings.links import manage_token
from bookme.bookings.models import Waiting, WaitlistEntry
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.waiting import entry_of_token
from bookme.communications.kinds import Kind
from bookme.communications.selectors.ways import way_of_entry
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import DomainError, NotFound
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.web.booking.draft import Draft, Line
from bookme.web.booking.flow import address, guest_page, to_done
from bookme.web.errors import not_found
from bookme.web.waitlist.cards import WaitingCard
from bookme.web.wording import told


@guest_page
def waiting_place(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows it; POST with `step` takes the offer, turns it down or leaves. Who takes it is booked."""
    try:
        entry = entry_of_token(token)
        error = _stepped(entry, request.POST.get("step", "")) if request.method == "POST" else ""
        entry = entry_of_token(token)
    except NotFound as refused:
        return not_found(request, refused)
    if request.method == "POST" and not error:
        if entry.state is Waiting.ACCEPTED and entry.visit is not None:
            return to_done(entry.visit)
        return redirect(reverse("waitlist-place", args=[token]))
    return render(request, "waitlist/place.html", _context(entry, token, error), status=409 if error else 200)


def _stepped(entry: WaitlistEntry, step: str) -> str:
    """Takes the step; else why not. Raises NotFound for one that there is not."""
    steps: dict[str, Callable[..., WaitlistEntry]] = {"accept": accept_offer, "decline": decline_offer}
    actor = Actor(kind=ActorKind.GUEST, name=entry.contact_name)
    try:
        with write():
            if step == "leave":
                leave_waitlist(entry=entry, actor=actor)
            elif step in steps:
                steps[step](entry=entry, actor=actor, now=now())
            else:
                raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        return told(refused)
    return ""


def _context(entry: WaitlistEntry, token: str, error: str) -> dict[str, Any]:
    card = WaitingCard(entry, now())
    return {
        "card": card,
        "entry": entry,
        "joined_way": way_of_entry(Kind.WAIT_JOINED, entry, now=now()) if card.is_waiting else None,
        "offer_way": way_of_entry(Kind.WAIT_OFFERED, entry, now=now()) if card.is_waiting else None,
        "token": token,
        "error": error,
        "offer_minutes": policy_of(entry.service).offer_minutes,
        "again_url": _again_url(entry),
        "manage_token": manage_token(entry.visit) if entry.state is Waiting.ACCEPTED and entry.visit else "",
    }


def _again_url(entry: WaitlistEntry) -> str:
    """Where another time can be picked for the same: for what was offered, or what was waited for."""
    if entry.visit is not None:
        return reverse("manage-again", args=[manage_token(entry.visit)])
    if entry.session_id is not None:
        return f"{reverse('classes')}?service={entry.service.slug}"
    line = Line(entry.service_id, staff_id=entry.staff_id)
    return address("book-time", Draft(lines=(line,), location_id=entry.location_id, party_size=entry.party_size))
