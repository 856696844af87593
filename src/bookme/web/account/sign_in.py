"""Signing in by password, and out again."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from bookme.core.errors import DomainError
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import sign_in
from bookme.users.models import SignIn, SignInKind
from bookme.users.social.providers import providers_on
from bookme.web.account.coming_in import account_page, come_in, own_path, sign_in_refusal, sign_out_here
from bookme.web.account.forms import SignInForm


@account_page
def customer_sign_in(request: HttpRequest) -> HttpResponse:
    """GET asks who it is; POST signs in and goes back to `next`."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return come_in(request, lambda: signed_in(request, form), onward=own_path(request.GET.get("next", "")))
        except DomainError as error:
            form.add_error(None, sign_in_refusal(error))
    return form_page(request, "account/sign_in.html", form)


@csrf_protect
@require_POST
def customer_sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the sign-in, forgets who this browser is, and goes on to `next`."""
    sign_out_here(request)
    return redirect(own_path(request.GET.get("next", "")) or reverse("home"))


def signed_in(request: HttpRequest, form: SignInForm) -> SignIn:
    """Who the form names, by their password; raises as `sign_in` does."""
    return sign_in(
        email=form.cleaned_data["email"],
        password=form.cleaned_data["password"],
        tenant=require_tenant(),
        kind=SignInKind.PAGE,
        origin=origin_of(request),
        now=now(),
    )


def form_page(request: HttpRequest, template: str, form: forms.Form) -> HttpResponse:
    """A page that is one form; `next` goes along to the pages beside it, and to the providers that are on."""
    context = {"form": form, "next_url": own_path(request.GET.get("next", "")), "providers": providers_on()}
    return render(request, template, context, status=422 if form.errors else 200)
