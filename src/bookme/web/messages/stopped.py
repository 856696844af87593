"""Addresses to which nothing goes any more, and letting messages go there again."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bookme.communications.actions import lift_stop
from bookme.communications.filters import narrowed_stopped
from bookme.communications.models import Channel, StoppedAddress, StopReason
from bookme.communications.selectors.stopped import own_address_stopped, stopped_visible_to
from bookme.communications.wording import CHANNELS, STOP_REASONS
from bookme.core.actor import Actor
from bookme.core.fetch import one
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.web.messages.looks import CHANNEL_ICONS, tabs_for
from bookme.web.team.doors import team_page
from bookme.web.team.shell import show, tell

HERE = "team-message-stopped"
PAGE_SIZE = 50


@team_page(Permission.MESSAGES_MANAGE, methods=("GET", "HEAD"))
def stopped_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Newest first, by `?search=` and `page=`."""
    found = narrowed_stopped(stopped_visible_to(actor), request)
    rows = StoppedAddress.objects.none() if found is None else found
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "here": "team-messages",
        "tabs": tabs_for(actor, HERE),
        "lines": [_line(each) for each in page.object_list],
        "page": page,
        "search": request.GET.get("search", ""),
        "own_stopped": own_address_stopped(),
    }
    return show(request, actor, "messages/stopped.html", context, status=422 if found is None else 200)


@team_page(Permission.MESSAGES_MANAGE, methods=("POST",))
def allow_again(request: HttpRequest, actor: Actor, stopped_id: UUID) -> HttpResponse:
    """Messages go there again. The list has said what that means."""
    row = one(stopped_visible_to(actor), stopped_id)
    with write():
        lift_stop(channel=Channel(row.channel), address=row.address, actor=actor)
    tell(request, _("Messages go to %(address)s again.") % {"address": row.address})
    return redirect(HERE)


def _line(row: StoppedAddress) -> tuple[StoppedAddress, Promise, str, Promise]:
    """The row, its channel in words and as an icon, and why."""
    channel = Channel(row.channel)
    return row, CHANNELS[channel], CHANNEL_ICONS[channel], STOP_REASONS[StopReason(row.reason)]
