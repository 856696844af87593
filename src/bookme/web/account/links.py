"""Links by mail: to sign in without a password, to a new password, to a new address.

Asked for under any address, with one answer for all. What a link does is done by a POST: those who preview mails follow
every link that they see. A new password is also the way back in for operators, on the platform's own host.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookme.core.errors import DomainError, Invalid
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import current_tenant, require_tenant
from bookme.tenants.selectors import platform_url
from bookme.users.actions import (
    admit,
    ask_to_reset,
    ask_to_sign_in,
    confirm_email,
    email_change_of,
    reset_password,
    sign_in_by_link,
    undo_email,
    undone_by,
)
from bookme.users.links import user_of_link, user_of_reset
from bookme.users.models import SignInKind, User
from bookme.users.selectors import candidate, onward_of
from bookme.web.account.coming_in import account_page, come_in, own_path
from bookme.web.account.forms import EmailForm, NewPasswordForm, RegisterForm
from bookme.web.account.sign_in import form_page


@account_page
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """GET asks where to; POST has a link sent there that signs in and goes on to `next`."""
    onward = own_path(request.GET.get("next", ""))
    ask = partial(ask_to_sign_in, tenant=require_tenant(), onward=onward)
    return asked_by_mail(request, "account/ask_link.html", EmailForm(request.POST or None), ask)


@account_page
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who it signs in; POST does, and spends it."""
    tenant = require_tenant()
    try:
        if request.method == "POST":
            onward = onward_of(request.GET.get("request", ""))
            return come_in(
                request,
                lambda: sign_in_by_link(token=token, tenant=tenant, origin=origin_of(request), now=now()),
                onward=onward,
            )
        who = user_of_link(token=token, tenant=tenant)
    except Invalid:
        return spent_page(request, again="account-ask-link")
    return render(request, "account/link.html", {"who": who})


@account_page
def ask_for_reset(request: HttpRequest) -> HttpResponse:
    """GET asks where to; POST has a link to a new password sent there."""
    ask = partial(ask_to_reset, tenant=current_tenant())
    return asked_by_mail(request, "account/ask_reset.html", EmailForm(request.POST or None), ask)


@account_page
def follow_reset(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks for the new password; POST sets it and signs in, on the platform's host to the admin."""
    of_link: dict[str, Any] = {"token": token, "tenant": current_tenant()}
    return _password_chosen(
        request,
        "account/new_password.html",
        look=lambda: {"who": user_of_reset(**of_link)},
        choose=partial(reset_password, **of_link),
        spent=lambda: spent_page(request, again="account-ask-reset"),
    )


@account_page
def follow_new_address(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks for a press of the button; POST makes it the address to sign in with."""
    tenant = current_tenant()
    try:
        if request.method == "POST":
            user = confirm_email(token=token, tenant=tenant, origin=origin_of(request), now=now())
            return render(request, "account/address_done.html", {"who": user})
        email_change_of(token=token, tenant=tenant)
    except Invalid:
        return spent_page(request)
    return render(request, "account/address.html")


@account_page
def undo_address(request: HttpRequest, token: str) -> HttpResponse:
    """From the mail to a former address. GET asks for a new password; POST undoes the change, and signs in."""
    of_link: dict[str, Any] = {"token": token, "tenant": current_tenant()}
    return _password_chosen(
        request,
        "account/address_undo.html",
        look=lambda: {"asked": undone_by(**of_link)},
        choose=partial(undo_email, **of_link),
        spent=lambda: render(request, "account/undo_spent.html", status=404),
    )


def _password_chosen(
    request: HttpRequest,
    template: str,
    *,
    look: Callable[[], dict[str, Any]],
    choose: Callable[..., User],
    spent: Callable[[], HttpResponse],
) -> HttpResponse:
    """The page of a link that ends in a new password; `look` is what it says of the link, `spent` where it is over."""
    form = NewPasswordForm(request.POST or None)
    found: dict[str, Any] = {}
    try:
        found = look()
        if request.method == "POST" and form.is_valid():
            user = choose(password=form.cleaned_data["password"], origin=origin_of(request), now=now())
            return _with_new_password(request, user)
    except Invalid as error:
        if error.code == "link_invalid":
            return spent()
        form.take_refusal(error)
    return render(request, template, {"form": form, **found}, status=422 if form.errors else 200)


def asked_by_mail(
    request: HttpRequest, template: str, form: EmailForm | RegisterForm, ask: Callable[..., object]
) -> HttpResponse:
    """GET shows a public form; POST has a mail sent by `ask`, and says so to everybody, whoever that address is of."""
    if request.method == "POST" and form.is_valid():
        try:
            if not form.is_trapped:
                ask(**form.cleaned_data, language=request.LANGUAGE_CODE, origin=origin_of(request), now=now())
            return written_page(request, form.cleaned_data["email"])
        except DomainError as error:
            form.take_refusal(error)
    return form_page(request, template, form)


def written_page(request: HttpRequest, email: str) -> HttpResponse:
    """What is said whether or not somebody is written to."""
    return render(request, "account/written.html", {"email": email, "mailbox_url": platform_url("/mailbox/")})


def spent_page(request: HttpRequest, *, again: str = "") -> HttpResponse:
    """`again` names the page that asks for another one, where there is one for everybody."""
    return render(request, "account/link_spent.html", {"again_url": reverse(again) if again else ""}, status=404)


def _with_new_password(request: HttpRequest, user: User) -> HttpResponse:
    """The link has proven who it is: they are in, unless they have a second factor; on the platform they sign in.

    Whoever does not belong to this business any more has the new password all the same.
    """
    tenant = current_tenant()
    if tenant is None:
        return redirect(reverse("admin:login"))
    who = candidate(user.email, tenant, operators=False)
    if who is None:
        return redirect(reverse("account-sign-in"))
    kind, origin = SignInKind.PAGE, origin_of(request)
    return come_in(request, lambda: admit(who=who, tenant=tenant, kind=kind, origin=origin, way="reset", now=now()))
