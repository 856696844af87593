"""What is taken along, and what is brought: bookings as a file, bookings and customers from one."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings.export import ExportFormat
from bookme.bookings.filters import narrowed
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.bookings.states import Status
from bookme.bookings.views.exports import exported
from bookme.core.actor import Actor
from bookme.core.errors import NotAllowed, NotFound
from bookme.core.permissions import Permission
from bookme.services.selectors import services_for
from bookme.staff.selectors import calendars_of
from bookme.web.team.cards import LOOKS
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import DayField
from bookme.web.team.shell import LIST_PERMISSIONS, complain, show


class ExportForm(forms.Form):
    """Which bookings; nothing chosen is all of them. Its names are those of the API's filters."""

    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)
    staff = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    status = forms.MultipleChoiceField(
        label=gettext_lazy("Status"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, initial: dict[str, Any], *, actor: Actor, language: str) -> None:
        super().__init__(initial=initial, auto_id="f-%s", label_suffix="")
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("Until"), required=False)
        services = [(str(each.pk), each.text("name", language)) for each in services_for(actor)]
        people = [(str(each.pk), each.name) for each in calendars_of(actor)]
        statuses = [(each.value, LOOKS[each].label) for each in Status]
        chosen = {"service": [("", _("All")), *services], "staff": [("", _("Everyone")), *people], "status": statuses}
        for name, choices in chosen.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for name in ("service", "staff"):
            self.fields[name].widget.attrs["class"] = "input"

    @property
    def first(self) -> forms.BoundField:
        return self["from"]


@team_page(methods=("GET", "HEAD"))
def lists_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """`?from=` and `?to=` are what the form begins with."""
    if not any(actor.may(each) for each in LIST_PERMISSIONS):
        raise NotAllowed
    initial = {name: request.GET.get(name, "") for name in ("from", "to")}
    form = (
        ExportForm(initial, actor=actor, language=request.LANGUAGE_CODE)
        if actor.may(Permission.BOOKINGS_EXPORT)
        else None
    )
    context = {
        "here": "team-lists",
        "form": form,
        "may_import_bookings": actor.may(Permission.BOOKINGS_IMPORT),
        "may_import_customers": actor.may(Permission.CUSTOMERS_MANAGE),
    }
    return show(request, actor, "team/lists.html", context)


@team_page(Permission.BOOKINGS_EXPORT, methods=("GET", "HEAD"))
def download_bookings(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The file, by the same filters as the API's."""
    try:
        wanted = ExportFormat(request.GET.get("format", ""))
    except ValueError as error:
        raise NotFound from error
    found = narrowed(bookings_visible_to(actor), request)
    if found is None:
        complain(request, _("Give days as they are in the calendar."))
        return redirect(reverse("team-lists"))
    return exported(found, wanted)
