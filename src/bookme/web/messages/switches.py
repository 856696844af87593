"""The messages that a business may switch off, as a table of kinds and of whom they are to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.communications.kinds import MESSAGES, Audience, Category, Family, Kind, message_name
from bookme.communications.wording import AUDIENCES, KINDS, Said
from bookme.tenants.config import BusinessConfig
from bookme.web.messages.looks import KIND_ICONS

COLUMNS = (Audience.CUSTOMER, Audience.STAFF, Audience.BUSINESS)


@dataclass(frozen=True)
class Switch:
    """One message to one audience; without a `name`, it is never sent to them."""

    audience: Promise
    name: str = ""
    is_on: bool = False


@dataclass(frozen=True)
class SwitchRow:
    """One kind of message. `note` is what keeps it from being sent although it is switched on."""

    kind: Kind
    said: Said
    icon: str
    switches: Sequence[Switch]
    note: Promise | str = ""

    @property
    def is_single(self) -> bool:
        return sum(bool(each.name) for each in self.switches) == 1


@dataclass(frozen=True)
class Group:
    """What belongs together."""

    title: Promise
    rows: Sequence[SwitchRow]


def group_of(kind: Kind) -> Promise:
    """The name of the group in which people look for it."""
    told = MESSAGES[kind]
    if told.category is Category.MARKETING:
        return _AFTER
    return _OF_FAMILY[told.family]


def switch_groups(config: BusinessConfig) -> list[Group]:
    """Every message that may be switched off, in groups, in the order of the kinds."""
    rows: dict[Promise, list[SwitchRow]] = {}
    for kind, told in MESSAGES.items():
        if told.category is not Category.ACCOUNT:
            rows.setdefault(group_of(kind), []).append(_row(kind, config))
    return [Group(title, found) for title, found in rows.items()]


def _row(kind: Kind, config: BusinessConfig) -> SwitchRow:
    switches = [_switch(kind, audience, config) for audience in COLUMNS]
    return SwitchRow(kind, KINDS[kind], KIND_ICONS[kind], switches, _note(kind, config))


def _switch(kind: Kind, audience: Audience, config: BusinessConfig) -> Switch:
    label = AUDIENCES[audience]
    if audience not in MESSAGES[kind].audiences:
        return Switch(label)
    name = message_name(kind, audience)
    return Switch(label, name, name not in config.messages.off)


def _note(kind: Kind, config: BusinessConfig) -> Promise | str:
    if kind is Kind.REMINDER and not config.reminders:
        return _("No reminder is set yet: add one.")
    if kind is Kind.FOLLOW_UP and not config.messages.follow_up_hours:
        return _("Not sent yet: say after how many hours.")
    return ""


_AFTER = _("After the visit")
_OF_FAMILY = {
    Family.BOOKING: _("Bookings"),
    Family.WAITING: _("Waitlist"),
    Family.SESSION: _("Classes"),
    Family.ACCOUNT: _("Accounts"),
}
