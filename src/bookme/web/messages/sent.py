"""What went out: when, to whom, by which channel, and how it went; one message, and sending it again."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.communications.actions import send_again
from bookme.communications.filters import ON_RECORD, READERS, narrowed_notifications
from bookme.communications.kinds import Audience
from bookme.communications.models import Attempt, AttemptOutcome, Channel, Notification, NotificationStatus
from bookme.communications.selectors.channel_accounts import room_of_mail
from bookme.communications.selectors.notifications import (
    notification_visible_to,
    notifications_visible_to,
    readers_of,
)
from bookme.communications.selectors.planned import Planned, planned_for
from bookme.communications.selectors.queue import has_its_turn, next_try, unclear_channels
from bookme.communications.selectors.stopped import own_address_stopped
from bookme.communications.wording import (
    AUDIENCES,
    CHANNELS,
    KINDS,
    MAYBE_THROUGH,
    NOT_THROUGH,
    STATUSES,
    error_text,
    kind_text,
    reason_text,
)
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, DomainError, TooMany
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.web.messages.looks import CHANNEL_ICONS, KIND_ICONS, OUTCOME_LOOKS, PLANNED_LOOK, STATUS_LOOKS, tabs_for
from bookme.web.team.cards import Card, Look
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import DayField
from bookme.web.team.shell import complain, show, tell

PAGE_SIZE = 50
NARROWING = ("channel", "kind", "audience", "search", "from", "to")


class NarrowForm(forms.Form):
    """By what, of what, to whom, and when. Its names are those of the API's filters."""

    search = forms.CharField(
        label=gettext_lazy("Address or subject"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "search"}),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="f-%s", label_suffix="")
        self.fields["channel"] = _choice(_("By"), [(each.value, label) for each, label in CHANNELS.items()])
        self.fields["kind"] = _choice(_("Message"), [(each.value, KINDS[each].label) for each in ON_RECORD])
        self.fields["audience"] = _choice(_("To"), [(each.value, AUDIENCES[each]) for each in READERS])
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("Until"), required=False)

    @property
    def first(self) -> forms.BoundField:
        return self["from"]


@dataclass(frozen=True)
class Chip:
    """A status to narrow to, or all of them."""

    label: Promise | str
    url: str
    is_current: bool


@dataclass(frozen=True)
class SentLine:
    """A message as the team reads it; `reader` is the name of whom it is to, if there is one."""

    row: Notification
    reader: str = ""

    @property
    def at(self) -> dt.datetime:
        """When it went out, else when it was recorded, in the wall time of the business."""
        return self.row.sent_at.astimezone(require_tenant().config.zone) if self.row.sent_at else self.recorded

    @property
    def recorded(self) -> dt.datetime:
        return self.row.created_at.astimezone(require_tenant().config.zone)

    @property
    def look(self) -> Look:
        return STATUS_LOOKS[NotificationStatus(self.row.status)]

    @property
    def kind(self) -> str:
        return kind_text(self.row.kind)

    @property
    def icon(self) -> str:
        return KIND_ICONS.get(self.row.kind, "mail")  # type: ignore[call-overload, no-any-return]

    @property
    def channel(self) -> Promise:
        return CHANNELS[Channel(self.row.channel)]

    @property
    def channel_icon(self) -> str:
        return CHANNEL_ICONS[Channel(self.row.channel)]

    @property
    def audience(self) -> Promise:
        return AUDIENCES[Audience(self.row.audience)]

    @property
    def to_whom(self) -> str:
        return self.reader or (str(self.audience) if self.row.audience == Audience.BUSINESS else "")

    @property
    def reason(self) -> str:
        return reason_text(self.row.reason) if self.row.reason else ""

    @property
    def meaning(self) -> Promise:
        if not self.is_waiting or not self.row.attempts:
            return STATUSES[NotificationStatus(self.row.status)].meaning
        return MAYBE_THROUGH if unclear_channels(self.row) else NOT_THROUGH

    @cached_property
    def next_at(self) -> dt.datetime | None:
        """When it goes out, or is tried again; None of one that is over."""
        return next_try(self.row)

    @property
    def is_due(self) -> bool:
        return self.next_at is not None and self.next_at <= now()

    @property
    def is_waiting(self) -> bool:
        return bool(self.row.status == NotificationStatus.QUEUED)

    @property
    def is_mail(self) -> bool:
        return bool(self.row.channel == Channel.EMAIL)

    @cached_property
    def tried(self) -> list[Promise]:
        """The channels that were given up before."""
        return [CHANNELS[Channel(each)] for each in self.row.tried]


@dataclass(frozen=True)
class TryLine:
    """One attempt."""

    row: Attempt

    @property
    def look(self) -> Look:
        return OUTCOME_LOOKS[AttemptOutcome(self.row.outcome)]

    @property
    def channel(self) -> Promise:
        return CHANNELS[Channel(self.row.channel)]

    @property
    def at(self) -> dt.datetime:
        return self.row.created_at.astimezone(require_tenant().config.zone)

    @property
    def error(self) -> str:
        return error_text(self.row.error)


