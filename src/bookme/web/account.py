"""Customers sign in, register and sign out on the business's own domain."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from bookme.core.errors import DomainError, Invalid, NotSignedIn, TooMany
from bookme.core.http.client import origin_of
from bookme.core.phones import phone_number
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import (
    MAX_PASSWORD,
    admit,
    ask_to_register,
    registration_of,
    sign_in,
    sign_out,
    verify_registration,
)
from bookme.users.authentication import end_session, session_sign_in, start_session
from bookme.users.models import SignIn, SignInKind
from bookme.web.booking.forms import PlainText


class SignInForm(forms.Form):
    """Who it is."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "username", "dir": "ltr"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password", "dir": "ltr"}),
    )


class RegisterForm(SignInForm):
    """A new customer; the password as in SignInForm, but chosen now."""

    name = PlainText(label=gettext_lazy("Your name"), max_length=120)
    phone = PlainText(label=gettext_lazy("Phone"), max_length=40, required=False)
    field_order = ("name", "email", "phone", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autocomplete"] = "new-password"
        self.fields["password"].help_text = _("At least ten characters.")
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs |= {"autocomplete": "tel", "dir": "ltr"}

    def clean_phone(self) -> str:
        text = str(self.cleaned_data["phone"]).strip()
        number = phone_number(text, country=require_tenant().config.country) if text else ""
        if number is None:
            raise forms.ValidationError(_("This is not a possible phone number."), code="invalid_phone")
        return number


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def customer_sign_in(request: HttpRequest) -> HttpResponse:
    """GET asks who it is; POST signs in and goes back to `next`."""
    form = SignInForm(request.POST or None, auto_id="f-%s", label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            start_session(request, signed_in(request, form))
            return redirect(next_url(request))
        except DomainError as error:
            form.add_error(None, sign_in_refusal(error))
    return _page(request, "account/sign_in.html", form)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def customer_register(request: HttpRequest) -> HttpResponse:
    """GET asks for a name and a password; POST has a link sent, whether or not the address is known."""
    form = RegisterForm(request.POST or None, auto_id="f-%s", label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            ask_to_register(
                **form.cleaned_data,
                language=request.LANGUAGE_CODE,
                tenant=require_tenant(),
                origin=origin_of(request),
                onward=next_url(request),
                now=now(),
            )
            return render(request, "account/written.html", {"email": form.cleaned_data["email"]})
        except DomainError as error:
            for fault in error.errors:
                form.add_error("password", fault.detail)
            if not error.errors:
                form.add_error(None, error.detail)
    return _page(request, "account/register.html", form)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def customer_verify(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks whether it was they who registered; POST makes the account, signs in and goes on."""
    tenant = require_tenant()
    try:
        asked = registration_of(token=token, tenant=tenant)
        if request.method == "POST":
            member = verify_registration(token=token, tenant=tenant, origin=origin_of(request), now=now())
            found = admit(
                who=member,
                tenant=tenant,
                kind=SignInKind.PAGE,
                origin=origin_of(request),
                way="registration",
                now=now(),
            )
            start_session(request, found)
            return redirect(asked.onward or reverse("home"))
    except Invalid:
        return render(request, "account/link_spent.html", status=404)
    return render(request, "account/verify.html", {"asked": asked})


@csrf_protect
@require_POST
def customer_sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the sign-in and forgets who this browser is."""
    sign_out_here(request)
    return redirect(reverse("home"))


def next_url(request: HttpRequest) -> str:
    """Where to go on: an address of this site, else its start page."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if is_ours else reverse("home")


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


def sign_in_refusal(error: DomainError) -> str:
    """Why somebody was not signed in, in words."""
    if isinstance(error, NotSignedIn):
        return _("E-mail and password do not match.")
    if isinstance(error, TooMany):
        return _("Too many failed attempts. Try again in a few minutes.")
    return error.detail


def sign_out_here(request: HttpRequest) -> None:
    """End the sign-in of this browser, and forget it."""
    if found := session_sign_in(request):
        sign_out(sign_in_id=found.id, now=now())
    end_session(request)


def _page(request: HttpRequest, template: str, form: forms.Form) -> HttpResponse:
    context = {"form": form, "next_url": request.GET.get("next", "")}
    return render(request, template, context, status=422 if form.errors else 200)
