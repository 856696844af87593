"""What messages say: plain values in, subject, text and HTML out. Pure but for reading the templates."""

import datetime as dt
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.ics import CalendarEntry, calendar_file
from bookme.bookings.wording import cancellation_text
from bookme.communications.told import OVER, Audience, BookingFacts, Kind, Sender
from bookme.communications.wording import words_for
from bookme.core.color import readable_on
from bookme.core.formats import Formats, locale_of


@dataclass(frozen=True)
class Rendered:
    """`short` is for channels without a subject and with little room; `calendar` an .ics file, or empty."""

    subject: str
    text: str
    html: str
    short: str
    calendar: bytes


def render(
    *, kind: Kind, audience: Audience, sender: Sender, booking: BookingFacts, language: str, now: dt.datetime
) -> Rendered:
    """One message about a booking; `language` is one of `core.languages.WRITTEN_IN`."""
    with translation.override(language):
        formats = Formats(locale=locale_of(language, sender.country), currency=booking.currency)
        when = formats.moment(booking.starts_at.astimezone(booking.zone))
        words = words_for(kind=kind, audience=audience, sender=sender, booking=booking, when=when)
        context = {
            "words": words,
            "sender": sender,
            "booking": booking,
            "rows": _rows(booking, audience, formats),
            "policy": _policy(kind, audience, booking, formats),
            "button": _button(kind, audience, sender, booking),
            "on_color": readable_on(sender.color),
            "language": language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "for_business": audience is Audience.BUSINESS,
        }
        return Rendered(
            subject=words.subject,
            text=render_to_string("communications/booking.txt", context).strip() + "\n",
            html=render_to_string("communications/booking.html", context),
            short=_short(sender, booking, when),
            calendar=_calendar(kind, sender, booking, now),
        )


def _rows(booking: BookingFacts, audience: Audience, formats: Formats) -> list[tuple[str, str]]:
    rows = [(_("What"), booking.service)]
    if booking.extras:
        rows.append((_("Extras"), ", ".join(booking.extras)))
    rows.append((_("When"), _when(booking, booking.starts_at, formats)))
    if booking.old_start:
        rows.append((_("Was"), formats.moment(booking.old_start.astimezone(booking.zone))))
    rows += [(_("With"), booking.staff), (_("Where"), _where(booking))]
    if booking.party_size > 1:
        rows.append((_("For"), ngettext("%d person", "%d people", booking.party_size) % booking.party_size))
    rows.append((_("Price"), formats.price(booking.price)))
    if booking.payment_due:
        rows.append((_("Due"), _due(booking, formats)))
    if booking.fee:
        rows.append((_("Cancellation fee"), formats.money(booking.fee)))
    if audience is Audience.BUSINESS:
        contact = ", ".join(filter(None, (booking.customer_name, booking.customer_email, booking.customer_phone)))
        rows += [(_("Customer"), contact), (_("Their note"), booking.notes)]
    rows += [(_("Reason"), booking.reason), (_("Reference"), booking.reference)]
    return [(label, text) for label, text in rows if text]


def _when(booking: BookingFacts, start: dt.datetime, formats: Formats) -> str:
    local, end = start.astimezone(booking.zone), booking.ends_at.astimezone(booking.zone)
    until = formats.clock(end) if end.date() == local.date() else formats.moment(end)
    span = _("%(start)s to %(end)s") % {"start": formats.moment(local), "end": until}
    return f"{span}, {formats.zone_name(booking.zone, start)}"


def _where(booking: BookingFacts) -> str:
    return ", ".join(filter(None, (booking.place, booking.address, booking.meeting_url)))


def _due(booking: BookingFacts, formats: Formats) -> str:
    amount = formats.money(booking.payment_due)
    return amount if booking.payment_due == booking.price else _("%s as a deposit") % amount


def _policy(kind: Kind, audience: Audience, booking: BookingFacts, formats: Formats) -> str:
    """What cancelling costs, in a sentence, while there is something to cancel."""
    if audience is Audience.BUSINESS or kind in OVER:
        return ""
    return cancellation_text(cancellation=booking.cancellation, price=booking.price, formats=formats)


def _button(kind: Kind, audience: Audience, sender: Sender, booking: BookingFacts) -> tuple[str, str]:
    """What it says and where it leads."""
    if audience is Audience.BUSINESS:
        return _("Open the team page"), sender.team_url
    if kind in OVER:
        return _("Find another time"), sender.url
    return _("See, move or cancel it"), booking.manage_url


def _short(sender: Sender, booking: BookingFacts, when: str) -> str:
    told = {"business": sender.name, "service": booking.service, "when": when, "link": booking.manage_url}
    return _("%(business)s: %(service)s on %(when)s. Move or cancel it: %(link)s") % told


def _calendar(kind: Kind, sender: Sender, booking: BookingFacts, now: dt.datetime) -> bytes:
    if kind not in {Kind.CONFIRMED, Kind.RESCHEDULED, Kind.CANCELLED}:
        return b""
    return calendar_file(calendar_entry(sender=sender, booking=booking, now=now))


def calendar_entry(*, sender: Sender, booking: BookingFacts, now: dt.datetime) -> CalendarEntry:
    """The booking as it stands in the customer's calendar, whether it came there by mail or from the page."""
    return CalendarEntry(
        uid=f"{booking.id}@bookme",
        sequence=booking.version,
        title=calendar_title(booking.service, sender.name),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        written_at=now,
        place=_where(booking),
        description=f"{booking.reference}\n{booking.manage_url}",
        url=booking.manage_url,
        organizer_name=sender.name,
        organizer_email=sender.email,
        state=booking.state,
    )


def calendar_title(service: str, business: str) -> str:
    return _("%(service)s at %(business)s") % {"service": service, "business": business}
