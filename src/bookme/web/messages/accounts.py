"""The business's own accounts with those who carry its messages. What they are told is never shown again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.communications.actions import remove_account, set_account, try_account
from bookme.communications.credentials import PROVIDERS_OF
from bookme.communications.links import provider_url
from bookme.communications.models import Channel, Provider
from bookme.communications.selectors.channel_accounts import (
    ChannelState,
    channel_state,
    channel_states,
    own_account,
    room_of_mail,
)
from bookme.communications.wording import CHANNELS
from bookme.core.actor import Actor
from bookme.core.errors import Invalid, TooMany
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.messages.account_forms import AccountForm
from bookme.web.messages.looks import CHANNEL_ICONS, Tab, tabs_for
from bookme.web.team.doors import team_page
from bookme.web.team.shell import complain, show, tell

HERE = "team-message-accounts"
_WHY_NOT: dict[str, Promise] = {
    "unreachable": gettext_lazy("It cannot be reached. Look at the name of the server, and at the port."),
    "busy": gettext_lazy("The provider is busy. Try again in a moment."),
    "credentials": gettext_lazy("It does not let us in: the name, the password or the key is not right."),
    "refused": gettext_lazy("The provider refuses. Look at the account there."),
}


@team_page(Permission.CONFIG_MANAGE, methods=("GET", "HEAD"))
def accounts_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    states = [(each, CHANNELS[each.channel], CHANNEL_ICONS[each.channel]) for each in channel_states(actor)]
    context = {
        "here": "team-messages",
        "tabs": tabs_for(actor, HERE),
        "states": states,
        "room": room_of_mail(now=now()),
    }
    return show(request, actor, "messages/accounts.html", context)


@team_page(Permission.CONFIG_MANAGE)
def account_page(request: HttpRequest, actor: Actor, channel: str) -> HttpResponse:
    """GET asks, for the provider that `?provider=` names; POST sets the account."""
    state = channel_state(actor, channel)
    provider = _asked_provider(request, state)
    form = AccountForm(state, provider, request.POST or None)
    if request.method != "POST":
        return _page(request, actor, state, form)
    if form.is_valid():
        try:
            with write():
                set_account(channel=state.channel, provider=provider, actor=actor, **form.values())
        except Invalid as error:
            form.put(error)
        else:
            tell(request, _("The account is saved. Try it, so that you know that it works."))
            return redirect(HERE)
    return _page(request, actor, state, form, status=422)


@team_page(Permission.CONFIG_MANAGE, methods=("POST",))
def try_account_page(request: HttpRequest, actor: Actor, channel: str) -> HttpResponse:
    """Asks the provider whether it lets us in, in no transaction. Nothing is sent."""
    try:
        reason = try_account(account=own_account(actor, channel), actor=actor)
    except TooMany:
        complain(request, _("This was tried often enough for now. Try again later."))
        return redirect(HERE)
    if reason:
        complain(request, str(_WHY_NOT.get(reason, _WHY_NOT["refused"])))
    else:
        tell(request, _("It works: the provider lets us in."))
    return redirect(HERE)


@team_page(Permission.CONFIG_MANAGE, methods=("POST",))
def remove_account_page(request: HttpRequest, actor: Actor, channel: str) -> HttpResponse:
    with write():
        remove_account(account=own_account(actor, channel), actor=actor)
    tell(request, _("The account is forgotten, with all that was known of it."))
    return redirect(HERE)


def _asked_provider(request: HttpRequest, state: ChannelState) -> Provider:
    """The one that is asked for, else the one that there is, else the first for the channel."""
    offered = _offered(state.channel)
    asked = request.GET.get("provider", "")
    if asked in offered:
        return Provider(asked)
    return Provider(state.account.provider) if state.account else offered[0]


def _offered(channel: Channel) -> list[Provider]:
    return [each for each in Provider if each in PROVIDERS_OF[channel]]


def _page(
    request: HttpRequest, actor: Actor, state: ChannelState, form: AccountForm, *, status: int = 200
) -> HttpResponse:
    offered, here = _offered(state.channel), reverse("team-message-account", args=[state.channel.value])
    choices = [Tab(f"{here}?provider={each.value}", "", each.label, each is form.provider) for each in offered]
    context: dict[str, Any] = {
        "here": "team-messages",
        "state": state,
        "label": CHANNELS[state.channel],
        "form": form,
        "choices": choices if len(choices) > 1 else [],
        "keeps": form.keeps,
        "webhook_url": provider_url(form.provider),
    }
    return show(request, actor, "messages/account.html", context, status=status)
