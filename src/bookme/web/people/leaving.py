"""Leaving the team oneself: asked for with the password, and done at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookme.core.errors import DomainError, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import TEAM_ROLES
from bookme.core.time import now
from bookme.team.actions import leave_team
from bookme.tenants.context import require_tenant
from bookme.users.actions import demand_same_person, is_last_owner
from bookme.users.authentication import end_session, page_actor
from bookme.users.models import SignIn
from bookme.web.account.forms import SamePersonForm
from bookme.web.account.security import own_page


@own_page
def leave_page(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """GET says what it means, POST does it and signs out; of whoever is not of the team there is no such page."""
    member = sign_in.membership
    if member is None or member.role not in TEAM_ROLES:
        raise NotFound
    data = request.POST if request.method == "POST" else None
    form = SamePersonForm(data, asks_password=sign_in.user.has_usable_password())
    if request.method == "POST" and form.is_valid():
        try:
            _leave(request, sign_in, form)
            return redirect(reverse("account-left"))
        except DomainError as error:
            form.take_refusal(error)
    context = {"here": "account-security", "form": form, "user": sign_in.user, "is_last": is_last_owner(member)}
    return render(request, "people/leave.html", context, status=422 if form.errors else 200)


@require_safe
def left_page(request: HttpRequest) -> HttpResponse:
    """It is done."""
    return render(request, "people/left.html")


def _leave(request: HttpRequest, sign_in: SignIn, form: SamePersonForm) -> None:
    at = now()
    demand_same_person(sign_in=sign_in, password=form.given["current_password"], now=at)
    with write():
        leave_team(actor=page_actor(request), tenant=require_tenant(), now=at)
    end_session(request)
