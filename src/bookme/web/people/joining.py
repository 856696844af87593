"""The link of an invitation: what it offers, joining, and saying no."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict, Invalid, NotAllowed
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
from bookme.web.account.doors import with_next
from bookme.web.account.links import spent_page
from bookme.web.people.forms import JoinForm
from bookme.web.people.words import told


@account_page
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is offered; POST joins and signs in, or with `answer=no` declines.

    The invited address counts, whoever is signed in in this browser: they are signed out by it. With `answer=as-myself`
    they join as who they are, and stay signed in as they were: the link proves nothing of their own account.
    """
    tenant = require_tenant()
    try:
        offer = offered_by(token=token, tenant=tenant, now=now())
    except Invalid:
        return spent_page(request)
    if request.method == "POST" and request.POST.get("answer") == "no":
        return _declined(request, token)
    if request.method == "POST" and request.POST.get("answer") == "as-myself":
        return _joined_as_myself(request, token, offer)
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


def _joined_as_myself(request: HttpRequest, token: str, offer: Invitation) -> HttpResponse:
    actor = page_actor(request)
    if actor.kind is not ActorKind.USER:
        return redirect(request.path)
    tenant, origin = require_tenant(), origin_of(request)
    try:
        accept(token=token, account=actor.id, tenant=tenant, origin=origin, now=now())
    except (Conflict, NotAllowed) as error:
        return _page(request, offer, JoinForm(), refused=told(error), status=409)
    except Invalid:
        return spent_page(request)
    return redirect(reverse("team-agenda"))


def _declined(request: HttpRequest, token: str) -> HttpResponse:
    try:
        with write():
            decline(token=token, tenant=require_tenant(), origin=origin_of(request), now=now())
    except Invalid:
        return spent_page(request)
    return render(request, "people/declined.html")


def _page(request: HttpRequest, offer: Invitation, form: JoinForm, *, refused: str = "", status: int) -> HttpResponse:
    actor = page_actor(request)
    signed_in = _address_of(actor)
    context: dict[str, Any] = {
        "offer": offer,
        "role": ROLE_NAMES[Role(offer.role)],
        "form": form,
        "refused": refused,
        "is_theirs": signed_in == offer.email,
        "signed_in_as": signed_in,
        "may_join_as_myself": bool(actor.email) and not actor.is_team and signed_in != offer.email,
        "sign_in_url": "" if signed_in else with_next(reverse("account-sign-in"), request.path),
    }
    return render(request, "people/invitation.html", context, status=status)


def _address_of(actor: Actor) -> str:
    user = person(actor.id) if actor.kind is ActorKind.USER and actor.id else None
    return user.email if user else ""
