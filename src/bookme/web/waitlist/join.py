"""Joining the line, from a full class or a full day of the time step."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from bookme.bookings.actions import join_waitlist
from bookme.bookings.links import waitlist_token
from bookme.bookings.models import WaitlistEntry
from bookme.bookings.selectors.sessions import session_for
from bookme.core.actor import GUEST, Actor
from bookme.core.errors import DomainError, Mismatch, NotFound
from bookme.core.time import now
from bookme.customers.wording import consent_links
from bookme.tenants.context import require_tenant
from bookme.web.asked import asked_day
from bookme.web.booking.asking import asked_of, details_form, form_id_of, take_refusal
from bookme.web.booking.choice import Choice
from bookme.web.booking.draft import Draft
from bookme.web.booking.flow import address, go_to, guest_page, is_sent, show, with_choice
from bookme.web.booking.terms import terms_of
from bookme.web.errors import not_found
from bookme.web.me import is_own_form, own_actor
from bookme.web.once import once


@dataclass(frozen=True)
class Wanted:
    """What somebody would wait for: a session, or a day of what they chose."""

    choice: Choice
    date: dt.date | None

    @property
    def key(self) -> str:
        """One draft can wait for several days."""
        return f"{self.choice.draft.id.hex}:{self.date or ''}"

    @property
    def other_url(self) -> str:
        """Where it could be booked, or where there is something else."""
        if self.choice.session is not None:
            return reverse("classes")
        return address("book-time", self.choice.draft, date=self.date)


@guest_page
def wait_for_class(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Begins with a new draft of that session."""
    try:
        session = session_for(session_id)
    except NotFound as error:
        return not_found(request, error)
    return go_to("waitlist-join", Draft(session_id=session.id))


@guest_page
@with_choice
def join_line(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows the form; POST joins and goes to the page of one's place.

    Whoever is signed in waits as themselves; only they may where guests may not book.
    """
    if not require_tenant().config.features.waitlist:
        return not_found(request)
    date = asked_day(request) if choice.session is None else None
    if not choice.is_one or (choice.session is None and date is None):
        return go_to("book-time", choice.draft)
    wanted = Wanted(choice.unsettled(), date)
    if choice.allows_guests and not is_own_form(request):
        return _join(request, wanted, GUEST)
    return _member_join(request, wanted)


@csrf_protect
def _member_join(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """With a session there is something that could be forged: this form is protected."""
    actor = own_actor(request)
    if actor.id is None:
        return show(request, "waitlist/sign_in.html", _context(wanted) | {"next_url": request.get_full_path()})
    return _join(request, wanted, actor)


def _join(request: HttpRequest, wanted: Wanted, actor: Actor) -> HttpResponse:
    session = wanted.choice.session
    form = details_form(request, wanted.choice, actor, seats=session.capacity if session else 1)
    form_id = form_id_of(request)
    page = _context(wanted) | {"form": form, "form_id": form_id, "is_member": actor.id is not None, "kept_form": "join"}
    if not is_sent(request):
        return show(request, "waitlist/join.html", page)
    if not form.is_valid():
        return show(request, "waitlist/join.html", page, status=422)
    asked, at = asked_of(request, wanted.choice, form), now()
    try:
        entry = once(
            WaitlistEntry,
            key=wanted.key,
            form_id=form_id,
            make=lambda: join_waitlist(request=asked, date=wanted.date, actor=actor, now=at),
        )
    except Mismatch:
        form.add_error(None, _("Somebody has joined by this address already. Begin anew, please."))
    except DomainError as error:
        take_refusal(form, error)
        page["is_free"] = error.code == "not_full"
    else:
        return redirect(reverse("waitlist-place", args=[waitlist_token(entry)]) + "?joined=1")
    return show(request, "waitlist/join.html", page, status=409)


def _context(wanted: Wanted) -> dict[str, Any]:
    return {
        "choice": wanted.choice,
        "date": wanted.date,
        "offer_minutes": wanted.choice.first.policy.offer_minutes,
        "terms": terms_of(wanted.choice),
        "consent_links": consent_links(require_tenant()),
        "other_url": wanted.other_url,
    }
