"""What the team is told of a whole session: once, and not booking by booking."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.events import SessionCancelled, SessionChanged
from bookme.communications.itinerary import was_text
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import sender_of, session_facts
from bookme.communications.selectors.readers import staff_recipient
from bookme.communications.told import Layout, Recipient, Sender, SessionFacts, Told
from bookme.core.formats import Formats, locale_of
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.context import require_tenant

_FACTS: dict[Kind, type[SessionChanged | SessionCancelled]] = {
    Kind.SESSION_CHANGED: SessionChanged,
    Kind.SESSION_CANCELLED: SessionCancelled,
}


def told_of_session(notification: Notification, *, now: dt.datetime) -> Told | None:  # noqa: ARG001 - as the others
    """A session as it was when that became true: always true still. None where the fact is gone."""
    kind, audience = Kind(notification.kind), Audience(notification.audience)
    record = EventRow.objects.filter(pk=notification.event_id).first() if notification.event_id else None
    if record is None:
        return None
    event = _FACTS[kind].from_payload(record.payload)
    session, sender = session_facts(event, language=notification.language), sender_of(require_tenant())
    to = _recipient(audience, notification, name=sender.name, email=sender.email)
    return told_from_session(
        kind=kind, audience=audience, to=to, sender=sender, session=session, language=notification.language
    )


def told_from_session(
    *, kind: Kind, audience: Audience, to: Recipient, sender: Sender, session: SessionFacts, language: str
) -> Told:
    """The same of plain facts. Pure; `language`, of `WRITTEN_IN`, is active."""
    formats = Formats(locale=locale_of(language, sender.country), currency=session.currency)
    return Told(
        kind=kind,
        audience=audience,
        to=to,
        sender=sender,
        variables=_variables(session, formats),
        layout=Layout(rows=_rows(session, formats)),
        button=(_("Open the team page"), sender.team_url),
        reply_to=sender.email,
    )


def _recipient(audience: Audience, notification: Notification, *, name: str, email: str) -> Recipient:
    if audience is Audience.BUSINESS or notification.recipient_id is None:
        return Recipient(name=name, email=email)
    return staff_recipient(notification.recipient_id)


def _variables(session: SessionFacts, formats: Formats) -> dict[str, str | bool]:
    return {
        "service": session.service,
        "when": formats.moment(session.starts_at.astimezone(session.zone)),
        "staff": session.staff,
        "place": session.place,
        "was": was_text(session, formats),
        "booked": _booked(session),
        "has_bookings": session.bookings > 0,
        "too_few": session.too_few,
    }


def _booked(session: SessionFacts) -> str:
    if not session.bookings:
        return ""
    return ngettext("%(count)d booking", "%(count)d bookings", session.bookings) % {"count": session.bookings}


def _rows(session: SessionFacts, formats: Formats) -> list[tuple[str, str]]:
    start, end = (each.astimezone(session.zone) for each in (session.starts_at, session.ends_at))
    until = formats.clock(end) if end.date() == start.date() else formats.moment(end)
    rows = [
        (_("What"), session.service),
        (_("When"), _("%(start)s to %(end)s") % {"start": formats.moment(start), "end": until}),
        (_("Was"), was_text(session, formats)),
        (_("With"), session.staff),
        (_("Where"), session.place),
        (_("Booked"), _booked(session)),
    ]
    return [(label, text) for label, text in rows if text]
