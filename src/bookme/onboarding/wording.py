"""What people read of host names that are not proven yet."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.tenants.models import Unproven

NOT_LOOKED = _("This has not been looked for yet")
_REASONS: dict[str, Promise] = {
    Unproven.RECORD_MISSING: _("The record is not there, or not to be seen yet"),
    Unproven.RECORD_WRONG: _("The record is there, and says something else"),
    Unproven.FILE_MISSING: _("The DNS of this name cannot be read, and the file is not there either"),
    Unproven.FILE_WRONG: _("The DNS of this name cannot be read, and the file says something else"),
    Unproven.TAKEN: _("Another business has proven that this name is its own"),
}


def reason_text(reason: str) -> str:
    """The sentence of what the last look found, without its full stop; of no look, that there was none."""
    return str(_REASONS.get(reason, NOT_LOOKED))
