"""Roles and permissions in words that whoever gives them understands."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.core.permissions import Permission, Role

ROLE_NAMES: dict[Role, Promise] = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.STAFF: _("Team member"),
    Role.CUSTOMER: _("Customer"),
}


@dataclass(frozen=True)
class Power:
    """A permission by its name, and what somebody who has it can do."""

    permission: Permission
    label: Promise
    meaning: Promise


POWERS = (
    Power(Permission.BOOKINGS_READ, _("See bookings"), _("Look at the agenda and at each booking.")),
    Power(
        Permission.BOOKINGS_READ_ALL,
        _("See everybody’s bookings"),
        _("Without it they see their own calendar, and of the others only when they are busy."),
    ),
    Power(Permission.BOOKINGS_MANAGE, _("Book, move and cancel"), _("Make bookings, and change or cancel them.")),
    Power(Permission.BOOKINGS_OVERBOOK, _("Overbook"), _("Book a time on purpose that is taken or not offered.")),
    Power(Permission.BOOKINGS_IMPORT, _("Import bookings"), _("Take over bookings from a file.")),
    Power(
        Permission.BOOKINGS_EXPORT, _("Export bookings"), _("Download bookings, with the customers’ names and contact.")
    ),
    Power(Permission.CUSTOMERS_READ, _("See customers"), _("Look at names, contact and what they have booked.")),
    Power(Permission.CUSTOMERS_MANAGE, _("Keep customers"), _("Add, change and import customers.")),
    Power(Permission.NOTIFICATIONS_READ, _("See messages"), _("Read what was sent to customers.")),
    Power(Permission.NOTIFICATIONS_SEND, _("Send messages"), _("Send a message to a customer again.")),
    Power(Permission.TIME_OFF_OWN, _("Own time off"), _("Enter when they are away themselves.")),
    Power(Permission.STAFF_MANAGE, _("Keep people and hours"), _("Change who works here, when, and what they do.")),
    Power(
        Permission.CATALOGUE_MANAGE,
        _("Keep services and places"),
        _("Change what can be booked, prices, opening hours and closures."),
    ),
    Power(Permission.TEAM_MANAGE, _("Keep the team"), _("Invite people, and say who may do what.")),
    Power(Permission.API_KEYS_MANAGE, _("Keep API keys"), _("Let other programs work with this business.")),
    Power(
        Permission.CONFIG_MANAGE, _("Change the settings"), _("Name, policies, branding and features of the business.")
    ),
    Power(Permission.AUDIT_READ, _("See who came in"), _("Read who signed in from where, and who changed powers.")),
)
