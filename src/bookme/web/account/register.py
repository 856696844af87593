"""Becoming a customer: asked for here, and done by the link in the mail."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookme.core.errors import Invalid
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import add_confirmed, admit, ask_to_register, registration_of, verify_registration
from bookme.users.models import SignIn, SignInKind
from bookme.users.selectors import has_account
from bookme.users.social.proof import Proof
from bookme.users.social.providers import title_of
from bookme.web.account.coming_in import account_page, come_in, own_path
from bookme.web.account.forms import FirstPasswordForm, RegisterForm
from bookme.web.account.links import asked_by_mail, spent_page
from bookme.web.social.browser import waiting_for


@account_page
def customer_register(request: HttpRequest) -> HttpResponse:
    """GET asks for a name and an address; POST has a link sent, whether or not the address is known."""
    onward = own_path(request.GET.get("next", ""))
    ask = partial(ask_to_register, password=None, tenant=require_tenant(), onward=onward)
    return asked_by_mail(request, "account/register.html", RegisterForm(request.POST or None), ask)


@account_page
def customer_verify(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks whether it was they who registered, and for a password; POST makes the account, signs in and goes on."""
    form = None
    try:
        asked = registration_of(token=token, tenant=require_tenant())
        waiting = waiting_for(request, request_id=asked.pk)
        form = None if waiting or has_account(asked.email) else FirstPasswordForm(request.POST or None)
        if request.method == "POST" and (form is None or form.is_valid()):
            password = form.cleaned_data["password"] if form else None
            return come_in(request, lambda: _verified(request, token, waiting, password), onward=asked.onward)
    except Invalid as error:
        if form is None or error.code != "weak_password":
            return spent_page(request, again="account-register")
        form.take_refusal(error)
    provider = title_of(waiting.provider) if waiting else ""
    context = {"asked": asked, "provider": provider, "form": form}
    return render(request, "account/verify.html", context, status=422 if form and form.errors else 200)


def _verified(request: HttpRequest, token: str, waiting: Proof | None, password: str | None) -> SignIn:
    """A provider that did not vouch for the address signs them in from now on, if it was in this browser."""
    tenant, origin = require_tenant(), origin_of(request)
    verify = partial(verify_registration, token=token, tenant=tenant, origin=origin, now=now())
    if waiting is None:
        member = verify(password=password)
    else:
        with transaction.atomic():
            member = verify()
            add_confirmed(user=member.user, proof=waiting, origin=origin, now=now())
    return admit(who=member, tenant=tenant, kind=SignInKind.PAGE, origin=origin, way="registration", now=now())
