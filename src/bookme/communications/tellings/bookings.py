"""What a message about bookings tells: of one, of a visit, or of a series, which its first visit opens."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.bookings.cancel_wording import Deadline, cancellation_text, deadline_text
from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Booking, Waiting, WaitlistEntry
from bookme.bookings.states import Status
from bookme.communications.calendar import booking_url, customer_calendar, team_calendar
from bookme.communications.itinerary import by_visit, layout_of, start_text, was_text, what_of, where_of, zone_note
from bookme.communications.keys import reminder_in
from bookme.communications.kinds import MESSAGES, Audience, Category, Kind
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import all_facts_of, bookings_to_tell, sender_of
from bookme.communications.selectors.readers import (
    calendars_of,
    former_as_told,
    former_of,
    recipient_of_booking,
    staff_recipient,
)
from bookme.communications.told import OVER, TRUE_OF, BookingFacts, Former, Recipient, Sender, Told
from bookme.core.formats import Formats, in_line, locale_of
from bookme.customers.selectors import marketing_answer
from bookme.tenants.config import Cancellation
from bookme.tenants.context import require_tenant

_TO_JOIN = frozenset({Kind.CONFIRMED, Kind.RESCHEDULED, Kind.REMINDER})
_NOTHING_TO_CANCEL = OVER | {Kind.NO_SHOW, Kind.FOLLOW_UP}
_TO_CALENDAR = frozenset({Kind.REQUESTED, Kind.CONFIRMED, Kind.RESCHEDULED}) | OVER


def told_of_bookings(notification: Notification, *, now: dt.datetime) -> Told | None:
    """None where it is true of none of them any more. Those of which it is not are left out.

    Raises ValueError for bookings of several customers, of whom none may read of the others.
    """
    kind, audience = Kind(notification.kind), Audience(notification.audience)
    rows = still_true(kind, notification, now=now)
    sender = sender_of(require_tenant())
    former = former_as_told(notification) if audience is Audience.CUSTOMER else former_of(notification.event_id)
    is_gone = False
    if audience is Audience.STAFF:
        reader, calendars = notification.recipient_id, calendars_of(rows)
        rows = [each for each in rows if reader in calendars[each.pk] or _was_theirs(former, each.pk, reader)]
        is_gone = not any(reader in calendars[each.pk] for each in rows)
    if not rows:
        return None
    if kind is Kind.RESCHEDULED and audience is Audience.CUSTOMER and _are_back(former, rows, notification):
        return None
    if len({each.visit.customer_id for each in rows}) > 1:
        raise ValueError("one message is to one customer")
    told = told_from(
        kind=kind,
        audience=audience,
        to=_recipient(notification, rows, sender),
        sender=sender,
        bookings=all_facts_of(rows, language=notification.language, former=former),
        language=notification.language,
        now=now,
        is_gone=is_gone,
    )
    if kind is Kind.HOLD_ENDING and (entry := _offered(rows[0].visit_id)):
        taking = waitlist_url(entry)
        told = replace(told, button=(_("Take it or turn it down"), taking), links=told.links | {taking})
    return replace(told, versions={each.pk: each.version for each in rows})


def _are_back(former: Mapping[UUID, Former], rows: Sequence[Booking], notification: Notification) -> bool:
    """Moved away and back before anybody was told: all is as its reader knows it."""
    step = former_of(notification.event_id)
    return any(former.get(each.pk) != step.get(each.pk) for each in rows) and all(
        each.pk in former and _is_there(former[each.pk], each) for each in rows
    )


def _is_there(was: Former, booking: Booking) -> bool:
    at = booking.appointment
    return (was.start, was.staff_id, was.location_id) == (at.starts_at, at.staff_id, at.location_id)


def told_from(
    *,
    kind: Kind,
    audience: Audience,
    to: Recipient,
    sender: Sender,
    bookings: Sequence[BookingFacts],
    language: str,
    now: dt.datetime,
    is_gone: bool = False,
) -> Told:
    """The same of plain facts of one customer, by start. Pure; `language`, of `WRITTEN_IN`, is active.

    `is_gone`: it has left the reader's calendar.
    """
    formats = Formats(locale=locale_of(language, sender.country), currency=bookings[0].currency)
    to_team = audience is not Audience.CUSTOMER
    if to_team:
        bookings = [replace(each, reader_zone=None) for each in bookings]
    is_on = kind in _TO_JOIN and bookings[0].state is Status.CONFIRMED
    join_url = bookings[0].meeting_url if is_on else ""
    return Told(
        kind=kind,
        audience=audience,
        to=to,
        sender=sender,
        variables={
            **_variables(bookings, formats),
            "meeting_link": join_url,
            "is_changed": kind is Kind.RESCHEDULED and _is_changed(bookings),
            "is_gone": is_gone,
        },
        layout=layout_of(bookings, audience=audience, formats=formats),
        button=_button(kind, sender, bookings) if not to_team else _team_button(sender, bookings, is_gone=is_gone),
        join_url=join_url,
        policies=[] if to_team or kind in _NOTHING_TO_CANCEL else _policies(bookings, formats, now),
        reply_name=bookings[0].customer_name if to_team else sender.name,
        reply_to=bookings[0].customer_email if to_team else sender.email,
        calendar=_calendar(kind, audience, sender, bookings, now, is_gone=is_gone),
        links=frozenset(each.manage_url for each in bookings),
    )


def stands(told: Told) -> bool:
    """Whether its bookings are still what they were when it was read."""
    if not told.versions:
        return True
    found = Booking.objects.filter(pk__in=told.versions).values_list("pk", "version")
    return dict(found) == told.versions


def still_true(kind: Kind, notification: Notification, *, now: dt.datetime) -> list[Booking]:
    """Its bookings of which it may be said, by start."""
    rows = [each for each in bookings_to_tell(notification.booking_ids) if each.state in TRUE_OF[kind]]
    if kind is Kind.HOLD_ENDING:
        return [each for each in rows if each.hold_expires_at is not None and each.hold_expires_at > now]
    planned = reminder_in(notification.key)
    if planned is None:
        return rows
    coming = [each for each in rows if each.appointment.starts_at > now]
    begins = coming[0].appointment.starts_at.replace(second=0, microsecond=0) if coming else None
    return coming if begins == planned.starts_at else []


def _recipient(notification: Notification, bookings: Sequence[Booking], sender: Sender) -> Recipient:
    """Whoever booked, at the contact given with the visit; the business at its own; one of the staff at theirs."""
    if notification.recipient_id is not None:
        return staff_recipient(notification.recipient_id)
    if notification.audience == Audience.BUSINESS:
        return Recipient(name=sender.name, email=sender.email)
    is_marketing = MESSAGES[Kind(notification.kind)].category is Category.MARKETING
    agreed = is_marketing and bool(marketing_answer(bookings[0].visit.customer))
    return replace(recipient_of_booking(bookings[0]), agreed=agreed)


def _offered(visit_id: UUID) -> WaitlistEntry | None:
    """Whose place in the line it was that a visit is held for, of one that was offered."""
    return WaitlistEntry.objects.filter(visit=visit_id, status=Waiting.OFFERED).first()


def _was_theirs(former: Mapping[UUID, Former], booking_id: UUID, reader: UUID | None) -> bool:
    return booking_id in former and reader in former[booking_id].calendars


def _variables(bookings: Sequence[BookingFacts], formats: Formats) -> dict[str, str | bool]:
    first = bookings[0]
    due, fee = sum(each.payment_due for each in bookings), sum(each.fee for each in bookings)
    held_until = first.hold_expires_at
    return {
        "customer": first.customer_name,
        "service": what_of(bookings),
        "when": _when(bookings, formats),
        "staff": in_line(each.staff for each in bookings),
        "place": in_line(where_of(each) for each in bookings),
        "price": formats.price(sum((each.price for each in bookings[1:]), first.price)),
        "due": formats.money(due) if due else "",
        "fee": formats.money(fee) if fee else "",
        "reference": first.reference,
        "reason": first.reason,
        "was": was_text(first, formats),
        "held_until": formats.moment_of_both(held_until.astimezone(first.zone), first.reader_zone)
        if held_until
        else "",
        "is_series": len(by_visit(bookings)) > 1,
        "by_customer": first.cancelled_by == "customer",
    }


def _is_changed(bookings: Sequence[BookingFacts]) -> bool:
    """Something else than its start."""
    return len(by_visit(bookings)) == 1 and not any(each.old_start for each in bookings)


def _when(bookings: Sequence[BookingFacts], formats: Formats) -> str:
    start = start_text(bookings[0], formats)
    return start if len(by_visit(bookings)) == 1 else _("from %(start)s") % {"start": start}


def _policies(bookings: Sequence[BookingFacts], formats: Formats, now: dt.datetime) -> list[str]:
    """What cancelling costs, in a sentence; one for each of the rules, where services of a visit have their own.

    Of one visit with the moments, as its page says it; of several by the rule, in percentages.
    """
    under: dict[Cancellation, list[BookingFacts]] = defaultdict(list)
    for each in bookings:
        under[each.cancellation].append(each)
    policies = []
    for rule, same in under.items():
        said = _policy(rule, [each.price for each in same], bookings, formats, now)
        policies.append(f"{in_line(each.service for each in same)}: {said}" if len(under) > 1 else said)
    first = bookings[0]
    return [*policies, *zone_note(first.starts_at.astimezone(first.zone), first.reader_zone, formats)]


def _policy(
    rule: Cancellation, prices: list[Decimal], bookings: Sequence[BookingFacts], formats: Formats, now: dt.datetime
) -> str:
    if len(by_visit(bookings)) > 1:
        return cancellation_text(rule, None if any(prices) else [], formats=formats)
    first = min(bookings, key=lambda each: each.starts_at)
    return deadline_text(rule, prices, deadline=Deadline(first.starts_at.astimezone(first.zone), now, formats))


def _team_button(sender: Sender, bookings: Sequence[BookingFacts], *, is_gone: bool) -> tuple[str, str]:
    label = _("Open the team page") if is_gone else _("Open the booking")
    return label, booking_url(sender, bookings[0], is_gone=is_gone)


def _button(kind: Kind, sender: Sender, bookings: Sequence[BookingFacts]) -> tuple[str, str]:
    """What it says and where it leads."""
    if kind in OVER:
        return _("Find another time"), sender.url
    if kind is Kind.FOLLOW_UP:
        return _("Book again"), sender.url
    if kind is Kind.HOLD_ENDING:
        return _("Finish your booking"), bookings[0].manage_url
    if kind is Kind.NO_SHOW:
        return _("See it"), bookings[0].manage_url
    if len(by_visit(bookings)) > 1:
        return _("See, move or cancel them"), bookings[0].manage_url
    return _("See, move or cancel it"), bookings[0].manage_url


def _calendar(
    kind: Kind,
    audience: Audience,
    sender: Sender,
    bookings: Sequence[BookingFacts],
    now: dt.datetime,
    *,
    is_gone: bool,
) -> bytes:
    """Of all that tells how a booking stands; a reminder and what is said afterwards changes no calendar."""
    if kind not in _TO_CALENDAR:
        return b""
    if audience is Audience.CUSTOMER:
        return customer_calendar(sender=sender, bookings=bookings, now=now)
    return team_calendar(sender=sender, bookings=bookings, now=now, is_gone=is_gone)
