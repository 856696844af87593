"""The link of an invitation: what it offers, joining, and saying no."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict, Invalid
from bookme.core.http.client import origin_of
from bookme.core.http.views import write
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.team.actions import accept, decline
from bookme.team.models import Invitation
from bookme.team.selectors import offered_by
from bookme.team.wording import ROLE_NAMES
from bookme.tenants.context import require_tenant
from bookme.users.actions import admit
from bookme.users.authentication import page_actor
from bookme.users.models import SignIn, SignInKind
from bookme.users.selectors import person
from bookme.web.account.coming_in import account_page, come_in
from bookme.web.account.links import spent_page
from bookme.web.people.forms import JoinForm
from bookme.web.people.words import told


@account_page
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is offered; POST joins and signs in, or with `answer=no` declines.

    The invited address counts, whoever is signed in in this browser: they are signed out by it.
    """
    tenant = require_tenant()
    try:
        offer = offered_by(token=token, tenant=tenant, now=now())
    except Invalid:
        return spent_page(request)
    if request.method == "POST" and request.POST.get("answer") == "no":
        return _declined(request, token)
    form = JoinForm(request.POST or None, initial={"name": offer.name})
    if request.method == "POST" and form.is_valid():
        try:
            return come_in(request, lambda: _joined(request, token, form), onward=reverse("team-agenda"))
        except Conflict as error:
            return _page(request, offer, form, refused=told(error), status=409)
        except Invalid as error:
            if error.code == "link_invalid":
                return spent_page(request)
            form.take_refusal(error)
    return _page(request, offer, form, status=422 if form.errors else 200)


def _joined(request: HttpRequest, token: str, form: JoinForm) -> SignIn:
    """Whoever has a second factor has joined, and is asked for it before they come in."""
    tenant, origin = require_tenant(), origin_of(request)
    member = accept(**form.cleaned_data, token=token, tenant=tenant, origin=origin, now=now())
    return admit(who=member, tenant=tenant, kind=SignInKind.PAGE, origin=origin, way="invitation", now=now())


def _declined(request: HttpRequest, token: str) -> HttpResponse:
    try:
        with write():
            decline(token=token, tenant=require_tenant(), origin=origin_of(request), now=now())
    except Invalid:
        return spent_page(request)
    return render(request, "people/declined.html")


def _page(request: HttpRequest, offer: Invitation, form: JoinForm, *, refused: str = "", status: int) -> HttpResponse:
    signed_in = _address_of(page_actor(request))
    context: dict[str, Any] = {
        "offer": offer,
        "role": ROLE_NAMES[Role(offer.role)],
        "form": form,
        "refused": refused,
        "is_theirs": signed_in == offer.email,
        "signed_in_as": signed_in,
    }
    return render(request, "people/invitation.html", context, status=status)


def _address_of(actor: Actor) -> str:
    user = person(actor.id) if actor.kind is ActorKind.USER and actor.id else None
    return user.email if user else ""
