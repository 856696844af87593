"""How a letter sets out what it tells: one booking as rows, several by their dates. Pure; the caller chose the words.

Of one visit each service is told in full, under its date. Of a series each visit is a line, under its month, and what
is the same for all of them is told once.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.communications.kinds import Audience
from bookme.communications.told import BookingFacts, Group, Layout, Line, Row, SessionFacts
from bookme.core.formats import Formats, in_line, left_to_right

Part = Sequence[BookingFacts]


def layout_of(bookings: Part, *, audience: Audience, formats: Formats) -> Layout:
    """`bookings` are one customer's, by start."""
    visits = by_visit(bookings)
    if len(visits) > 1:
        laid = _of_series(visits, formats)
    elif len(bookings) > 1:
        laid = _of_visit(bookings, formats)
    else:
        laid = _of_one(bookings, formats)
    rows = [*laid.rows, _due(bookings, formats), _fee(bookings, formats), *_people(bookings[0], audience)]
    return Layout(rows=_said(rows), groups=laid.groups, before=_said(laid.before))


def by_visit(bookings: Iterable[BookingFacts]) -> list[list[BookingFacts]]:
    """The bookings of each visit, in the order in which the visits begin."""
    visits: dict[str, list[BookingFacts]] = defaultdict(list)
    for each in bookings:
        visits[each.reference].append(each)
    return list(visits.values())


def what_of(bookings: Part) -> str:
    """`Cut`, `Cut and 2 more`, and of a series `Cut, 10 dates`."""
    first, *others = by_visit(bookings)
    what, more, dates = first[0].service, len(first) - 1, len(others) + 1
    if more:
        words = ngettext("%(service)s and %(count)d more", "%(service)s and %(count)d more", more)
        what = words % {"service": what, "count": more}
    if others:
        what = ngettext("%(service)s, %(count)d date", "%(service)s, %(count)d dates", dates) % {
            "service": what,
            "count": dates,
        }
    return what


def start_text(booking: BookingFacts, formats: Formats) -> str:
    """`Thursday 12 November, 13:30`; of what is online, for a reader elsewhere, with the time that it is there."""
    start = booking.starts_at.astimezone(booking.zone)
    return formats.moment_of_both(start, booking.reader_zone)


def where_of(booking: BookingFacts) -> str:
    return in_line((booking.place, booking.address, booking.meeting_url))


def _of_one(bookings: Part, formats: Formats) -> Layout:
    (booking,) = bookings
    span = _span(bookings, formats.span)
    when = (_("When"), in_line((span, formats.zone_name(booking.zone, booking.starts_at))))
    rows_of = (_yours, _was, _with, _where, _party, _price)
    return Layout(rows=[_what(bookings, formats), _extras(bookings, formats), when, *_each(rows_of, bookings, formats)])


def _of_visit(bookings: Part, formats: Formats) -> Layout:
    own, shared = _apart((_where, _party), [[each] for each in bookings], formats)
    groups: dict[str, Group] = {}
    for booking in bookings:
        start = booking.starts_at.astimezone(booking.zone)
        heading = in_line((formats.day(start.date()), formats.zone_name(booking.zone, start)))
        line = Line(
            label=_span([booking], formats.clock_span),
            title=booking.service,
            details=_details((_yours, _with, _extras, _was, *own, _price), [booking], formats),
        )
        groups.setdefault(heading, Group(heading, [])).lines.append(line)
    return Layout(rows=[*_each(shared, bookings[:1], formats), _total(bookings, formats)], groups=list(groups.values()))


def _of_series(visits: Sequence[Part], formats: Formats) -> Layout:
    bookings = [booking for visit in visits for booking in visit]
    own, shared = _apart((_what, _extras, _with, _where, _party, _price), visits, formats)
    groups: dict[str, Group] = {}
    for visit in visits:
        start = visit[0].starts_at.astimezone(visit[0].zone)
        line = Line(
            label=formats.day_short(start.date()),
            title=_span(visit, formats.clock_span),
            details=_details((_yours, *own, _was), visit, formats),
        )
        month = formats.month(start.date())
        groups.setdefault(month, Group(month, [])).lines.append(line)
    zones = in_line(formats.zone_name(each.zone, each.starts_at) for each in bookings)
    before = [*_each(shared, visits[0], formats), (_("Time zone"), zones)]
    return Layout(rows=[_total(bookings, formats)], groups=list(groups.values()), before=before)


RowOf = Callable[[Part, Formats], Row]


