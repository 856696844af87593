"""What is told of that which was chosen and is not offered any more."""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookme.web.booking.choice import Choice


def lost_texts(choice: Choice) -> list[str]:
    """In full sentences; none where all of it is still there."""
    lost = choice.draft.lost
    told = []
    if lost.services:
        text = ngettext(
            "One of the services you chose is no longer offered: it was left out.",
            "%(count)s of the services you chose are no longer offered: they were left out.",
            lost.services,
        )
        told.append(text % {"count": lost.services})
    if lost.extras:
        text = ngettext(
            "One of the extras you chose is no longer offered: it was left out.",
            "%(count)s of the extras you chose are no longer offered: they were left out.",
            lost.extras,
        )
        told.append(text % {"count": lost.extras})
    if lost.people:
        told.append(_("Whoever you chose is no longer available: you can choose somebody else."))
    if lost.places:
        place = choice.place.text("name", get_language() or "")
        told.append(_("The place you chose is no longer available: now it is %(place)s.") % {"place": place})
    return told
