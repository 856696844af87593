"""What things cost and how long they take."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.http.views import write
from bookme.core.money import amount_text
from bookme.core.permissions import Permission
from bookme.services.actions import change_service
from bookme.services.models import MAX_DURATION, MAX_PADDING, Service
from bookme.services.selectors import service_for, services_for
from bookme.services.serializers import ServiceSerializer
from bookme.staff.selectors import offers_of_service
from bookme.tenants.context import require_tenant
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import context_of, put_beside
from bookme.web.team.new import category_order
from bookme.web.team.shell import show, tell

FIELDS = ("price", "duration_minutes", "padding_before_minutes", "padding_after_minutes", "is_active")


def _minutes(label: Any, *, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input num", "inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text, widget=widget)


class PriceForm(forms.Form):
    """Price and times of a service."""

    price = forms.DecimalField(
        label=gettext_lazy("Price"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "decimal"}),
    )
    duration_minutes = _minutes(gettext_lazy("Minutes"), least=1, most=MAX_DURATION)
    padding_before_minutes = _minutes(
        gettext_lazy("Kept free before, in minutes"), least=0, most=MAX_PADDING, help_text=gettext_lazy("To prepare.")
    )
    padding_after_minutes = _minutes(
        gettext_lazy("Kept free after, in minutes"), least=0, most=MAX_PADDING, help_text=gettext_lazy("To tidy up.")
    )
    is_active = forms.BooleanField(label=gettext_lazy("Can be booked"), required=False)


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def price_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything on offer by category, and what is no longer on offer."""
    services = sorted(services_for(actor), key=category_order)
    offered = [each for each in services if each.is_active]
    context = {
        "here": "team-services",
        "groups": [(category, list(found)) for category, found in groupby(offered, key=lambda each: each.category)],
        "retired": [each for each in services if not each.is_active],
        "may_edit": actor.may(Permission.CATALOGUE_MANAGE) and not actor.is_bound,
    }
    return show(request, actor, "team/prices.html", context)


@team_page(Permission.CATALOGUE_MANAGE)
def edit_price(request: HttpRequest, actor: Actor, service_id: UUID) -> HttpResponse:
    """GET shows, POST changes; bookings that were made keep their price."""
    service = service_for(actor, service_id)
    form = PriceForm(request.POST or None, initial=_initial(service), auto_id="f-%s", label_suffix="")
    if request.method == "POST" and form.is_valid():
        data = {name: str(form.cleaned_data[name]) for name in FIELDS}
        checked = ServiceSerializer(service, data=data, partial=True, context=context_of(actor))
        refused = _saved(service, checked, actor)
        if refused is None:
            tell(request, _("%(name)s is saved.") % {"name": service.text("name", request.LANGUAGE_CODE)})
            return redirect(reverse("team-services"))
        put_beside(form, refused, {name: name for name in FIELDS})
    own = [each for each in offers_of_service(actor, service) if each.price is not None or each.duration_minutes]
    context = {"here": "team-services", "service": service, "form": form, "own": own}
    return show(request, actor, "team/price.html", context, status=422 if form.errors else 200)


def _saved(service: Service, checked: ServiceSerializer, actor: Actor) -> ServiceSerializer | Invalid | None:
    """Saves it, and answers None; else who says what is wrong."""
    if not checked.is_valid():
        return checked
    try:
        with write():
            change_service(service=service, values=checked.validated_data, actor=actor)
    except Invalid as error:
        return error
    return None


def _initial(service: Service) -> dict[str, Any]:
    given = {name: getattr(service, name) for name in FIELDS}
    return given | {"price": amount_text(service.price, require_tenant().config.currency)}
