"""The built-in texts, in the language that is active: what holds where a business has written none of its own."""

from django.utils.translation import gettext as _

from bookme.communications.defaults.accounts import account_button, account_texts
from bookme.communications.defaults.bookings import booking_texts
from bookme.communications.defaults.sessions import session_texts
from bookme.communications.defaults.waiting import waiting_texts
from bookme.communications.kinds import MESSAGES, Audience, Family, Kind
from bookme.communications.templating import Texts

__all__ = ["account_button", "default_mail", "default_short"]

_OF_FAMILY = {
    Family.BOOKING: booking_texts,
    Family.WAITING: waiting_texts,
    Family.SESSION: session_texts,
    Family.ACCOUNT: account_texts,
}


def default_mail(kind: Kind, audience: Audience) -> Texts:
    return _OF_FAMILY[MESSAGES[kind].family](kind, audience)


def default_short(kind: Kind, audience: Audience) -> Texts:
    """For channels without a subject and with little room: whose it is, the subject of the mail, and where to go."""
    subject = default_mail(kind, audience).subject
    body = _("{{ business }}: %(subject)s. {{ action }}: {{ link }}") % {"subject": subject}
    if MESSAGES[kind].family is Family.BOOKING:
        body += "{% if meeting_link %} " + _("Join online: {{ meeting_link }}") + "{% endif %}"
    return Texts(body=body)
