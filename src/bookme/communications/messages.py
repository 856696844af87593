"""What messages say: plain values in, subject, text and HTML out. Pure but for reading the templates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bookme.bookings.ics import CalendarEntry, calendar_file
from bookme.bookings.wording import cancellation_text
from bookme.communications.itinerary import Layout, by_visit, layout_of, what_of, where_of
from bookme.communications.told import OVER, Audience, BookingFacts, Kind, Sender
from bookme.communications.wording import Words, words_for
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
    *,
    kind: Kind,
    audience: Audience,
    sender: Sender,
    bookings: Sequence[BookingFacts],
    language: str,
    now: dt.datetime,
) -> Rendered:
    """One message about bookings of one customer, by start: of a visit, or of a series, which its first visit opens.

    `language` is one of `core.languages.WRITTEN_IN`.
    """
    with translation.override(language):
        formats = Formats(locale=locale_of(language, sender.country), currency=bookings[0].currency)
        when = _when(bookings, formats)
        words = words_for(kind=kind, audience=audience, sender=sender, bookings=bookings, when=when)
        rendered = letter(
            words=words,
            layout=layout_of(bookings, audience=audience, formats=formats),
            policies=[] if audience is Audience.BUSINESS or kind in OVER else _policies(bookings, formats),
            button=_button(kind, audience, sender, bookings),
            sender=sender,
            language=language,
        )
        return replace(rendered, short=_short(sender, bookings, when), calendar=_calendar(kind, sender, bookings, now))


def letter(
    *,
    words: Words,
    layout: Layout,
    policies: Sequence[str],
    button: tuple[str, str],
    sender: Sender,
    language: str,
) -> Rendered:
    """A message as text and HTML, for channels with room. `button` is what it says and where it leads."""
    context = {
        "words": words,
        "sender": sender,
        "layout": layout,
        "policies": policies,
        "button": button,
        "on_color": readable_on(sender.color),
        "language": language,
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
    }
    return Rendered(
        subject=words.subject,
        text=render_to_string("communications/booking.txt", context).strip() + "\n",
        html=render_to_string("communications/booking.html", context),
        short="",
        calendar=b"",
    )


def _when(bookings: Sequence[BookingFacts], formats: Formats) -> str:
    start = formats.moment(bookings[0].starts_at.astimezone(bookings[0].zone))
    return start if len(by_visit(bookings)) == 1 else _("from %(start)s") % {"start": start}


def _policies(bookings: Sequence[BookingFacts], formats: Formats) -> list[str]:
    """What cancelling costs, in a sentence; one for each of the rules, where services of a visit have their own.

    Each is charged by its own, so that the strictest would say too much. An amount is said of one booking only: of
    several it is the sum of what each costs, rounded one by one.
    """
    under: dict[str, list[BookingFacts]] = defaultdict(list)
    for each in bookings:
        price = None if each.price else each.price
        under[cancellation_text(cancellation=each.cancellation, price=price, formats=formats)].append(each)
    policies = []
    for sentence, same in under.items():
        said, (first, *others) = sentence, same
        if not others:
            said = cancellation_text(cancellation=first.cancellation, price=first.price, formats=formats)
        names = ", ".join(dict.fromkeys(each.service for each in same))
        policies.append(f"{names}: {said}" if len(under) > 1 else said)
    return policies


def _button(kind: Kind, audience: Audience, sender: Sender, bookings: Sequence[BookingFacts]) -> tuple[str, str]:
    """What it says and where it leads."""
    if audience is Audience.BUSINESS:
        return _("Open the team page"), sender.team_url
    if kind in OVER:
        return _("Find another time"), sender.url
    if len(by_visit(bookings)) > 1:
        return _("See, move or cancel them"), bookings[0].manage_url
    return _("See, move or cancel it"), bookings[0].manage_url


def _short(sender: Sender, bookings: Sequence[BookingFacts], when: str) -> str:
    told = {
        "business": sender.name,
        "service": what_of(bookings),
        "when": when,
        "link": bookings[0].manage_url,
    }
    if len(by_visit(bookings)) > 1:
        return _("%(business)s: %(service)s, %(when)s. Move or cancel them: %(link)s") % told
    return _("%(business)s: %(service)s on %(when)s. Move or cancel it: %(link)s") % told


def _calendar(kind: Kind, sender: Sender, bookings: Sequence[BookingFacts], now: dt.datetime) -> bytes:
    if kind not in {Kind.CONFIRMED, Kind.RESCHEDULED, Kind.CANCELLED}:
        return b""
    return calendar_file(*(calendar_entry(sender=sender, booking=each, now=now) for each in bookings))


def calendar_entry(*, sender: Sender, booking: BookingFacts, now: dt.datetime) -> CalendarEntry:
    """The booking as it stands in the customer's calendar, whether it came there by mail or from the page."""
    return CalendarEntry(
        uid=f"{booking.id}@bookme",
        sequence=booking.version,
        title=calendar_title(booking.service, sender.name),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        written_at=now,
        place=where_of(booking),
        description=f"{booking.reference}\n{booking.manage_url}",
        url=booking.manage_url,
        organizer_name=sender.name,
        organizer_email=sender.email,
        state=booking.state,
    )


def calendar_title(service: str, business: str) -> str:
    return _("%(service)s at %(business)s") % {"service": service, "business": business}
