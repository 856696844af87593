"""How the business writes: which messages at all, by what, when, and for how much a month."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bookme.communications.kinds import SWITCHABLE
from bookme.communications.models import Channel
from bookme.communications.selectors.routes import channel_is_on, channels_of_reminder
from bookme.communications.selectors.spending import month_of, spent_in
from bookme.core.actor import Actor
from bookme.core.errors import Invalid, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.onboarding.actions import change_settings
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import require_tenant
from bookme.web.messages.looks import tabs_for
from bookme.web.messages.settings_forms import CostForm, PartForm, ReminderForm, TimesForm
from bookme.web.messages.switches import switch_groups
from bookme.web.messages.ways import channels_patch, ways_of
from bookme.web.team.doors import team_page
from bookme.web.team.shell import complain, show, tell

HERE = "team-message-settings"
Patch = dict[str, Any]


@team_page(Permission.CONFIG_MANAGE, methods=("GET", "HEAD"))
def message_settings(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _page(request, actor)


@team_page(Permission.CONFIG_MANAGE, methods=("POST",))
def change_message_settings(request: HttpRequest, actor: Actor, part: str) -> HttpResponse:
    """Saves one part of the page; what cannot be kept is said at its field, or above."""
    found = _PARTS.get(part)
    if found is None:
        raise NotFound
    return found(request, actor)


def _save_switches(request: HttpRequest, actor: Actor) -> HttpResponse:
    on = set(request.POST.getlist("on"))
    patch = {"messages": {"off": [name for name in SWITCHABLE if name not in on]}}
    return _saved(request, actor, patch, _("What is sent is saved."))


def _save_ways(request: HttpRequest, actor: Actor) -> HttpResponse:
    patch = channels_patch(require_tenant().config, request.POST.get("step", ""))
    return _saved(request, actor, patch, _("The channels are saved."))


def _save_form(name: str, form_class: type[PartForm]) -> Callable[[HttpRequest, Actor], HttpResponse]:
    def save(request: HttpRequest, actor: Actor) -> HttpResponse:
        form = form_class.of(require_tenant().config, request.POST)
        if not form.is_valid():
            return _page(request, actor, status=422, **{name: form})
        try:
            _change(form.patch(require_tenant().config), actor)
        except Invalid as error:
            form.put(error)
            return _page(request, actor, status=422, **{name: form})
        tell(request, str(form.said))
        return redirect(HERE)

    return save


def _remove_reminder(request: HttpRequest, actor: Actor) -> HttpResponse:
    gone = request.POST.get("reminder", "")
    kept = [vars(each) for each in require_tenant().config.reminders if f"{each.channel}:{each.minutes_before}" != gone]
    return _saved(request, actor, {"reminders": kept}, _("That reminder is not sent any more."))


_PARTS: Mapping[str, Callable[[HttpRequest, Actor], HttpResponse]] = {
    "switches": _save_switches,
    "channels": _save_ways,
    "times": _save_form("times", TimesForm),
    "reminder": _save_form("reminder", ReminderForm),
    "reminder-off": _remove_reminder,
    "cost": _save_form("cost", CostForm),
}


def _saved(request: HttpRequest, actor: Actor, patch: Patch, said: str) -> HttpResponse:
    try:
        _change(patch, actor)
    except Invalid as error:
        complain(request, error.errors[0].detail if error.errors else error.detail)
    else:
        tell(request, said)
    return redirect(HERE)


def _change(patch: Patch, actor: Actor) -> None:
    with write():
        change_settings(tenant=require_tenant(), patch=patch, actor=actor)


def _page(request: HttpRequest, actor: Actor, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    config, at = require_tenant().config, now()
    context = {
        "here": "team-messages",
        "tabs": tabs_for(actor, HERE),
        "groups": switch_groups(config),
        "ways": ways_of(actor, config),
        "reminders": [
            (each, channel_is_on(Channel(each.channel)), next(filter(channel_is_on, channels_of_reminder(each)), None))
            for each in sorted(config.reminders, key=lambda each: (-each.minutes_before, each.channel))
        ],
        "times": TimesForm.of(config),
        "reminder": ReminderForm.of(config),
        "cost": CostForm.of(config),
        **_spending(config, at),
    }
    return show(request, actor, "messages/settings.html", context | bound, status=status)


def _spending(config: BusinessConfig, at: dt.datetime) -> dict[str, Any]:
    spent, cap = spent_in(month_of(at)), config.messages.monthly_cap
    share = min(100, int(spent * 100 / cap)) if cap else 100 if cap is not None else 0
    return {"spent": spent, "cap": cap, "share": share}
