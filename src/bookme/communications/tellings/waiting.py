"""What is told to who waits for a place: that they wait, that one is held for them, that there is none to come."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.cancel_wording import deadline_text_of
from bookme.bookings.events import SessionChanged
from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Booking, Waiting, WaitlistEntry
from bookme.bookings.selectors.sessions import is_of_whole
from bookme.bookings.selectors.waiting import held_by, waitlist_entries
from bookme.bookings.states import Status
from bookme.communications.itinerary import was_text
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import reader_zone, sender_of, session_facts
from bookme.communications.selectors.readers import recipient_of_entry
from bookme.communications.told import Layout, Sender, SessionFacts, Told
from bookme.core.formats import Formats, in_line, locale_of
from bookme.core.text import name_text
from bookme.eventlog.models import Event as EventRow
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.staff.models import Staff
from bookme.tenants.context import require_tenant

# A message is told only while it is still true.
_TRUE_OF = {
    Kind.WAIT_JOINED: {Waiting.WAITING},
    Kind.WAIT_OFFERED: {Waiting.OFFERED},
    Kind.WAIT_MOVED: {Waiting.WAITING, Waiting.OFFERED},
    Kind.WAIT_CLOSED: {Waiting.CLOSED},
}


@dataclass(frozen=True)
class _Waiting:
    """What is waited for, in the language of the message. `held` is what is offered, `moved` how it was before."""

    entry: WaitlistEntry
    held: Booking | None
    moved: SessionFacts | None
    language: str
    formats: Formats

    @property
    def place(self) -> Location | None:
        session = self.entry.session
        return self.held.appointment.location if self.held else session.location if session else self.entry.location

    @property
    def person(self) -> Staff | None:
        session = self.entry.session
        return self.held.appointment.staff if self.held else session.staff if session else self.entry.staff

    @property
    def with_whom(self) -> str:
        return self.person.text("name", self.language) if self.person else _("anyone")

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.place)

    @property
    def reader_zone(self) -> ZoneInfo | None:
        """Where they are, of what is online."""
        return reader_zone(self.entry) if self.place and self.place.online else None

    @property
    def service(self) -> str:
        return self.entry.service.text("name", self.language)

    @property
    def when(self) -> str:
        """The start, or the day, as people write it."""
        appointment = self.held.appointment if self.held else self.entry.session
        if appointment is not None:
            return self.formats.moment_of_both(appointment.starts_at.astimezone(self.zone), self.reader_zone)
        return self.formats.day(self.entry.date) if self.entry.date else ""

    @property
    def when_in_full(self) -> str:
        """With the zone of what has a time."""
        appointment = self.held.appointment if self.held else self.entry.session
        if appointment is None:
            return self.when
        return in_line((self.when, self.formats.zone_name(self.zone, appointment.starts_at)))

    @property
    def was(self) -> str:
        return was_text(self.moved, self.formats) if self.moved else ""

    @property
    def is_course(self) -> bool:
        """It was not called off: its dates are not booked one by one any more."""
        session = self.entry.session
        return session is not None and session.published and is_of_whole(session)

    @property
    def until(self) -> str:
        end = self.held.hold_expires_at if self.held else None
        return self.formats.moment(end.astimezone(self.zone)) if end else ""


def told_of_waiting(notification: Notification, *, now: dt.datetime) -> Told | None:
    """None where it is not true any more, such as of an offer that has run out."""
    kind = Kind(notification.kind)
    entry = waitlist_entries().filter(pk=notification.entry_id).first() if notification.entry_id else None
    if entry is None or not _is_true(kind, entry, now):
        return None
    tenant = require_tenant()
    sender, held, moved = sender_of(tenant), None, None
    if kind is Kind.WAIT_OFFERED:
        held = held_by(entry)
    if kind is Kind.WAIT_MOVED:
        moved = _moved(notification, entry)
        if moved is None:
            return None
    formats = Formats(locale=locale_of(notification.language, sender.country), currency=tenant.config.currency)
    told = _Waiting(entry, held, moved, notification.language, formats)
    return Told(
        kind=kind,
        audience=Audience.CUSTOMER,
        to=recipient_of_entry(entry),
        sender=sender,
        variables={
            "customer": name_text(entry.contact_name),
            "service": told.service,
            "when": told.when,
            "staff": told.with_whom,
            "place": told.place.text("name", told.language) if told.place else "",
            "was": told.was,
            "held_until": told.until,
            "is_course": kind is Kind.WAIT_CLOSED and told.is_course,
        },
        layout=Layout(rows=_rows(told)),
        policies=_policies(told, now),
        button=_button(kind, entry, sender),
        reply_name=sender.name,
        reply_to=sender.email,
        links=frozenset({waitlist_url(entry)}),
    )


def _moved(notification: Notification, entry: WaitlistEntry) -> SessionFacts | None:
    """As the session was; None where it has moved on since, of which they are told by itself."""
    record = EventRow.objects.filter(pk=notification.event_id).first() if notification.event_id else None
    if record is None or entry.session is None:
        return None
    event, session = SessionChanged.from_payload(record.payload), entry.session
    said = (dt.datetime.fromisoformat(event.start), event.staff_id, event.location_id)
    is_so = said == (session.starts_at, session.staff_id, session.location_id)
    return session_facts(event, language=notification.language) if is_so else None


def _is_true(kind: Kind, entry: WaitlistEntry, now: dt.datetime) -> bool:
    if entry.state not in _TRUE_OF[kind]:
        return False
    if kind is not Kind.WAIT_OFFERED:
        return True
    held = held_by(entry)
    end = held.hold_expires_at if held and held.state is Status.HELD else None
    return end is not None and end > now


def _rows(told: _Waiting) -> list[tuple[str, str]]:
    entry, held = told.entry, told.held
    rows = [(_("What"), told.service), (_("When"), told.when_in_full)]
    if told.was:
        rows.append((_("Was"), told.was))
    rows.append((_("With"), told.with_whom))
    if told.place is not None and not entry.address:
        rows.append((_("Where"), told.place.text("name", told.language)))
    if entry.party_size > 1:
        rows.append((_("For"), ngettext("%d person", "%d people", entry.party_size) % entry.party_size))
    if held is not None:
        rows += [(_("Price"), told.formats.price(held.price)), (_("Held until"), told.until)]
    return rows


def _policies(told: _Waiting, now: dt.datetime) -> list[str]:
    return [] if told.held is None else [deadline_text_of([told.held], now=now, formats=told.formats)]


def _button(kind: Kind, entry: WaitlistEntry, sender: Sender) -> tuple[str, str]:
    if kind is Kind.WAIT_CLOSED:
        return _("Find another time"), sender.url
    if kind is Kind.WAIT_OFFERED:
        return _("Take it or turn it down"), waitlist_url(entry)
    return _("See your place in the line, or leave it"), waitlist_url(entry)
