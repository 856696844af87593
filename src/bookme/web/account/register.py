"""Becoming a customer: asked for here, and done by the link in the mail."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from bookme.core.errors import DomainError, Invalid
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import add_confirmed, admit, ask_to_register, registration_of, verify_registration
from bookme.users.models import AccountRequest, SignIn, SignInKind
from bookme.users.social.providers import title_of
from bookme.web.account.coming_in import come_in, own_path
from bookme.web.account.forms import RegisterForm
from bookme.web.account.links import spent_page, written_page
from bookme.web.account.sign_in import form_page
from bookme.web.social.browser import waiting_for


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def customer_register(request: HttpRequest) -> HttpResponse:
    """GET asks for a name and a password; POST has a link sent, whether or not the address is known."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if not form.is_trapped:
                ask_to_register(
                    **form.cleaned_data,
                    language=request.LANGUAGE_CODE,
                    tenant=require_tenant(),
                    origin=origin_of(request),
                    onward=own_path(request.GET.get("next", "")),
                    now=now(),
                )
            return written_page(request, form.cleaned_data["email"])
        except DomainError as error:
            form.take_refusal(error)
    return form_page(request, "account/register.html", form)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def customer_verify(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks whether it was they who registered; POST makes the account, signs in and goes on."""
    try:
        asked = registration_of(token=token, tenant=require_tenant())
        if request.method == "POST":
            return come_in(request, lambda: _verified(request, token, asked), onward=asked.onward)
    except Invalid:
        return spent_page(request)
    waiting = waiting_for(request, request_id=asked.pk)
    provider = title_of(waiting.provider) if waiting else ""
    return render(request, "account/verify.html", {"asked": asked, "provider": provider})


def _verified(request: HttpRequest, token: str, asked: AccountRequest) -> SignIn:
    """A provider that did not vouch for the address signs them in from now on, if it was in this browser."""
    tenant, origin = require_tenant(), origin_of(request)
    with transaction.atomic():
        member = verify_registration(token=token, tenant=tenant, origin=origin, now=now())
        if waiting := waiting_for(request, request_id=asked.pk):
            add_confirmed(user=member.user, proof=waiting, origin=origin, now=now())
    return admit(who=member, tenant=tenant, kind=SignInKind.PAGE, origin=origin, way="registration", now=now())
