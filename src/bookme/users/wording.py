"""Roles and powers in plain words, in the active language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.permissions import Permission, Role

_PERMISSIONS = {
    Permission.BOOKINGS_READ: gettext_lazy("See bookings"),
    Permission.BOOKINGS_READ_ALL: gettext_lazy("See everybody's bookings"),
    Permission.BOOKINGS_MANAGE: gettext_lazy("Make, move and cancel bookings"),
    Permission.BOOKINGS_OVERBOOK: gettext_lazy("Overbook on purpose"),
    Permission.BOOKINGS_IMPORT: gettext_lazy("Import bookings"),
    Permission.BOOKINGS_EXPORT: gettext_lazy("Export bookings"),
    Permission.CUSTOMERS_READ: gettext_lazy("See customers"),
    Permission.CUSTOMERS_MANAGE: gettext_lazy("Change and import customers"),
    Permission.NOTIFICATIONS_READ: gettext_lazy("Read the messages that were sent"),
    Permission.NOTIFICATIONS_SEND: gettext_lazy("Send messages again"),
    Permission.CATALOGUE_MANAGE: gettext_lazy("Change services, prices, places and closures"),
    Permission.STAFF_MANAGE: gettext_lazy("Change people, their hours and their absence"),
    Permission.TIME_OFF_OWN: gettext_lazy("Enter their own absence"),
    Permission.CONFIG_MANAGE: gettext_lazy("Change the settings of the business"),
    Permission.TEAM_MANAGE: gettext_lazy("Invite people and change what they may do"),
    Permission.API_KEYS_MANAGE: gettext_lazy("Make and revoke keys"),
    Permission.AUDIT_READ: gettext_lazy("See who signed in and what was changed for whom"),
}
PERMISSION_ORDER = tuple(_PERMISSIONS)


def permission_text(permission: Permission) -> str:
    """What it allows: `See bookings`."""
    return str(_PERMISSIONS[permission])


def role_word(role: str) -> str:
    """As within a sentence: `joined as manager`."""
    words = {
        Role.OWNER: _("owner"),
        Role.MANAGER: _("manager"),
        Role.STAFF: _("member of the team"),
        Role.CUSTOMER: _("customer"),
    }
    return words.get(Role(role), role) if role in set(Role) else role
