"""Roles as those who give them read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.core.permissions import Role

ROLE_NAMES: dict[Role, Promise] = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.STAFF: _("Team member"),
    Role.CUSTOMER: _("Customer"),
}
