"""Messages that one may refuse, as pages name and ask for them."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.tenants.config import BusinessConfig

_PREFIX = "message_"
_LABELS: Mapping[str, Promise] = {
    "marketing": _("Offers and news"),
    "booking.reminder": _("Reminders of what I have booked"),
    "booking.hold_ending": _("A word before a place that is held for me is given away"),
    "booking.follow_up": _("Thanks after a visit"),
    "booking.requested.staff": _("Somebody asks for a booking"),
    "booking.confirmed.staff": _("A booking is confirmed"),
    "booking.declined.staff": _("A request is declined"),
    "booking.rescheduled.staff": _("A booking is moved"),
    "booking.cancelled.staff": _("A booking is cancelled"),
    "booking.expired.staff": _("A request runs out without an answer"),
    "session.changed.staff": _("A class is moved"),
    "session.cancelled.staff": _("A class is called off"),
}


class WishesFields(forms.Form):
    """A box for each message: ticked where it is wanted. Other forms have it as a part of theirs."""

    def add_messages(self, wishes: Mapping[str, bool], *, config: BusinessConfig) -> None:
        """Those that the business sends."""
        for name in _sent(wishes, config):
            self.fields[_PREFIX + name] = forms.BooleanField(
                label=message_label(name), required=False, initial=wishes[name]
            )

    def message_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_PREFIX)]

    def wanted(self) -> dict[str, bool]:
        """Of a form that is valid, as the actions take it."""
        return {each.name.removeprefix(_PREFIX): self.cleaned_data[each.name] for each in self.message_fields()}


def message_label(name: str) -> str:
    return str(_LABELS[name])


def _sent(names: Iterable[str], config: BusinessConfig) -> list[str]:
    never = set(config.messages.off)
    if not config.reminders:
        never.add("booking.reminder")
    if config.messages.follow_up_hours is None:
        never.add("booking.follow_up")
    return [each for each in names if each not in never]
