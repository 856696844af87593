"""What one sets up for oneself, at each door: how it stands, setting up, recovery codes, turning off.

Whoever lacks a second factor that is demanded is led here from everywhere else, and `next` leads back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bookme.core.errors import Conflict, DomainError
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import current_tenant
from bookme.users.actions import (
    begin_two_factor,
    confirm_two_factor,
    is_fresh,
    remake_recovery_codes,
    turn_off_two_factor,
)
from bookme.users.authentication import end_session, page_actor, session_sign_in
from bookme.users.models import SignIn, TwoFactor
from bookme.users.selectors import pending_two_factor, recovery_codes_left, two_factor_demanded, two_factor_uri
from bookme.web.account.coming_in import View, account_page, own_path
from bookme.web.account.doors import ADMIN, Door, with_next
from bookme.web.account.forms import AccountForm, SamePersonForm
from bookme.web.team.shell import show
from bookme.web.two_factor.forms import AnyCodeForm, CodeForm, TurnOffForm

FEW = 3


@dataclass(frozen=True)
class OwnFactor:
    """Whose second factor it is, at which door, and the path to go on to when they are done, or an empty text."""

    request: HttpRequest
    door: Door
    sign_in: SignIn
    onward: str

    def url(self, name: str = "") -> str:
        """Of the page `name` of the second factor, which leads on to where this one does."""
        return with_next(self.door.url("two-factor") + (f"{name}/" if name else ""), self.onward)

    @property
    def urls(self) -> dict[str, str]:
        """For templates."""
        return {
            "first": self.url(),
            "setup": self.url("setup"),
            "remake": self.url("recovery-codes"),
            "off": self.url("off"),
            "onward": self.onward or self.url(),
            "all": ADMIN if self.door is Door.OPERATOR else reverse("account-security"),
        }

    def page(self, template: str, context: dict[str, Any], *, form: AccountForm | None = None) -> HttpResponse:
        status = 422 if form and form.errors else 200
        known = {
            "mine": self,
            "user": self.sign_in.user,
            "form": form,
            "is_demanded": two_factor_demanded(self.sign_in),
        }
        actor = page_actor(self.request)
        if self.door is Door.TEAM and actor.is_team:
            shell = known | {"layout": "two_factor/shell.html"} | context
            return show(self.request, actor, f"two_factor/{template}.html", shell, status=status)
        alone = known | {"layout": self.door.layout("two_factor")} | context
        return render(self.request, f"two_factor/{template}.html", alone, status=status)


OwnView = Callable[[OwnFactor], HttpResponse]


def factor_page(view: OwnView) -> View:
    """A page of one's own second factor; whoever is not signed in does so first, and comes back."""

    @account_page
    @wraps(view)
    def wrapped(request: HttpRequest, door: str) -> HttpResponse:
        at, sign_in = Door(door), session_sign_in(request)
        if sign_in is None:
            end_session(request)
            return redirect(with_next(at.sign_in_url, at.url("two-factor")))
        mine = OwnFactor(request, at, sign_in, own_path(request.GET.get("next", "")))
        try:
            return view(mine)
        except Conflict:
            return redirect(mine.url())

    return wrapped


@factor_page
def state(mine: OwnFactor) -> HttpResponse:
    """GET tells how it stands; POST begins to set it up."""
    user, request = mine.sign_in.user, mine.request
    if user.has_two_factor:
        left = recovery_codes_left(user)
        return mine.page("on", {"since": user.two_factor.confirmed_at, "left": left, "are_few": left <= FEW})
    asks_password = user.has_usable_password() and not is_fresh(mine.sign_in, now=now())
    form = SamePersonForm(_posted(request), asks_password=asks_password)
    if request.method == "POST" and form.is_valid():
        try:
            begin_two_factor(**form.given, sign_in=mine.sign_in, now=now())
            return redirect(mine.url("setup"))
        except DomainError as error:
            _refuse(form, error)
    return mine.page("off", {}, form=form)


@factor_page
def set_up(mine: OwnFactor) -> HttpResponse:
    """GET shows the secret that waits to be confirmed; POST confirms it, and shows the recovery codes this once."""
    begun = pending_two_factor(mine.sign_in.user, now=now())
    if begun is None:
        return redirect(mine.url())
    form = CodeForm(_posted(mine.request))
    if mine.request.method == "POST" and form.is_valid():
        try:
            codes = confirm_two_factor(
                sign_in=mine.sign_in, code=form.cleaned_data["code"], origin=origin_of(mine.request), now=now()
            )
            return mine.page("codes", {"codes": codes, "is_new": True})
        except DomainError as error:
            _refuse(form, error)
    return mine.page("setup", {"qr": _qr_code(mine, begun), "secret": _in_groups(begun.secret)}, form=form)


@factor_page
def recovery_codes(mine: OwnFactor) -> HttpResponse:
    """GET asks for a code; POST makes new ones, and shows them this once."""
    form = AnyCodeForm(_posted(mine.request))
    if mine.request.method == "POST" and form.is_valid():
        try:
            codes = remake_recovery_codes(
                sign_in=mine.sign_in, code=form.cleaned_data["code"], origin=origin_of(mine.request), now=now()
            )
            return mine.page("codes", {"codes": codes, "is_new": False})
        except DomainError as error:
            _refuse(form, error)
    return mine.page("remake", {}, form=form)


@factor_page
def turn_off(mine: OwnFactor) -> HttpResponse:
    """GET asks for password and code; POST turns it off."""
    form = TurnOffForm(_posted(mine.request), asks_password=mine.sign_in.user.has_usable_password())
    if mine.request.method == "POST" and form.is_valid():
        try:
            turn_off_two_factor(**form.given, sign_in=mine.sign_in, origin=origin_of(mine.request), now=now())
            messages.success(mine.request, _("Two-factor sign-in is off."))
            return redirect(mine.url())
        except DomainError as error:
            _refuse(form, error)
    return mine.page("turn_off", {}, form=form)


def _posted(request: HttpRequest) -> QueryDict | None:
    """A form that asks for nothing is sent empty."""
    return request.POST if request.method == "POST" else None


def _refuse(form: AccountForm, error: DomainError) -> None:
    """Of what has changed meanwhile, the page that tells how it stands says all there is to say."""
    if isinstance(error, Conflict):
        raise error
    form.take_refusal(error)


def _qr_code(mine: OwnFactor, begun: TwoFactor) -> SafeString:
    """As SVG, black on white with the quiet zone that readers need, whatever the page's own colours are."""
    uri = two_factor_uri(begun, tenant=current_tenant() if mine.sign_in.tenant_id else None)
    drawn = segno.make(uri, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by the library: the text is in it as modules alone


def _in_groups(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
