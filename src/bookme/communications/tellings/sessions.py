"""What the team is told of a whole session: once, and not booking by booking."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.events import SessionCancelled, SessionChanged
from bookme.bookings.models import Booking
from bookme.bookings.states import KEEPS_SEATS, Status
from bookme.communications.calendar import team_calendar
from bookme.communications.itinerary import was_text
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import all_facts_of, bookings_to_tell, sender_of, session_facts
from bookme.communications.selectors.readers import calendars_of, staff_recipient
from bookme.communications.told import Layout, Recipient, Sender, SessionFacts, Told
from bookme.core.formats import Formats, locale_of
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.context import require_tenant

_FACTS: dict[Kind, type[SessionChanged | SessionCancelled]] = {
    Kind.SESSION_CHANGED: SessionChanged,
    Kind.SESSION_CANCELLED: SessionCancelled,
}


def told_of_session(notification: Notification, *, now: dt.datetime) -> Told | None:
    """A session as it was when that became true: always true still. None where the fact is gone.

    Its bookings, each of which may be in its readers' calendars, are there as they are now. Of a change they are those
    that keep their seats: what took out the others was told by itself.
    """
    kind, audience = Kind(notification.kind), Audience(notification.audience)
    record = EventRow.objects.filter(pk=notification.event_id).first() if notification.event_id else None
    if record is None:
        return None
    event = _FACTS[kind].from_payload(record.payload)
    session, sender = session_facts(event, language=notification.language), sender_of(require_tenant())
    to = _recipient(audience, notification, name=sender.name, email=sender.email)
    told = told_from_session(
        kind=kind, audience=audience, to=to, sender=sender, session=session, language=notification.language
    )
    return replace(told, calendar=_calendar(event.session_id, notification, sender, now))


def _calendar(session_id: UUID, notification: Notification, sender: Sender, now: dt.datetime) -> bytes:
    of_session = Booking.objects.filter(appointment=session_id).exclude(status=Status.HELD)
    if notification.kind == Kind.SESSION_CHANGED:
        of_session = of_session.filter(status__in=KEEPS_SEATS)
    rows, reader = bookings_to_tell(of_session.values_list("pk", flat=True)), notification.recipient_id
    is_gone = reader is not None and not any(reader in each for each in calendars_of(rows).values())
    bookings = all_facts_of(rows, language=notification.language)
    return team_calendar(sender=sender, bookings=bookings, now=now, is_gone=is_gone)


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
        reply_name=sender.name,
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
    rows = [
        (_("What"), session.service),
        (_("When"), formats.span(start, end)),
        (_("Was"), was_text(session, formats)),
        (_("With"), session.staff),
        (_("Where"), session.place),
        (_("Booked"), _booked(session)),
    ]
    return [(label, text) for label, text in rows if text]
