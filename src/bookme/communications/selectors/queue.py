"""What else is told to the same reader, and what waits."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from bookme.communications.kinds import Kind
from bookme.communications.models import AttemptOutcome, Channel, Notification, NotificationStatus

# Whichever comes last says how it is now: another before it would only repeat that, out of order.
_SAY_HOW_IT_IS = (Kind.CONFIRMED, Kind.RESCHEDULED)
_WENT_OUT = (NotificationStatus.SENT, NotificationStatus.DELIVERED)


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
    """Whether a later fact has told the reader already all that it would: such as a move, while it could not go out.

    Nothing that somebody asked for once more is.
    """
    if notification.kind not in _SAY_HOW_IT_IS or notification.event_id is None or notification.edition > 1:
        return False
    later = of_same_reader(notification).filter(
        kind__in=_SAY_HOW_IT_IS,
        status__in=_WENT_OUT,
        event_id__gt=notification.event_id,
        booking_ids__contains=notification.booking_ids,
    )
    return later.exists()


def unclear_channels(notification: Notification) -> list[Channel]:
    """By which it may have arrived: a provider did not say whether it took it, or whoever tried last was killed."""
    since = notification.due_at or notification.created_at  # sent again, it has all its tries anew
    unclear = notification.tries.filter(outcome=AttemptOutcome.UNCLEAR, created_at__gte=since)
    found = set(unclear.values_list("channel", flat=True))
    if notification.attempts and not notification.tries.filter(number=notification.attempts).exists():
        found.add(notification.channel)
    return [Channel(each) for each in sorted(found)]


def waiting_about(booking_ids: Iterable[UUID]) -> QuerySet[Notification]:
    """What has yet to go out and tells of any of them."""
    return Notification.objects.filter(status=NotificationStatus.QUEUED, booking_ids__overlap=list(booking_ids))
