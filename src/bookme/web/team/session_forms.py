"""The forms of sessions, and in words why one is refused."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bookme.bookings.actions.sessions import SessionChanges, SessionsClash, SessionsRequest
from bookme.bookings.models import Appointment
from bookme.bookings.recurrence import Frequency, Recurrence, instant_on
from bookme.core.errors import DomainError, Invalid
from bookme.core.formats import Formats
from bookme.core.models import Translated
from bookme.locations.models import Location, Resource
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.services.rules import MAX_CAPACITY
from bookme.staff.models import Staff
from bookme.web.team.inputs import ClockField, DayField

ONCE = "once"
REPEATS = {
    "weekly": Recurrence(frequency=Frequency.WEEKLY),
    "fortnightly": Recurrence(frequency=Frequency.WEEKLY, interval=2),
    "monthly": Recurrence(frequency=Frequency.MONTHLY),
}
_FIELD_OF = {
    "service": "service",
    "staff": "person",
    "location": "place",
    "start": "day",
    "capacity": "capacity",
    "min_to_run": "min_to_run",
    "resource": "unit",
    "repeat": "last_day",
}
_WORDS = {
    "unknown_staff": gettext_lazy("This person does not give this class."),
    "unknown_location": gettext_lazy("This class is not given at this place."),
    "unknown_resource": gettext_lazy("This is not at this place."),
    "past": gettext_lazy("This time has passed."),
    "too_large": gettext_lazy("This must not be more than there are places."),
    "too_many_sessions": gettext_lazy("These are too many at once: choose an earlier last day."),
    "out_of_range": gettext_lazy("This is too far ahead: choose an earlier last day."),
    "end_before_start": gettext_lazy("The last day is before the first."),
    "seats_taken": gettext_lazy("More places than that are taken already."),
    "decided": gettext_lazy("It is decided already that this class takes place."),
    "too_late": gettext_lazy("It has begun already."),
    "has_come": gettext_lazy("Somebody has come already. Take that back first."),
    "stale_version": gettext_lazy("Somebody has just changed this class. This is how it is now."),
    "out_of_scope": gettext_lazy("Your role here does not reach this calendar or place."),
}


def _number(label: Any, *, help_text: Any = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input num", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=MAX_CAPACITY, required=False, help_text=help_text, widget=widget
    )


def _choice(label: Any, *, required: bool = True, help_text: Any = "") -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "input"})
    return forms.ChoiceField(label=label, required=required, help_text=help_text, widget=widget)


class _WhereForm(forms.Form):
    """Who gives it, where, and when by the clock of the place."""

    person = _choice(gettext_lazy("Who"))
    place = _choice(gettext_lazy("Where"))
    day = DayField(label=gettext_lazy("Day"))
    start = ClockField(label=gettext_lazy("Begins at"))

    def __init__(self, *args: Any, people: Iterable[Staff], places: Iterable[Location], **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", "label_suffix": ""} | options)
        self.places = {str(each.pk): each for each in places}
        self._offer("person", {str(each.pk): each for each in people})
        self._offer("place", self.places)

    def _offer(self, name: str, rows: Mapping[str, Translated], empty: str | None = None) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        first = [] if empty is None else [("", empty)]
        field.choices = first + [(key, row.text("name", get_language() or "")) for key, row in rows.items()]

    def clean(self) -> dict[str, Any]:
        """`starts_at` is the instant; a time that the clock skips is a fault."""
        given = super().clean() or {}
        place = self.places.get(given.get("place", ""))
        if place is None or not given.get("day") or given.get("start") is None:
            return given
        given["starts_at"] = instant_on(given["day"], given["start"], zone_of(place))
        if given["starts_at"] is None:
            self.add_error("start", _("The clocks go forward on that day: there is no such time."))
        return given

    def refuse(self, error: DomainError, formats: Formats) -> None:
        """The refusal beside the field that it is about, or above the form."""
        if isinstance(error, SessionsClash):
            for clash in error.clashes:
                told = {"day": formats.day(clash.date), "reason": clash.reason}
                self.add_error(None, _("%(day)s: %(reason)s.") % told)
        elif isinstance(error, Invalid) and error.errors:
            for each in error.errors:
                name = _FIELD_OF.get(each.pointer.split("/")[1], "")
                self.add_error(name if name in self.fields else None, str(_WORDS.get(each.code, each.detail)))
        else:
            field = {"seats_taken": "capacity", "decided": "min_to_run"}.get(error.code)
            self.add_error(field, why_not(error))


class PublishForm(_WhereForm):
    """A class to publish, once or until a last day."""

    service = _choice(gettext_lazy("Class"))
    repeat = _choice(gettext_lazy("How often"))
    last_day = DayField(label=gettext_lazy("Last day"), required=False)
    unit = _choice(gettext_lazy("Room or equipment"), required=False)
    capacity = _number(gettext_lazy("Places"), help_text=gettext_lazy("Empty: as many as the class has."))
    min_to_run = _number(gettext_lazy("Needs at least"), help_text=gettext_lazy("Empty: what the class needs."))
    field_order = ("service", "person", "place", "day", "start", "repeat", "last_day", "unit")

    def __init__(self, *args: Any, services: Iterable[Service], units: Sequence[Resource], **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer("service", {str(each.pk): each for each in services})
        self._offer("unit", {str(each.pk): each for each in units}, empty=_("Whatever is free"))
        self.has_units = bool(units)
        field = self.fields["repeat"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            (ONCE, _("Once")),
            ("weekly", _("Every week")),
            ("fortnightly", _("Every two weeks")),
            ("monthly", _("Every month, on this weekday")),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("repeat") in REPEATS and not given.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("Say until which day."))
        return given

    def request(self) -> SessionsRequest:
        """What the action takes; the form is valid."""
        given = self.cleaned_data
        return SessionsRequest(
            service_id=UUID(given["service"]),
            staff_id=UUID(given["person"]),
            location_id=UUID(given["place"]),
            start=given["starts_at"],
            capacity=given["capacity"],
            min_to_run=given["min_to_run"] or ...,
            resource_id=UUID(given["unit"]) if given["unit"] else None,
            repeat=self._repeat(given),
        )

    def _repeat(self, given: dict[str, Any]) -> Recurrence | None:
        rule = REPEATS.get(given["repeat"])
        if rule is None:
            return None
        return Recurrence(frequency=rule.frequency, interval=rule.interval, until=given["last_day"])


class SessionForm(_WhereForm):
    """What can be changed of a session; `version` is that of the session as the page showed it."""

    capacity = _number(gettext_lazy("Places"))
    min_to_run = _number(gettext_lazy("Needs at least"), help_text=gettext_lazy("Empty: it takes place in any case."))
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("day", "start", "person", "place", "capacity", "min_to_run")

    def __init__(self, *args: Any, session: Appointment, **options: Any) -> None:
        super().__init__(*args, initial=_initial(session), **options)
        self.session = session
        self.fields["capacity"].required = True

    def clean(self) -> dict[str, Any]:
        """A time that was not touched stays as it is: in the hour that comes twice, the clock does not tell it all."""
        given = super().clean()
        untouched = not {"day", "start", "place"} & set(self.changed_data)
        return given | {"starts_at": self.session.starts_at} if untouched and "starts_at" in given else given

    def changes(self) -> SessionChanges:
        """What the action takes; the form is valid."""
        given = self.cleaned_data
        return SessionChanges(
            start=given["starts_at"],
            staff_id=UUID(given["person"]),
            location_id=UUID(given["place"]),
            capacity=given["capacity"],
            min_to_run=given["min_to_run"],
        )


def why_not(error: DomainError) -> str:
    """A refusal in words for the team."""
    return str(_WORDS.get(error.code, error.detail))


def _initial(session: Appointment) -> dict[str, Any]:
    local: dt.datetime = session.starts_at.astimezone(zone_of(session.location))
    return {
        "person": str(session.staff_id),
        "place": str(session.location_id),
        "day": local.date(),
        "start": local.time(),
        "capacity": session.capacity,
        "min_to_run": session.min_to_run,
        "version": session.version,
    }
