"""Who one is here: name, phone, language, time zone, and of what, and by what, one wants to be told."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from bookme.communications.actions import choose_own_messages
from bookme.communications.selectors.wishes import own_wishes
from bookme.core.http.views import write
from bookme.core.time import zone_names
from bookme.customers.actions import change_own_customer
from bookme.customers.models import ConsentKind
from bookme.customers.selectors import Profile, own_profile
from bookme.customers.wording import consent_wording
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import require_tenant
from bookme.users.models import SignIn
from bookme.web.account.forms import AccountForm
from bookme.web.account.security import own_page
from bookme.web.booking.forms import PlainText, demand_phone
from bookme.web.me import own_actor
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
        self.fields["marketing_consent"] = forms.BooleanField(
            label=consent_wording(ConsentKind.MARKETING), required=False
        )

    def _choices(self, profile: Profile) -> None:
        codes = dict.fromkeys([*self.config.languages, *filter(None, [profile.language])])
        languages = [("", _("As on this site")), *((code, _own_name(code)) for code in codes)]
        zones = [("", _("As at %(business)s") % {"business": require_tenant().name})]
        zones += [(each, each.replace("_", " ")) for each in sorted(zone_names()) if "/" in each]
        for name, choices in (("language", languages), ("timezone", zones)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["class"] = "input"

    def clean_phone(self) -> str:
        return demand_phone(self.cleaned_data["phone"], country=self.config.country)

    def person_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "phone", "language", "timezone")]

    def channel_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_BY)]

    def values(self) -> dict[str, Any]:
        """Of a form that is valid, as the action takes them."""
        given = self.cleaned_data
        channels = {each.name.removeprefix(_BY): bool(given[each.name]) for each in self.channel_fields()}
        names = ("name", "phone", "language", "timezone", "marketing_consent")
        return {name: given[name] for name in names} | {"channels": channels}


@own_page
def account_profile(request: HttpRequest, sign_in: SignIn) -> HttpResponse:
    """GET shows it; POST changes it, here and wherever they have an account."""
    actor, config = own_actor(request), require_tenant().config
    profile = own_profile(actor)
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, config=config, profile=profile, wishes=own_wishes(actor))
    if request.method == "POST" and form.is_valid():
        with write():
            change_own_customer(values=form.values(), actor=actor)
            choose_own_messages(wanted=form.wanted(), actor=actor)
        messages.success(request, _("Saved."))
        return redirect(reverse("account-profile"))
    context = {"here": "account-profile", "form": form, "user": sign_in.user, "profile": profile}
    return render(request, "portal/profile.html", context, status=422 if form.errors else 200)


def _initial(profile: Profile) -> dict[str, Any]:
    names = ("name", "phone", "language", "timezone", "marketing_consent")
    boxes = {f"{_BY}{channel}": wanted for channel, wanted in profile.channels.items()}
    return {name: getattr(profile, name) for name in names} | boxes


def _channels(config: BusinessConfig) -> dict[str, str]:
    """Those that the business has, e-mail always."""
    found = {"email": _("By e-mail")}
    if config.features.sms:
        found["sms"] = _("By SMS")
    if config.features.whatsapp:
        found["whatsapp"] = _("By WhatsApp")
    return found


def _own_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code
