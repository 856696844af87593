"""What is known of one: to take along, and to have it erased. That is asked twice, with the password."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookme.bookings.selectors.own import When, own_bookings
from bookme.core.errors import DomainError
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.privacy.actions import erase_person
from bookme.privacy.export import export_person
from bookme.privacy.selectors import subject_of
from bookme.privacy.views import download
from bookme.tenants.context import require_tenant
from bookme.users.actions import demand_same_person
from bookme.users.authentication import end_session, page_actor
from bookme.users.models import SignIn
from bookme.users.selectors import actor_of
from bookme.web.account.forms import SamePersonForm
from bookme.web.account.security import own_page
from bookme.web.me import own_actor


class EraseForm(SamePersonForm):
    """The second time of asking."""

    sure = forms.BooleanField(label=gettext_lazy("Yes, erase what you know of me. I know that this cannot be undone."))
    field_order = ("sure", "current_password")


@own_page
def account_export(request: HttpRequest, sign_in: SignIn) -> HttpResponseBase:  # noqa: ARG001 - as of every own page
    """The file."""
    return download(export_person(subject=subject_of(actor_of(sign_in)), tenant=require_tenant(), now=now()))


@own_page
def account_erase(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """GET says what it means, and with `?sure=1` asks for the password; POST does it, and signs out."""
    form = EraseForm(request.POST or None, asks_password=sign_in.user.has_usable_password())
    if request.method == "POST" and form.is_valid():
        try:
            _erase(request, sign_in, form.given["current_password"])
            return redirect(reverse("account-erased"))
        except DomainError as error:
            form.take_refusal(error)
    context = {
        "here": "account-profile",
        "form": form,
        "user": sign_in.user,
        "ahead": own_bookings(own_actor(request), when=When.UPCOMING, now=now()).count(),
        "is_team": page_actor(request).is_team,
        "asks_again": request.method == "POST" or "sure" in request.GET,
    }
    return render(request, "portal/erase.html", context, status=422 if form.errors else 200)


@require_safe
def account_erased(request: HttpRequest) -> HttpResponse:
    """It is done."""
    return render(request, "portal/erased.html")


def _erase(request: HttpRequest, sign_in: SignIn, password: str) -> None:
    at = now()
    demand_same_person(sign_in=sign_in, password=password, now=at)
    with write():
        erase_person(actor=page_actor(request), now=at)
    end_session(request)
