"""Keys by which other programs work with the business."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.actor import Actor
from bookme.core.errors import DomainError
from bookme.core.fetch import one
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import day_bounds, now
from bookme.tenants.context import require_tenant
from bookme.users.actions import make_api_key, revoke_api_key
from bookme.users.keys import grantable_by
from bookme.users.models import ApiKey
from bookme.users.selectors import api_keys_of
from bookme.users.wording import POWERS, Power
from bookme.web.fields import PlainText
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import DayField, put_beside
from bookme.web.team.shell import show, tell

# What a key has by another of its powers is not asked for.
_IMPLIED = {Permission.BOOKINGS_READ_ALL}


class KeyForm(forms.Form):
    """What it is for, what it may do, and until the end of which day."""

    name = PlainText(
        label=gettext_lazy("What is it for?"), max_length=80, help_text=gettext_lazy("Such as: our website.")
    )
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    until = DayField(
        label=gettext_lazy("Good until"),
        required=False,
        help_text=gettext_lazy("That day included. Empty: until you revoke it."),
    )

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data, auto_id="f-%s", label_suffix="")
        self.powers = [each for each in POWERS if each.permission in grantable_by(actor) - _IMPLIED]
        field = self.fields["permissions"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(each.permission.value, each.label) for each in self.powers]

    @property
    def choices(self) -> list[tuple[Any, Power]]:
        """Each box with the power that it is for."""
        return list(zip(self["permissions"], self.powers, strict=True))

    def expires_at(self) -> dt.datetime | None:
        day = self.cleaned_data["until"]
        return day_bounds(day, day, require_tenant().config.zone)[1] if day else None


@dataclass(frozen=True)
class KeyCard:
    """A key with its powers in words, and the last day on which it is good, if there is one."""

    key: ApiKey
    powers: list[Power]
    is_good: bool
    last_day: dt.date | None


@team_page(Permission.API_KEYS_MANAGE, methods=("GET", "HEAD"))
def key_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    at = now()
    cards = [_card(each, at) for each in api_keys_of(require_tenant().pk)]
    context = {
        "here": "team-keys",
        "good": [each for each in cards if each.is_good],
        "gone": [each for each in cards if not each.is_good],
        "may_make": bool(grantable_by(actor)),
        "may_revoke": not actor.is_bound,
    }
    return show(request, actor, "team/keys.html", context)


@team_page(Permission.API_KEYS_MANAGE)
def make_key_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET asks, POST makes it and shows it: this page is the one that does."""
    form = KeyForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with write():
                made = make_api_key(
                    name=given["name"],
                    permissions=[Permission(each) for each in given["permissions"]],
                    expires_at=form.expires_at(),
                    tenant=require_tenant(),
                    actor=actor,
                    now=now(),
                )
        except DomainError as error:
            put_beside(form, error, {"name": "name", "permissions": "permissions", "expires_at": "until"})
        else:
            powers = _powers(made.row.permissions)
            context = {"here": "team-keys", "row": made.row, "text": made.text, "powers": powers}
            return show(request, actor, "team/key_made.html", context, status=201)
    context = {"here": "team-keys", "form": form, "may_make": bool(form.powers)}
    return show(request, actor, "team/key_new.html", context, status=422 if form.errors else 200)


@team_page(Permission.API_KEYS_MANAGE, methods=("POST",))
def revoke_key_page(request: HttpRequest, actor: Actor, key_id: UUID) -> HttpResponse:
    """The list has asked whether they mean it."""
    key = one(api_keys_of(require_tenant().pk), key_id)
    with write():
        revoke_api_key(key=key, actor=actor, now=now())
    tell(request, _("The key %(name)s is revoked.") % {"name": key.name})
    return redirect(reverse("team-keys"))


def _card(key: ApiKey, at: dt.datetime) -> KeyCard:
    ends = key.expires_at
    is_good = key.revoked_at is None and (ends is None or ends > at)
    zone = require_tenant().config.zone
    last_day = (ends - dt.timedelta(microseconds=1)).astimezone(zone).date() if ends else None
    return KeyCard(key, _powers(key.permissions), is_good, last_day)


def _powers(permissions: Collection[str]) -> list[Power]:
    return [each for each in POWERS if each.permission.value in permissions]
