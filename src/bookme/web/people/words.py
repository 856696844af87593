"""What is said on the pages of people, where the API's own words are not for them."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.errors import DomainError
from bookme.core.languages import said
from bookme.core.permissions import PERMISSIONS_OF
from bookme.users.rules import Powers, sees_everybody
from bookme.users.wording import POWERS

_TOLD: dict[str, Promise] = {
    "already_member": gettext_lazy("Whoever has this address is of the team already."),
    "already_invited": gettext_lazy("This address is invited already. Send that invitation again, or revoke it first."),
    "staff_taken": gettext_lazy("Somebody else signs in with this calendar by now."),
    "has_calendar": gettext_lazy("Whoever has this address has another calendar here already."),
    "beyond_own_powers": gettext_lazy("Nobody gives or changes more than they may themselves."),
    "yourself": gettext_lazy("Somebody else of the team has to change this for you."),
    "last_owner": gettext_lazy("This is the last owner. Make somebody else an owner first."),
    "email_unverified": gettext_lazy("Nobody has proven yet that your address is yours. Sign in by a link once."),
    "invitation_closed": gettext_lazy("This invitation was accepted, declined or revoked meanwhile."),
    "too_many_mails": gettext_lazy("Too many mails were sent there. Try again in an hour."),
}


def told(error: DomainError) -> str:
    """Why it was refused."""
    return str(_TOLD.get(error.code) or said(error.detail))


def may_text(powers: Powers) -> str:
    """In one line what somebody may: all of the role's, or what is missing of it."""
    lacking = [
        str(each.label) for each in POWERS if each.permission in PERMISSIONS_OF[powers.role] - powers.permissions
    ]
    if not lacking:
        return _("Everything that this role has")
    if len(lacking) == len(PERMISSIONS_OF[powers.role]):
        return _("Nothing")
    return _("All but: %(what)s") % {"what": ", ".join(lacking)}


def customers_text(powers: Powers) -> str:
    """Whom they see."""
    return _("All customers") if sees_everybody(powers) else _("Those of their bookings")
