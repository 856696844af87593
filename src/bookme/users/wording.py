"""Roles as words within a sentence, in the active language."""

from django.utils.translation import gettext as _

from bookme.core.permissions import Role


def role_word(role: str) -> str:
    """As within a sentence: `joined as manager`."""
    words = {
        Role.OWNER: _("owner"),
        Role.MANAGER: _("manager"),
        Role.STAFF: _("member of the team"),
        Role.CUSTOMER: _("customer"),
    }
    return words.get(Role(role), role) if role in set(Role) else role
