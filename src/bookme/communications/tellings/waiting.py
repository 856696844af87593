"""What is told to who waits for a place: that they do, that it moved, that one is held for them, or none is to come."""

import datetime as dt
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.cancel_wording import deadline_text_of
from bookme.bookings.events import SessionChanged
from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Booking, Waiting, WaitlistEntry
from bookme.bookings.selectors.sessions import is_of_whole
from bookme.bookings.selectors.waiting import held_by, waitlist_entries
from bookme.bookings.selectors.zones import reader_zone
from bookme.bookings.states import Status
from bookme.communications.itinerary import was_text, your_time, zone_note
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import sender_of, session_facts
from bookme.communications.selectors.queue import waiter_heard
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
    Kind.WAIT_JOINED: Waiting.WAITING,
    Kind.WAIT_OFFERED: Waiting.OFFERED,
    Kind.WAIT_MOVED: Waiting.WAITING,
    Kind.WAIT_CLOSED: Waiting.CLOSED,
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
        return reader_zone(self.entry, self.place)

    @property
    def service(self) -> str:
        return self.entry.service.text("name", self.language)

    @property
    def start(self) -> dt.datetime | None:
        """In the zone of the place; None while a day is waited for."""
        appointment = self.held.appointment if self.held else self.entry.session
        return appointment.starts_at.astimezone(self.zone) if appointment else None

    @property
    def when(self) -> str:
        """The start, or the day, as people write it."""
        if self.start is not None:
            return self.formats.moment_of_both(self.start, self.reader_zone)
        return self.formats.day(self.entry.date) if self.entry.date else ""

    @property
    def when_in_full(self) -> str:
        """With the zone of what has a time."""
        if self.start is None:
            return self.when
        return in_line((self.formats.moment(self.start), self.formats.zone_name(self.zone, self.start)))

    @property
    def your_time(self) -> str:
        return your_time(self.start, self.reader_zone, self.formats) if self.start else ""

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
        return self.formats.moment_of_both(end.astimezone(self.zone), self.reader_zone) if end else ""


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
    if notification.event_id is not None:
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
    """As the session was when they last heard of it. None unless it is the last of its moves, and led elsewhere.

    It is told in any case: what went out just after it may have been read just before.
    """
    heard = waiter_heard(notification) or entry.created_at
    since = Q(occurred_at__gt=heard) | Q(pk=notification.event_id)
    records = EventRow.objects.filter(since, name=SessionChanged.name, subject_id=entry.session_id)
    moves = [(each.pk, SessionChanged.from_payload(each.payload)) for each in records.order_by("pk")]
    moves = [(pk, event) for pk, event in moves if event.is_elsewhere]
    if not moves or moves[-1][0] != notification.event_id:
        return None
    first, last = moves[0][1], moves[-1][1]
    was = {name: getattr(first, name) for name in ("old_start", "old_end", "old_staff_id", "old_location_id")}
    whole = replace(last, **was)
    return session_facts(whole, language=notification.language) if whole.is_elsewhere else None


def _is_true(kind: Kind, entry: WaitlistEntry, now: dt.datetime) -> bool:
    if entry.state is not _TRUE_OF[kind]:
        return False
    if kind is not Kind.WAIT_OFFERED:
        return True
    held = held_by(entry)
    end = held.hold_expires_at if held and held.state is Status.HELD else None
    return end is not None and end > now


def _rows(told: _Waiting) -> list[tuple[str, str]]:
    entry, held = told.entry, told.held
    rows = [(_("What"), told.service), (_("When"), told.when_in_full)]
    rows += [(label, text) for label, text in ((_("Your time"), told.your_time), (_("Was"), told.was)) if text]
    rows.append((_("With"), told.with_whom))
    if told.place is not None and not entry.address:
        rows.append((_("Where"), told.place.text("name", told.language)))
    if entry.party_size > 1:
        rows.append((_("For"), ngettext("%d person", "%d people", entry.party_size) % entry.party_size))
    if held is not None:
        rows += [(_("Price"), told.formats.price(held.price)), (_("Held until"), told.until)]
    return rows


def _policies(told: _Waiting, now: dt.datetime) -> list[str]:
    if told.start is None or not (told.held or told.moved):
        return []
    said = [deadline_text_of([told.held], now=now, formats=told.formats)] if told.held else []
    return [*said, *zone_note(told.start, told.reader_zone, told.formats)]


def _button(kind: Kind, entry: WaitlistEntry, sender: Sender) -> tuple[str, str]:
    if kind is Kind.WAIT_CLOSED:
        return _("Find another time"), sender.url
    if kind is Kind.WAIT_OFFERED:
        return _("Take it or turn it down"), waitlist_url(entry)
    return _("See your place in the line, or leave it"), waitlist_url(entry)
