"""Who came in, who failed to, and who may do what since when: for the owner to look through."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookme.core.actor import Actor, ActorKind
from bookme.core.permissions import Permission
from bookme.eventlog.events import AuditTopic
from bookme.eventlog.models import AuditRecord
from bookme.tenants.context import require_tenant
from bookme.users.audit import Audited, audit_for, team_names, told_audit
from bookme.users.filters import narrowed_audit
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import DayField
from bookme.web.team.shell import show

PAGE_SIZE = 50
ICONS = {
    AuditTopic.SIGN_IN: "log-in",
    AuditTopic.FAILURE: "shield-alert",
    AuditTopic.ACCOUNT: "circle-user",
    AuditTopic.TEAM: "users",
    AuditTopic.KEY: "key-round",
    AuditTopic.OPERATOR: "headset",
}
LABELS = {
    AuditTopic.FAILURE: _("Refused"),
    AuditTopic.SIGN_IN: _("Sign-ins"),
    AuditTopic.TEAM: _("Team"),
    AuditTopic.ACCOUNT: _("Accounts"),
    AuditTopic.KEY: _("Keys"),
    AuditTopic.OPERATOR: _("BookMe"),
}


class NarrowForm(forms.Form):
    """Whom it is about, and when. Its names are those of the API's filters."""

    person = forms.ChoiceField(label=_("Person"), required=False, widget=forms.Select(attrs={"class": "input"}))

    def __init__(self, data: QueryDict, *, people: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="f-%s", label_suffix="")
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("Until"), required=False)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("Everyone")), *people]

    @property
    def first(self) -> forms.BoundField:
        return self["from"]


@dataclass(frozen=True)
class AuditLine:
    """A fact as a line: when, and by whom unless the sentence begins with them."""

    told: Audited
    at: dt.datetime
    icon: str
    by: str


@dataclass(frozen=True)
class Chip:
    """A topic to narrow to, or all of them."""

    label: Any
    url: str
    is_current: bool


@team_page(Permission.AUDIT_READ, methods=("GET", "HEAD"))
def audit_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """By `?topic=`, `person=`, `from=`, `to=` and `page=`; what cannot be read is said beside its field."""
    people = [(str(user_id), name) for user_id, name in team_names(require_tenant().pk)]
    form = NarrowForm(request.GET, people=people)
    found = narrowed_audit(audit_for(actor), request) if form.is_valid() else None
    page = Paginator(AuditRecord.objects.none() if found is None else found, PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    zone = require_tenant().config.zone
    lines = [_line(each, zone) for each in told_audit(page.object_list, tenant_id=require_tenant().pk)]
    context = {
        "here": "team-security",
        "days": [(day, list(each)) for day, each in groupby(lines, key=lambda line: line.at.date())],
        "chips": _chips(request),
        "form": form,
        "topic": request.GET.get("topic", ""),
        "is_narrowed": any(request.GET.get(name) for name in ("person", "from", "to")),
        "newer": _url(request, page=str(page.previous_page_number())) if page.has_previous() else "",
        "older": _url(request, page=str(page.next_page_number())) if page.has_next() else "",
    }
    return show(request, actor, "team/security.html", context, status=422 if found is None else 200)


def _line(told: Audited, zone: dt.tzinfo) -> AuditLine:
    is_said = told.subject is None or told.subject.id == told.actor.id
    by = "" if is_said or told.actor.kind == ActorKind.GUEST else told.actor.name
    return AuditLine(told, told.record.occurred_at.astimezone(zone), ICONS[told.topic], by)


def _chips(request: HttpRequest) -> list[Chip]:
    chosen = request.GET.get("topic", "")
    everything = Chip(_("Everything"), _url(request, topic="", page=""), not chosen)
    return [
        everything,
        *(
            Chip(label, _url(request, topic=topic.value, page=""), chosen == topic.value)
            for topic, label in LABELS.items()
        ),
    ]


def _url(request: HttpRequest, **changed: str) -> str:
    """This page with these members of its query instead; an empty one is none."""
    query = QueryDict(mutable=True)
    for name in ("topic", "person", "from", "to", "page"):
        if value := changed.get(name, request.GET.get(name, "")):
            query[name] = value
    return reverse("team-security") + (f"?{query.urlencode()}" if query else "")
