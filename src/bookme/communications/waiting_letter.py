"""What is told to who waits for a place: that they wait, that one is held for them, that there is none to come."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Booking, WaitlistEntry
from bookme.bookings.selectors.waiting import held_by
from bookme.bookings.wording import cancellation_text
from bookme.communications.itinerary import Layout
from bookme.communications.messages import Rendered, letter
from bookme.communications.told import Sender, WaitingKind
from bookme.communications.wording import Words
from bookme.core.formats import Formats, locale_of
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.staff.models import Staff
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant


@dataclass(frozen=True)
class _Told:
    """What is waited for, in the language of the message. `held` is what is offered."""

    entry: WaitlistEntry
    held: Booking | None
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
    def zone(self) -> ZoneInfo:
        return zone_of(self.place)

    @property
    def service(self) -> str:
        return self.entry.service.text("name", self.language)

    @property
    def when(self) -> str:
        """The start, or the day, as people write it."""
        appointment = self.held.appointment if self.held else self.entry.session
        if appointment is not None:
            return self.formats.moment(appointment.starts_at.astimezone(self.zone))
        return self.formats.day(self.entry.date) if self.entry.date else ""

    @property
    def when_in_full(self) -> str:
        """With the zone of what has a time."""
        appointment = self.held.appointment if self.held else self.entry.session
        if appointment is None:
            return self.when
        return f"{self.when}, {self.formats.zone_name(self.zone, appointment.starts_at)}"

    @property
    def until(self) -> str:
        end = self.held.hold_expires_at if self.held else None
        return self.formats.moment(end.astimezone(self.zone)) if end else ""


def render_waiting(*, kind: WaitingKind, entry: WaitlistEntry, sender: Sender, language: str) -> Rendered:
    """One message to who waits; `entry` is of `waitlist_entries`, `language` one of `WRITTEN_IN`."""
    with translation.override(language):
        held = held_by(entry) if kind is WaitingKind.OFFERED else None
        formats = Formats(locale=locale_of(language, sender.country), currency=require_tenant().config.currency)
        told = _Told(entry, held, language, formats)
        return letter(
            words=_words(kind, told, sender),
            layout=Layout(rows=_rows(told)),
            policies=_policies(told),
            button=_button(kind, entry, sender),
            sender=sender,
            language=language,
        )


def _words(kind: WaitingKind, told: _Told, sender: Sender) -> Words:
    parts = {
        "service": told.service,
        "when": told.when,
        "customer": told.entry.contact_name,
        "business": sender.name,
        "until": told.until,
    }
    subject, heading, intro = _texts()[kind]
    return Words(subject=subject % parts, heading=heading % parts, intro=intro % parts)


def _texts() -> dict[WaitingKind, tuple[str, str, str]]:
    return {
        WaitingKind.JOINED: (
            _("On the waitlist: %(service)s, %(when)s"),
            _("You are on the waitlist"),
            _(
                "Thank you, %(customer)s. As soon as a place is free, %(business)s holds it for you and writes to you."
                " Nothing is booked yet."
            ),
        ),
        WaitingKind.OFFERED: (
            _("A place is free: %(service)s, %(when)s"),
            _("A place is free for you"),
            _(
                "%(customer)s, %(business)s holds it for you until %(until)s. Take it or turn it down;"
                " after that it goes to the next in line."
            ),
        ),
        WaitingKind.CLOSED: (
            _("Does not take place: %(service)s, %(when)s"),
            _("It does not take place"),
            _(
                "%(customer)s, %(business)s had to call this off and is sorry about it."
                " You are not waiting for it any more."
            ),
        ),
    }


def _rows(told: _Told) -> list[tuple[str, str]]:
    entry, held = told.entry, told.held
    rows = [(_("What"), told.service), (_("When"), told.when_in_full)]
    rows.append((_("With"), told.person.text("name", told.language) if told.person else _("anyone")))
    if told.place is not None and not entry.address:
        rows.append((_("Where"), told.place.text("name", told.language)))
    if entry.party_size > 1:
        rows.append((_("For"), ngettext("%d person", "%d people", entry.party_size) % entry.party_size))
    if held is not None:
        rows += [(_("Price"), told.formats.price(held.price)), (_("Held until"), told.until)]
    return rows


def _policies(told: _Told) -> list[str]:
    if told.held is None:
        return []
    cancellation = Policy.from_data(told.held.policy).cancellation
    return [cancellation_text(cancellation=cancellation, price=told.held.price, formats=told.formats)]


def _button(kind: WaitingKind, entry: WaitlistEntry, sender: Sender) -> tuple[str, str]:
    if kind is WaitingKind.CLOSED:
        return _("Find another time"), sender.url
    if kind is WaitingKind.OFFERED:
        return _("Take it or turn it down"), waitlist_url(entry)
    return _("See your place in the line, or leave it"), waitlist_url(entry)
