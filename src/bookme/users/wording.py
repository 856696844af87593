"""Roles, permissions and changes of them in words, in the active language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.permissions import CustomerScope, Permission, Role


@dataclass(frozen=True)
class Power:
    """A permission by its name, and what somebody who has it can do."""

    permission: Permission
    label: Promise
    meaning: Promise


POWERS = (
    Power(
        Permission.BOOKINGS_READ, gettext_lazy("See bookings"), gettext_lazy("Look at the agenda and at each booking.")
    ),
    Power(
        Permission.BOOKINGS_READ_ALL,
        gettext_lazy("See everybody’s bookings"),
        gettext_lazy("Without it they see their own calendar, and of the others only when they are busy."),
    ),
    Power(
        Permission.BOOKINGS_MANAGE,
        gettext_lazy("Book, move and cancel"),
        gettext_lazy("Make bookings, and change or cancel them."),
    ),
    Power(
        Permission.BOOKINGS_OVERBOOK,
        gettext_lazy("Overbook"),
        gettext_lazy("Book a time on purpose that is taken or not offered."),
    ),
    Power(Permission.BOOKINGS_IMPORT, gettext_lazy("Import bookings"), gettext_lazy("Take over bookings from a file.")),
    Power(
        Permission.BOOKINGS_EXPORT,
        gettext_lazy("Export bookings"),
        gettext_lazy("Download bookings, with the customers’ names and contact."),
    ),
    Power(
        Permission.CUSTOMERS_READ,
        gettext_lazy("See customers"),
        gettext_lazy("Look at names, contact and what they have booked."),
    ),
    Power(
        Permission.CUSTOMERS_MANAGE, gettext_lazy("Keep customers"), gettext_lazy("Add, change and import customers.")
    ),
    Power(
        Permission.NOTIFICATIONS_READ, gettext_lazy("See messages"), gettext_lazy("Read what was sent to customers.")
    ),
    Power(
        Permission.NOTIFICATIONS_SEND,
        gettext_lazy("Send messages"),
        gettext_lazy("Send a message to a customer again."),
    ),
    Power(
        Permission.MESSAGES_MANAGE,
        gettext_lazy("Keep messages"),
        gettext_lazy("Write the texts of messages, and say which are sent."),
    ),
    Power(
        Permission.EVENTS_READ,
        gettext_lazy("Follow events"),
        gettext_lazy("Read everything that happens here, one fact after the other."),
    ),
    Power(Permission.TIME_OFF_OWN, gettext_lazy("Own time off"), gettext_lazy("Enter when they are away themselves.")),
    Power(
        Permission.STAFF_MANAGE,
        gettext_lazy("Keep people and hours"),
        gettext_lazy("Change who works here, when, and what they do."),
    ),
    Power(
        Permission.CATALOGUE_MANAGE,
        gettext_lazy("Keep services and places"),
        gettext_lazy("Change what can be booked, prices, opening hours and closures."),
    ),
    Power(
        Permission.TEAM_MANAGE, gettext_lazy("Keep the team"), gettext_lazy("Invite people, and say who may do what.")
    ),
    Power(
        Permission.API_KEYS_MANAGE,
        gettext_lazy("Keep API keys"),
        gettext_lazy("Let other programs work with this business."),
    ),
    Power(
        Permission.CONFIG_MANAGE,
        gettext_lazy("Change the settings"),
        gettext_lazy("Name, policies, branding and features of the business."),
    ),
    Power(
        Permission.AUDIT_READ,
        gettext_lazy("See who came in"),
        gettext_lazy("Read who signed in from where, and who changed powers."),
    ),
)


def role_word(role: str) -> str:
    """As within a sentence: `joined as manager`."""
    words = {
        Role.OWNER: _("owner"),
        Role.MANAGER: _("manager"),
        Role.STAFF: _("member of the team"),
        Role.CUSTOMER: _("customer"),
    }
    return words.get(Role(role), role) if role in set(Role) else role


def change_text(name: str, before: Any, after: Any, *, names: Mapping[str, str]) -> str:
    """What was changed of somebody's powers, by the name of its column; `names` are of the ids in scopes."""
    told = {"what": _change_label(name)}
    for key, value in (("before", before), ("after", after)):
        told[key] = _value_text(name, value, names)
    return _("%(what)s: %(after)s (before: %(before)s)") % told


def _change_label(name: str) -> str:
    labels = {
        "role": _("Role"),
        "denied": _("What they may do"),
        "location_ids": _("Places of work"),
        "staff_ids": _("People"),
        "customer_scope": _("Customers"),
        "staff": _("Calendar"),
    }
    return labels.get(name, name)


def _value_text(name: str, value: Any, names: Mapping[str, str]) -> str:
    match name:
        case "role":
            return role_word(value)
        case "denied":
            lacking = [str(each.label) for each in POWERS if each.permission.value in value]
            return (
                _("All but: %(what)s") % {"what": ", ".join(lacking)} if lacking else _("Everything that this role has")
            )
        case "customer_scope":
            return _("All customers") if value == CustomerScope.ALL else _("Those of their bookings")
        case "staff":
            return names.get(value, value) if value else _("No calendar")
        case "location_ids" | "staff_ids" if value is None:
            return _("Everywhere") if name == "location_ids" else _("Everybody")
        case "location_ids" | "staff_ids":
            return ", ".join(names.get(each, each) for each in value) or _("none")
    return str(value)
