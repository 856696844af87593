"""What keeps an account safe: its password, its address, its second factor, and where it is signed in."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bookme.core.errors import DomainError
from bookme.core.fetch import one
from bookme.core.http.client import origin_of
from bookme.core.permissions import TEAM_ROLES
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import change_password, request_email, sign_out, sign_out_everywhere
from bookme.users.authentication import end_session, page_actor, session_sign_in, start_session
from bookme.users.models import SignIn
from bookme.users.selectors import sign_ins_of, social_identities_of
from bookme.users.social.providers import providers_on, title_of
from bookme.web.account.coming_in import account_page
from bookme.web.account.doors import with_next
from bookme.web.account.forms import ChangeEmailForm, ChangePasswordForm, SamePersonForm
from bookme.web.account.links import written_page

OwnView = Callable[..., HttpResponseBase]


def own_page(view: OwnView) -> OwnView:
    """A page of one's own account: called as `view(request, sign_in, …)`. Others sign in first, and come back."""

    @account_page
    @wraps(view)
    def wrapped(request: HttpRequest, **path: object) -> HttpResponseBase:
        sign_in = session_sign_in(request)
        if sign_in is None:
            wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("account-security")
            return redirect(with_next(reverse("account-sign-in"), wanted))
        return view(request, sign_in, **path)

    return wrapped


@own_page
def account_security(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """Everything at a glance."""
    return _show(request, sign_in)


@own_page
def new_password(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """GET asks; POST changes it, and signs out everything else."""
    form = ChangePasswordForm(request.POST or None, asks_password=sign_in.user.has_usable_password())
    if request.method == "POST" and form.is_valid():
        try:
            start_session(request, change_password(**form.given, sign_in=sign_in, origin=origin_of(request), now=now()))
            messages.success(request, _("Your password is changed, and every other device is signed out."))
            return redirect(reverse("account-security"))
        except DomainError as error:
            form.take_refusal(error)
    return _form_page(request, "account/change_password.html", sign_in, form)


@own_page
def new_address(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """GET asks; POST has a link sent to the new address."""
    form = ChangeEmailForm(request.POST or None, asks_password=sign_in.user.has_usable_password())
    if request.method == "POST" and form.is_valid():
        try:
            request_email(**form.given, sign_in=sign_in, tenant=require_tenant(), origin=origin_of(request), now=now())
            return written_page(request, form.cleaned_data["email"])
        except DomainError as error:
            form.take_refusal(error)
    return _form_page(request, "account/change_email.html", sign_in, form)


@own_page
def end_sign_in(request: HttpRequest, sign_in: SignIn, sign_in_id: UUID) -> HttpResponse:
    """POST signs one device out; its own by the sign-out of every page."""
    if request.method == "POST":
        found = one(sign_ins_of(sign_in, now=now()), sign_in_id)
        sign_out(sign_in_id=found.pk, by=page_actor(request), now=now())
        messages.success(request, _("That device is signed out."))
    return redirect(reverse("account-security"))


@own_page
def end_all_sign_ins(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """POST signs out everywhere, here too."""
    if request.method != "POST":
        return redirect(reverse("account-security"))
    sign_out_everywhere(sign_in=sign_in, origin=origin_of(request), now=now())
    end_session(request)
    return redirect(reverse("account-sign-in"))


def _show(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    identities = [(each, title_of(each.provider)) for each in social_identities_of(sign_in.user)]
    added = {each.provider for each, _title in identities}
    context = {
        "here": "account-security",
        "user": sign_in.user,
        "has_password": sign_in.user.has_usable_password(),
        "is_team": sign_in.membership is not None and sign_in.membership.role in TEAM_ROLES,
        "has_two_factor": sign_in.user.has_two_factor,
        "sign_ins": sign_ins_of(sign_in, now=now()),
        "identities": identities,
        "providers": [each for each in providers_on() if each.name not in added],
    }
    return render(request, "account/security.html", context)


def _form_page(request: HttpRequest, template: str, sign_in: SignIn, form: SamePersonForm) -> HttpResponse:
    return render(request, template, {"form": form, "user": sign_in.user}, status=422 if form.errors else 200)
