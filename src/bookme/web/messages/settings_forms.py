"""Forms of the settings of messages. Each makes a patch of the settings, which are checked where the API's are."""

import datetime as dt
from abc import abstractmethod
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.communications.wording import CHANNELS
from bookme.core.errors import Invalid
from bookme.core.money import amount_text, fits
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import require_tenant
from bookme.web.fields import PlainText
from bookme.web.team.inputs import ClockField

UNITS = {"hours": 60, "days": 24 * 60, "minutes": 1}
_LONGEST_BEFORE = 90 * UNITS["days"]
_UNIT_NAMES = {"hours": gettext_lazy("hours"), "days": gettext_lazy("days"), "minutes": gettext_lazy("minutes")}


def _count(label: Any, help_text: Any = "", *, most: int, required: bool = True) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input num", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=most, required=required, help_text=help_text, widget=widget
    )


class PartForm(forms.Form):
    """A part of the settings. `said` is what is told once it is saved."""

    said: Promise

    @classmethod
    def of(cls, config: BusinessConfig, data: Any = None) -> Self:
        return cls(data, initial=cls.now_set(config), auto_id="f-%s", label_suffix="")

    @classmethod
    @abstractmethod
    def now_set(cls, config: BusinessConfig) -> dict[str, Any]:
        """What the fields begin with."""

    @abstractmethod
    def patch(self, config: BusinessConfig) -> dict[str, Any]:
        """Of a valid form: a merge patch of the settings."""

    def put(self, error: Invalid) -> None:
        """What the settings refused, at the field of that name, or of what it is a part of, else above."""
        for each in error.errors:
            name = next((part for part in reversed(each.pointer.split("/")) if part in self.fields), None)
            self.add_error(name, each.detail.partition(": ")[2] or each.detail)


class TimesForm(PartForm):
    """When nobody is disturbed, when they are thanked, and when a hold is said to end."""

    said = gettext_lazy("The times are saved.")

    quiet_from = ClockField(label=gettext_lazy("Quiet from"), required=False)
    quiet_to = ClockField(label=gettext_lazy("until"), required=False)
    follow_up_hours = _count(
        gettext_lazy("Thank them after so many hours"),
        gettext_lazy("Empty: nobody is. Only who agreed to be written to is."),
        most=720,
        required=False,
    )
    hold_warning_minutes = _count(gettext_lazy("Warn so many minutes before a hold ends"), most=1440)

    @classmethod
    def now_set(cls, config: BusinessConfig) -> dict[str, Any]:
        found = config.messages
        is_never = found.quiet_from is None or found.quiet_from == found.quiet_to
        return {
            "quiet_from": None if is_never else found.quiet_from,
            "quiet_to": None if is_never else found.quiet_to,
            "follow_up_hours": found.follow_up_hours,
            "hold_warning_minutes": found.hold_warning_minutes,
        }

    def clean(self) -> None:
        given = self.cleaned_data
        for one, other in (("quiet_from", "quiet_to"), ("quiet_to", "quiet_from")):
            if given.get(one) is None and given.get(other) is not None and one not in self.errors:
                self.add_error(one, _("Give both times, or none."))

    def patch(self, config: BusinessConfig) -> dict[str, Any]:
        given = self.cleaned_data
        quiet = {name: _clock(given[name]) for name in ("quiet_from", "quiet_to")}
        numbers = {name: given[name] for name in ("follow_up_hours", "hold_warning_minutes")}
        return {"messages": quiet | numbers}


class ReminderForm(PartForm):
    """One more reminder: by what, and how long before."""

    said = gettext_lazy("The reminder is added.")

    channel = forms.ChoiceField(
        label=gettext_lazy("By"),
        choices=[(each.value, label) for each, label in CHANNELS.items()],
        widget=forms.Select(attrs={"class": "input"}),
    )
    count = _count(gettext_lazy("How long before"), most=_LONGEST_BEFORE)
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[
            ("hours", gettext_lazy("hours")),
            ("days", gettext_lazy("days")),
            ("minutes", gettext_lazy("minutes")),
        ],
        widget=forms.Select(attrs={"class": "input"}),
    )

    @classmethod
    def now_set(cls, config: BusinessConfig) -> dict[str, Any]:
        return {"channel": "whatsapp" if config.features.whatsapp else "email", "count": 24, "unit": "hours"}

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("count", 0) * UNITS.get(given.get("unit", ""), 0) > _LONGEST_BEFORE:
            self.add_error("count", _("A reminder comes at most 90 days before."))

    def patch(self, config: BusinessConfig) -> dict[str, Any]:
        """What is there already stays once."""
        given = self.cleaned_data
        added = {"channel": given["channel"], "minutes_before": given["count"] * UNITS[given["unit"]]}
        there = [vars(each) for each in config.reminders]
        return {"reminders": there if added in there else [*there, added]}

    def put(self, error: Invalid) -> None:
        for each in error.errors:
            name = "count" if each.pointer.endswith("minutes_before") else None
            self.add_error(name, each.detail.partition(": ")[2] or each.detail)


class CostForm(PartForm):
    """What messages may cost in a month, and where those that cost go."""

    said = gettext_lazy("The bounds are saved.")

    monthly_cap = forms.DecimalField(
        label=gettext_lazy("At most a month"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        required=False,
        help_text=gettext_lazy("Empty: no bound. What would cost more goes by a channel that costs nothing."),
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "decimal"}),
    )

    countries = PlainText(
        label=gettext_lazy("To numbers of these countries"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Codes of two letters, such as GB, FR. Empty: only of your own. Others get an e-mail."),
    )

    @classmethod
    def now_set(cls, config: BusinessConfig) -> dict[str, Any]:
        cap = config.messages.monthly_cap
        return {
            "monthly_cap": None if cap is None else amount_text(cap, config.currency),
            "countries": ", ".join(config.messages.countries),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["countries"].widget.attrs |= {"dir": "ltr", "spellcheck": "false", "autocapitalize": "characters"}

    def clean_monthly_cap(self) -> Decimal | None:
        cap: Decimal | None = self.cleaned_data["monthly_cap"]
        if cap is not None and not fits(cap, require_tenant().config.currency):
            raise forms.ValidationError(_("Your currency has fewer decimals."))
        return cap

    def clean_countries(self) -> list[str]:
        codes = dict.fromkeys(self.cleaned_data["countries"].upper().replace(",", " ").split())
        if any(len(each) != 2 for each in codes):
            raise forms.ValidationError(_("These are codes of two letters, such as GB, FR."))
        return list(codes)

    def patch(self, config: BusinessConfig) -> dict[str, Any]:
        cap = self.cleaned_data["monthly_cap"]
        countries = self.cleaned_data["countries"] or None
        return {"messages": {"monthly_cap": None if cap is None else str(cap), "countries": countries}}


def _clock(at: dt.time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"
