"""What is around every page of the team: where one can go, how many requests wait, what has just been done."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings.models import Booking
from bookme.bookings.selectors.team import visits_asked_for
from bookme.bookings.states import UNDO
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.services.models import ServiceKind
from bookme.services.selectors import services_for
from bookme.staff.models import TimeOff
from bookme.team.wording import ROLE_NAMES
from bookme.tenants.context import require_tenant
from bookme.web.people.switching import other_teams

UNDO_TAG = "undo"
BLOCKED_TAG = "blocked"
DAY_TAG = "day"
REMOVED_TAG = "removed"
LIST_PERMISSIONS = (Permission.BOOKINGS_EXPORT, Permission.BOOKINGS_IMPORT, Permission.CUSTOMERS_MANAGE)
# What opens each of these pages: any of the permissions.
_NEEDING = (
    ((Permission.NOTIFICATIONS_READ,), "team-messages", "send", gettext_lazy("Messages")),
    (LIST_PERMISSIONS, "team-lists", "arrow-down-up", gettext_lazy("Import and export")),
    ((Permission.TEAM_MANAGE,), "team-people", "users-round", gettext_lazy("People")),
    ((Permission.API_KEYS_MANAGE,), "team-keys", "key-round", gettext_lazy("API keys")),
    ((Permission.AUDIT_READ,), "team-security", "shield", gettext_lazy("Security")),
    ((Permission.CONFIG_MANAGE,), "team-domains", "globe", gettext_lazy("Web addresses")),
    ((Permission.CONFIG_MANAGE,), "team-website", "panels-top-left", gettext_lazy("On your website")),
)


@dataclass(frozen=True)
class NavItem:
    """One place to go. `count` is what waits there."""

    url: str
    icon: str
    label: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True)
class Toast:
    """What has just happened: to be taken back if it has a `booking_id` with its `version`, or a `time_off_id`.

    With a `day`, as YYYY-MM-DD, the way to that day of the agenda is beside it; with `again`, a query of the page of
    people, the way to invite somebody again.
    """

    text: str
    is_bad: bool
    booking_id: str = ""
    version: str = ""
    time_off_id: str = ""
    day: str = ""
    again: str = ""


def show(
    request: HttpRequest, actor: Actor, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the team with its navigation; `here` in the context names the entry that is current."""
    waiting = visits_asked_for(actor, now=now())
    shell = {
        "actor": actor,
        "role": role_text(actor),
        "waiting": waiting,
        "nav": navigation(actor, context.get("here", ""), waiting),
        "toasts": [_toast(each) for each in messages.get_messages(request)],
        "may_book": actor.may(Permission.BOOKINGS_MANAGE),
        "here_url": request.get_full_path(),
        "other_teams": other_teams(actor),
    }
    return render(request, template, shell | context, status=status)


def navigation(actor: Actor, here: str, waiting: int) -> Sequence[NavItem]:
    """The pages that this actor can use, in order."""
    entries = [("team-agenda", "calendar-days", _("Agenda")), ("team-requests", "inbox", _("Requests"))]
    if services_for(actor).filter(kind=ServiceKind.CLASS, is_active=True).exists():
        entries.append(("team-classes", "users", _("Classes")))
    if require_tenant().config.features.waitlist:
        entries.append(("team-waitlist", "list-ordered", _("Waitlist")))
    entries.append(("team-away", "calendar-off", _("Time off")))
    entries.append(("team-services", "tag", _("Prices")))
    entries.append(("team-hours", "clock", _("Hours")))
    entries.extend(
        (name, icon, str(label)) for needed, name, icon, label in _NEEDING if any(actor.may(each) for each in needed)
    )
    return [
        NavItem(reverse(name), icon, label, name == here, waiting if name == "team-requests" else 0)
        for name, icon, label in entries
    ]


def role_text(actor: Actor) -> str:
    """`Manager`."""
    return str(ROLE_NAMES[actor.role]) if actor.role else _("Operator")


def tell(request: HttpRequest, text: str) -> None:
    """Say on the next page what has been done."""
    messages.success(request, text)


def tell_of(request: HttpRequest, booking: Booking, text: str) -> None:
    """As `tell`, with the way back where there is one."""
    can_undo = booking.state in UNDO
    tags = f"{UNDO_TAG}:{booking.pk}:{booking.version}" if can_undo else ""
    messages.success(request, text, extra_tags=tags)


def tell_of_blocked(request: HttpRequest, row: TimeOff, text: str) -> None:
    """As `tell`, with the way to free that time again."""
    messages.success(request, text, extra_tags=f"{BLOCKED_TAG}:{row.pk}")


def tell_of_day(request: HttpRequest, day: dt.date, text: str) -> None:
    """As `tell`, with the way to that day of the agenda."""
    messages.success(request, text, extra_tags=f"{DAY_TAG}:{day.isoformat()}")


def tell_of_removed(request: HttpRequest, again: str, text: str) -> None:
    """As `tell`, with the way to invite them again, by that query of the page of people."""
    messages.success(request, text, extra_tags=f"{REMOVED_TAG}:{again}")


def complain(request: HttpRequest, text: str) -> None:
    """Say on the next page what could not be done."""
    messages.error(request, text)


def _toast(message: Message) -> Toast:
    is_bad = message.level >= messages.ERROR
    tag, _colon, rest = (message.extra_tags or "").partition(":")
    text = str(message.message)
    if tag == BLOCKED_TAG:
        return Toast(text, is_bad, time_off_id=rest)
    if tag == DAY_TAG:
        return Toast(text, is_bad, day=rest)
    if tag == REMOVED_TAG:
        return Toast(text, is_bad, again=rest)
    booking_id, _colon, version = rest.partition(":")
    return Toast(text, is_bad, booking_id if tag == UNDO_TAG else "", version)
