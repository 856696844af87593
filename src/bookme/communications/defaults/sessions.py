"""What the team is told of a whole session: once, and not booking by booking."""

from django.utils.translation import gettext as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.templating import Texts, either


def session_texts(kind: Kind, _audience: Audience) -> Texts:
    if kind is Kind.SESSION_CHANGED:
        return Texts(
            subject=_("Class changed: {{ service }}, {{ when }}"),
            heading=_("A class has changed"),
            body=either("has_bookings", _("Everybody who has booked it has been told."), _("Nobody had booked it.")),
        )
    why = either("too_few", _("Too few people had booked it, so it was called off."), _("It was called off."))
    everybody = "{% if has_bookings %}" + _("Everybody who had booked it has been told.") + "{% endif %}"
    return Texts(
        subject=_("Class called off: {{ service }}, {{ when }}"),
        heading=_("A class is called off"),
        body=f"{why} {everybody}",
    )
