"""Forms of the team, read by the serializers of the API, bound by the same actions."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from rest_framework import serializers

from bookme.core.actor import Actor
from bookme.core.errors import DomainError
from bookme.core.http.problems import field_errors
from bookme.core.time import EARLIEST, LATEST, is_calendar_day
from bookme.tenants.context import require_tenant

BOUNDS = {"min": EARLIEST.isoformat(), "max": LATEST.isoformat()}


class DayField(forms.DateField):
    """A day, as browsers send it; one that is too far away is none."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", "class": "input", **BOUNDS}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **options)

    def to_python(self, value: Any) -> dt.date | None:
        day = super().to_python(value)
        if day is not None and not is_calendar_day(day):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class ClockField(forms.TimeField):
    """A time of day, as browsers send it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")
        super().__init__(widget=widget, input_formats=["%H:%M", "%H:%M:%S"], **options)


def context_of(actor: Actor) -> dict[str, Any]:
    """What the serializers want to know, as ApiView tells them."""
    config = require_tenant().config
    return {
        "actor": actor,
        "zone": config.zone,
        "currency": config.currency,
        "country": config.country,
        "language": config.language,
        "languages": config.languages,
    }


def faults_of(serializer: serializers.BaseSerializer[Any]) -> Iterator[tuple[str, str]]:
    """After `is_valid` has said no: each fault's pointer and words."""
    errors: Any = serializer.errors
    details = serializers.ValidationError(errors).get_full_details()
    for each in field_errors(details):
        yield each.pointer, each.detail


def put_beside(
    form: forms.Form, faults: serializers.BaseSerializer[Any] | DomainError, names: Mapping[str, str]
) -> None:
    """Each fault beside the form's field of that name; what has none is said above the form."""
    if isinstance(faults, DomainError):
        found = [(each.pointer, each.detail) for each in faults.errors] or [("", faults.detail)]
    else:
        found = list(faults_of(faults))
    for pointer, detail in found:
        name = names.get(pointer.split("/")[1] if "/" in pointer else "")
        form.add_error(name if name in form.fields else None, detail)


def instant_text(day: dt.date, clock: dt.time, zone: dt.tzinfo) -> str:
    """A wall time as the API reads instants."""
    return dt.datetime.combine(day, clock, tzinfo=zone).isoformat()
