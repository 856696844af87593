"""What else is told to the same reader, what waits, and until when."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from bookme.bookings.events import BookingRescheduled
from bookme.bookings.models import Booking
from bookme.communications.keys import reminder_in, waiting_key
from bookme.communications.kinds import MAY_WAIT, Audience, Kind
from bookme.communications.models import Attempt, AttemptOutcome, Channel, Notification, NotificationStatus
from bookme.communications.quiet import quiet_until
from bookme.communications.told import Told
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import due_of, is_waiting

# Whichever comes last says how it is now: another before it would only repeat that, out of order.
_SAY_HOW_IT_IS = (Kind.CONFIRMED, Kind.RESCHEDULED)
_AHEAD = frozenset({Kind.REQUESTED, Kind.CONFIRMED, Kind.RESCHEDULED})
# All tries of the outbox, and more: it was its business that was suspended.
_WAITED_LONG = dt.timedelta(days=2)
_WENT_OUT = (NotificationStatus.SENT, NotificationStatus.DELIVERED)
# So long after its time a reminder, or what somebody has just asked for once more, goes out in the quiet hours, too.
_LATE = dt.timedelta(minutes=15)


def of_same_reader(notification: Notification) -> QuerySet[Notification]:
    """It, and what tells the same reader of one of its bookings, or of the same place in the line."""
    about = Q(pk=notification.pk)
    if notification.booking_ids:
        about |= Q(booking_ids__overlap=notification.booking_ids)
    if notification.entry_id:
        about |= Q(entry_id=notification.entry_id)
    same = {"audience": notification.audience, "recipient_id": notification.recipient_id}
    return Notification.objects.filter(about, **same)


def is_overtaken(notification: Notification) -> bool:
    """Whether a later fact tells the reader all that it would: it has, such as a move, while this could not go out; or
    it will, since each move is told to the customer.

    Nothing that somebody asked for once more is.
    """
    if notification.kind not in _SAY_HOW_IT_IS or notification.event_id is None or notification.edition > 1:
        return False
    if notification.kind == Kind.RESCHEDULED and notification.audience == Audience.CUSTOMER and _moved_on(notification):
        return True
    later = told_how_it_is(notification).filter(event_id__gt=notification.event_id)
    return later.filter(booking_ids__contains=notification.booking_ids).exists()


def why_outdated(notification: Notification, *, now: dt.datetime) -> str:
    """The code of why it is not to go out any more though it may be true; empty where nothing speaks against it."""
    if is_overtaken(notification):
        return "overtaken"
    return "too_late" if _is_too_late(notification, now) else ""


def _is_too_late(notification: Notification, now: dt.datetime) -> bool:
    """Whether it has waited for days, as of a suspended business, and all that it says is to come is over."""
    waited = now - (notification.due_at or notification.created_at)
    if notification.kind not in _AHEAD or waited < _WAITED_LONG:
        return False
    told = Booking.objects.filter(pk__in=notification.booking_ids)
    return not told.filter(appointment__ends_at__gt=now).exists()


def told_how_it_is(notification: Notification) -> QuerySet[Notification]:
    """What went out to the same reader and says how one of its bookings is."""
    return of_same_reader(notification).filter(kind__in=_SAY_HOW_IT_IS, status__in=_WENT_OUT)


def waiter_heard(notification: Notification) -> dt.datetime | None:
    """When whoever waits was last told of what they wait for, by another message than this one."""
    told = Notification.objects.filter(entry_id=notification.entry_id, status__in=_WENT_OUT).exclude(pk=notification.pk)
    last: dt.datetime | None = told.aggregate(last=Max("sent_at"))["last"]
    return last


def _moved_on(notification: Notification) -> bool:
    """Whether each of its bookings has been moved again."""
    moves = EventRow.objects.filter(name=BookingRescheduled.name, pk__gt=notification.event_id)
    again = moves.filter(subject_id__in=notification.booking_ids).values_list("subject_id", flat=True).distinct()
    return set(again) >= set(notification.booking_ids)


def unclear_channels(notification: Notification) -> list[Channel]:
    """By which it may have arrived: a provider did not say whether it took it, or whoever tried last was killed."""
    if not notification.attempts:
        return []
    unclear = tries_of(notification).filter(outcome=AttemptOutcome.UNCLEAR)
    found = set(unclear.values_list("channel", flat=True))
    if not notification.tries.filter(number=notification.attempts).exists():
        found.add(notification.channel)
    return [Channel(each) for each in sorted(found)]


def tries_of(notification: Notification) -> QuerySet[Attempt]:
    """Those since it was asked for last: sent again, it has all its tries anew."""
    return notification.tries.filter(created_at__gte=notification.due_at or notification.created_at)


def has_its_turn(notification: Notification) -> bool:
    """Whether it waits, and will be tried."""
    return notification.status == NotificationStatus.QUEUED and is_waiting(key=waiting_key(notification.pk))


def next_try(notification: Notification) -> dt.datetime | None:
    """When it is tried next, or for the first time; None of one that is over."""
    if notification.status != NotificationStatus.QUEUED:
        return None
    return due_of(key=waiting_key(notification.pk))


def earliest_time(told: Told, *, now: dt.datetime) -> dt.datetime:
    """When it may go out: of what can wait, after the quiet hours of whoever gets it."""
    if told.kind not in MAY_WAIT:
        return now
    config = require_tenant().config
    start, end = config.messages.quiet_from, config.messages.quiet_to
    return quiet_until(now, zone=told.to.zone or config.zone, start=start, end=end)


def waits_until(notification: Notification, told: Told, *, now: dt.datetime) -> dt.datetime:
    """The same of one that waited already, such as for another try.

    A reminder comes in the quiet hours if it is hardly late, or if it would come too late after them; and what somebody
    has just asked for once more does.
    """
    planned = reminder_in(notification.key)
    may_be_now = planned is not None or notification.edition > 1
    if may_be_now and now - (notification.due_at or notification.created_at) <= _LATE:
        return now
    until = earliest_time(told, now=now)
    return now if planned is not None and until >= planned.starts_at else until


def waiting_about(booking_ids: Iterable[UUID]) -> QuerySet[Notification]:
    """What has yet to go out and tells of any of them."""
    return Notification.objects.filter(status=NotificationStatus.QUEUED, booking_ids__overlap=list(booking_ids))
