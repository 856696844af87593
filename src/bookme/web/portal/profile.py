"""Who one is here: name, phone, language, time zone, and of what, and by what, one wants to be told."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from bookme.communications.actions import choose_own_messages
from bookme.communications.selectors.wishes import own_wishes
from bookme.core.formats import zone_choices
from bookme.core.http.views import write
from bookme.customers.actions import change_own_customer
from bookme.customers.actions.accounts import OF_THE_PERSON
from bookme.customers.models import ConsentKind
from bookme.customers.selectors import Profile, own_profile
from bookme.customers.wording import consent_wording
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import require_tenant
from bookme.users.models import SignIn
from bookme.web.account.forms import AccountForm
from bookme.web.account.security import own_page
from bookme.web.context import formats_in, own_name
from bookme.web.fields import PlainText, demand_phone
from bookme.web.me import own_actor
from bookme.web.middleware import remember_language
from bookme.web.wishes import WishesFields

_BY = "by_"


class ProfileForm(WishesFields, AccountForm):
    """What is known of somebody, with a box for each channel that the business reminds by, and each message."""

    name = PlainText(label=gettext_lazy("Your name"), max_length=120)
    phone = PlainText(label=gettext_lazy("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(
        self, *args: Any, config: BusinessConfig, profile: Profile, wishes: Mapping[str, bool], **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=_initial(profile), **kwargs)
        self.config = config
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs |= {"autocomplete": "tel", "dir": "ltr", "inputmode": "tel"}
        self._choices(profile)
        for channel, label in _channels(config).items():
            self.fields[f"{_BY}{channel}"] = forms.BooleanField(label=label, required=False)
        self.add_messages(wishes, config=config)

    def _choices(self, profile: Profile) -> None:
        codes = dict.fromkeys([*self.config.languages, *filter(None, [profile.language])])
        languages = [("", _("As on this site")), *((code, own_name(code)) for code in codes)]
        zones = [("", _("As at %(business)s") % {"business": require_tenant().name})]
        zones += zone_choices(formats_in(get_language() or "").locale, profile.timezone)
        for name, choices in (("language", languages), ("timezone", zones)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["class"] = "input"
        if len(codes) == 1:
            del self.fields["language"]  # there is nothing to choose

    def clean_phone(self) -> str:
        return demand_phone(self.cleaned_data["phone"], country=self.config.country)

    def person_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OF_THE_PERSON if name in self.fields]

    def channel_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_BY)]

    def values(self) -> dict[str, Any]:
        """Of a form that is valid, as the action takes them."""
        given = self.cleaned_data
        channels = {each.name.removeprefix(_BY): bool(given[each.name]) for each in self.channel_fields()}
        return {name: given[name] for name in OF_THE_PERSON if name in given} | {"channels": channels}


@dataclass(frozen=True)
class Answer:
    """What somebody said last to one thing that they are asked to agree to; `at` is None where they never were.

    `url` is the text that the question was about, if there was one.
    """

    text: str
    granted: bool
    at: dt.datetime | None
    url: str = ""


@own_page
def account_profile(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """GET shows it; POST changes it, here and wherever they have an account. Another language holds at once."""
    actor, config = own_actor(request), require_tenant().config
    profile = own_profile(actor)
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, config=config, profile=profile, wishes=own_wishes(actor))
    if request.method == "POST" and form.is_valid():
        with write():
            change_own_customer(values=form.values(), actor=actor)
            choose_own_messages(wanted=form.wanted(), actor=actor)
        return _saved(request, form.cleaned_data.get("language", ""))
    context = {
        "here": "account-profile",
        "form": form,
        "user": sign_in.user,
        "profile": profile,
        "answers": {kind.value: _answer(profile, kind) for kind in ConsentKind},
    }
    return render(request, "portal/profile.html", context, status=422 if form.errors else 200)


@own_page
def account_news(request: HttpRequest, sign_in: SignIn) -> HttpResponse:  # noqa: ARG001 - as of every own page
    """POST agrees to offers and news, or takes that back (`wanted`)."""
    if request.method == "POST":
        wanted = request.POST.get("wanted") == "yes"
        with write():
            change_own_customer(values={"marketing_consent": wanted}, actor=own_actor(request))
        told = _("You get our offers and news from now on.") if wanted else _("You get no offers and news any more.")
        messages.success(request, told)
    return redirect(f"{reverse('account-profile')}#consents")


def _saved(request: HttpRequest, language: str) -> HttpResponse:
    response = redirect(reverse("account-profile"))
    if language not in require_tenant().config.languages:
        messages.success(request, _("Saved."))
        return response
    with override(language):
        messages.success(request, _("Saved."))
    remember_language(request, response, language)
    return response


def _answer(profile: Profile, kind: ConsentKind) -> Answer:
    """The last one; of several with the same answer each is written down with its booking."""
    last = next((each for each in reversed(profile.consents) if each.kind == kind), None)
    if last is None:
        return Answer(consent_wording(kind), granted=False, at=None)
    return Answer(last.wording, last.granted, last.created_at, last.url)


def _initial(profile: Profile) -> dict[str, Any]:
    boxes = {f"{_BY}{channel}": wanted for channel, wanted in profile.channels.items()}
    return {name: getattr(profile, name) for name in OF_THE_PERSON} | boxes


def _channels(config: BusinessConfig) -> dict[str, str]:
    """Those that the business has, e-mail always."""
    found = {"email": _("By e-mail")}
    if config.features.sms:
        found["sms"] = _("By SMS")
    if config.features.whatsapp:
        found["whatsapp"] = _("By WhatsApp")
    return found