@dataclass(frozen=True)
class PlannedLine:
    """A message that goes out later, to the customer of a booking."""

    planned: Planned

    @property
    def look(self) -> Look:
        return PLANNED_LOOK

    @property
    def kind(self) -> str:
        return kind_text(self.planned.kind)

    @property
    def icon(self) -> str:
        return KIND_ICONS[self.planned.kind]

    @property
    def channel(self) -> Promise | str:
        return CHANNELS[self.planned.channel] if self.planned.channel else ""

    @property
    def channel_icon(self) -> str:
        return CHANNEL_ICONS[self.planned.channel] if self.planned.channel else "circle-slash"

    @property
    def booking(self) -> Booking:
        return self.planned.booking

    @property
    def at(self) -> dt.datetime:
        return self.planned.due_at.astimezone(require_tenant().config.zone)


def lines_of(rows: list[Notification]) -> list[SentLine]:
    readers = readers_of(rows)
    return [SentLine(each, readers.get(each.pk, "")) for each in rows]


@team_page(Permission.NOTIFICATIONS_READ, methods=("GET", "HEAD"))
def sent_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """By `?status=`, what NarrowForm asks for, and `page=`; what cannot be read is said beside its field."""
    form = NarrowForm(request.GET)
    found = narrowed_notifications(notifications_visible_to(actor), request) if form.is_valid() else None
    page = Paginator(Notification.objects.none() if found is None else found, PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    lines = lines_of(list(page.object_list))
    context = {
        "here": "team-messages",
        "tabs": tabs_for(actor, "team-messages"),
        "planned": _planned(request, actor),
        "days": [(day, list(each)) for day, each in groupby(lines, key=lambda line: line.recorded.date())],
        "chips": _chips(request),
        "form": form,
        "status": request.GET.get("status", ""),
        "own_stopped": own_address_stopped(),
        "may_lift": actor.may(Permission.MESSAGES_MANAGE),
        "room": room_of_mail(now=now()),
        "is_narrowed": any(request.GET.get(name) for name in NARROWING),
        "newer": _url(request, page=str(page.previous_page_number())) if page.has_previous() else "",
        "older": _url(request, page=str(page.next_page_number())) if page.has_next() else "",
    }
    return show(request, actor, "messages/sent.html", context, status=422 if found is None else 200)


@team_page(Permission.NOTIFICATIONS_READ, methods=("GET", "HEAD"))
def message_page(request: HttpRequest, actor: Actor, notification_id: UUID) -> HttpResponse:
    """How it looked, how it went, and of what it told."""
    row = notification_visible_to(actor, notification_id)
    told = bookings_visible_to(actor).filter(pk__in=row.booking_ids) if actor.may(Permission.BOOKINGS_READ) else []
    (line,) = lines_of([row])
    context = {
        "here": "team-messages",
        "line": line,
        "tries": [TryLine(each) for each in row.tries.all()],
        "cards": [Card(each, actor, now()) for each in told],
        "may_send": actor.may(Permission.NOTIFICATIONS_SEND) and not has_its_turn(row),
    }
    return show(request, actor, "messages/message.html", context)


@team_page(Permission.NOTIFICATIONS_SEND, methods=("POST",))
def send_message_again(request: HttpRequest, actor: Actor, notification_id: UUID) -> HttpResponse:
    """Lets it go out once more, with what is true now."""
    try:
        with write():
            send_again(notification=notification_visible_to(actor, notification_id), actor=actor, now=now())
    except (Conflict, TooMany) as error:
        complain(request, _why_not(error))
    else:
        tell(request, _("It goes out once more, with what is true now."))
    return redirect("team-message", notification_id)


def _planned(request: HttpRequest, actor: Actor) -> list[PlannedLine]:
    """What goes out next, where all that waits is looked at."""
    if request.GET.get("status") != NotificationStatus.QUEUED or any(request.GET.get(name) for name in NARROWING):
        return []
    return [PlannedLine(each) for each in planned_for(actor, at_most=PAGE_SIZE)]


def _why_not(error: DomainError) -> str:
    said = {
        "still_waiting": _("This message is on its way already."),
        "no_longer_true": _("The booking has changed: this message would no longer be true."),
        "sent_too_often": _("This message was sent again several times within the hour: let some time pass."),
    }
    return said.get(error.code, error.detail)


def _choice(label: str, choices: list[Any]) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "input"})
    return forms.ChoiceField(label=label, choices=[("", _("All")), *choices], required=False, widget=widget)


def _chips(request: HttpRequest) -> list[Chip]:
    chosen = request.GET.get("status", "")
    everything = Chip(_("Everything"), _url(request, status="", page=""), not chosen)
    return [
        everything,
        *(
            Chip(said.label, _url(request, status=status.value, page=""), chosen == status.value)
            for status, said in STATUSES.items()
        ),
    ]


def _url(request: HttpRequest, **changed: str) -> str:
    """This page with these members of its query instead; an empty one is none."""
    query = QueryDict(mutable=True)
    for name in ("status", *NARROWING, "page"):
        if value := changed.get(name, request.GET.get(name, "")):
            query[name] = value
    return reverse("team-messages") + (f"?{query.urlencode()}" if query else "")