def _what(bookings: Part, _formats: Formats) -> Row:
    return _("What"), in_line(each.service for each in bookings)


def _extras(bookings: Part, _formats: Formats) -> Row:
    return _("Extras"), in_line(name for each in bookings for name in each.extras)


def _yours(bookings: Part, formats: Formats) -> Row:
    return _("Your time"), your_time(
        bookings[0].starts_at.astimezone(bookings[0].zone), bookings[0].reader_zone, formats
    )


def your_time(start: dt.datetime, own: ZoneInfo | None, formats: Formats) -> str:
    """When that is where the reader is, if their clock shows another time; `start` is in the zone of the place."""
    if own is None or not formats.both_times(start, own):
        return ""
    return in_line((formats.moment(start.astimezone(own)), formats.zone_name(own, start)))


def zone_note(start: dt.datetime, own: ZoneInfo | None, formats: Formats) -> list[str]:
    """Of deadlines and the like, to who reads two times."""
    if start.tzinfo is None or not formats.both_times(start, own):
        return []
    return [_("Where no zone is named, it is %(zone)s.") % {"zone": formats.zone_name(start.tzinfo, start)}]


def _was(bookings: Part, formats: Formats) -> Row:
    return _("Was"), was_text(bookings[0], formats)


def was_text(told: BookingFacts | SessionFacts, formats: Formats) -> str:
    """Only what was otherwise: `Sunday 6 January, 10:00, with Ada`."""
    was = [
        formats.moment(told.old_start.astimezone(told.zone)) if told.old_start else "",
        _("with %(name)s") % {"name": told.old_staff} if told.old_staff else "",
        _("at %(place)s") % {"place": told.old_place} if told.old_place else "",
    ]
    return in_line(was)


def _with(bookings: Part, _formats: Formats) -> Row:
    return _("With"), in_line(each.staff for each in bookings)


def _where(bookings: Part, _formats: Formats) -> Row:
    return _("Where"), in_line(where_of(each) for each in bookings)


def _party(bookings: Part, _formats: Formats) -> Row:
    size = max(each.party_size for each in bookings)
    return _("For"), ngettext("%d person", "%d people", size) % size if size > 1 else ""


def _price(bookings: Part, formats: Formats) -> Row:
    return _("Price"), formats.price(_sum(each.price for each in bookings))


def _total(bookings: Part, formats: Formats) -> Row:
    return _("Total"), _price(bookings, formats)[1]


def _due(bookings: Part, formats: Formats) -> Row:
    due = _sum(each.payment_due for each in bookings)
    amount = formats.money(due)
    if due != _sum(each.price for each in bookings):
        amount = _("%s as a deposit") % amount
    return _("Due"), amount if due else ""


def _fee(bookings: Part, formats: Formats) -> Row:
    fee = _sum(each.fee for each in bookings)
    return _("Cancellation fee"), formats.money(fee) if fee else ""


def _people(booking: BookingFacts, audience: Audience) -> list[Row]:
    rows = [(_("Reason"), booking.reason), (_("Reference"), booking.reference)]
    if audience is not Audience.CUSTOMER:
        contact = in_line((booking.customer_name, booking.customer_email, left_to_right(booking.customer_phone)))
        rows = [(_("Customer"), contact), (_("Their note"), booking.notes), *rows]
    return rows


def _span(bookings: Part, written: Callable[[dt.datetime, dt.datetime], str]) -> str:
    """From the first's start to the last's end."""
    zone = bookings[0].zone
    return written(bookings[0].starts_at.astimezone(zone), bookings[-1].ends_at.astimezone(zone))


def _apart(rows_of: Iterable[RowOf], parts: Sequence[Part], formats: Formats) -> tuple[list[RowOf], list[RowOf]]:
    """Which of them differ from part to part, and which are the same in all."""
    own: list[RowOf] = []
    shared: list[RowOf] = []
    for row_of in rows_of:
        is_same = len({row_of(part, formats) for part in parts}) == 1
        (shared if is_same else own).append(row_of)
    return own, shared


def _each(rows_of: Iterable[RowOf], bookings: Part, formats: Formats) -> list[Row]:
    return [row_of(bookings, formats) for row_of in rows_of]


def _details(rows_of: Iterable[RowOf], bookings: Part, formats: Formats) -> list[str]:
    rows = _said(_each(rows_of, bookings, formats))
    return [_("%(label)s: %(text)s") % {"label": label, "text": text} for label, text in rows]


def _said(rows: Iterable[Row]) -> list[Row]:
    return [(label, text) for label, text in rows if text]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
