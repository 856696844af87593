"""The built-in texts, in the language that is active: what holds where a business has written none of its own."""

from django.utils.translation import gettext as _

from bookme.communications.defaults.account_mails import account_button, account_texts
from bookme.communications.defaults.bookings import booking_texts
from bookme.communications.defaults.sessions import session_texts
from bookme.communications.defaults.waiting import waiting_texts
from bookme.communications.kinds import MESSAGES, Audience, Family, Kind
from bookme.communications.templating import Texts
from bookme.communications.variables import vocabulary_of

__all__ = ["account_button", "default_mail", "default_sms", "default_whatsapp"]

_OF_FAMILY = {
    Family.BOOKING: booking_texts,
    Family.WAITING: waiting_texts,
    Family.SESSION: session_texts,
    Family.ACCOUNT: account_texts,
}


def default_mail(kind: Kind, audience: Audience) -> Texts:
    return _OF_FAMILY[MESSAGES[kind].family](kind, audience)


def default_sms(kind: Kind, audience: Audience) -> Texts:
    """Every character counts: whose it is, the subject of the mail, and where to go."""
    return Texts(body=_opening(kind, audience) + _reason(kind, "\n") + _joining(kind, audience, "\n") + "\n{{ link }}")


def default_whatsapp(kind: Kind, audience: Audience) -> Texts:
    """The same, with what the mail says, and what the link is for."""
    said = [_opening(kind, audience), default_mail(kind, audience).body]
    added = _reason(kind, "\n\n") + _joining(kind, audience, "\n\n")
    return Texts(body="\n\n".join(said) + added + "\n\n" + _("{{ action }}: {{ link }}"))


def _opening(kind: Kind, audience: Audience) -> str:
    """Whose it is, unless that is said."""
    subject = default_mail(kind, audience).subject
    return subject if "{{ business }}" in subject else _("{{ business }}: %(subject)s") % {"subject": subject}


def _reason(kind: Kind, after: str) -> str:
    """Why the business cannot; of themselves they know it."""
    said = "{% if reason %}" + after + _("Reason: {{ reason }}") + "{% endif %}"
    if kind is Kind.CANCELLED:
        return "{% unless by_customer %}" + said + "{% endunless %}"
    return said if kind is Kind.DECLINED else ""


def _joining(kind: Kind, audience: Audience, after: str) -> str:
    """Of what may be online, how to join it."""
    if "meeting_link" not in vocabulary_of(kind, audience).meanings:
        return ""
    return "{% if meeting_link %}" + after + _("Join online: {{ meeting_link }}") + "{% endif %}"
