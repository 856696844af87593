"""One sender at a time for each message, and one message at a time about the same bookings to the same reader."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import QuerySet

from bookme.communications.models import Attempt, AttemptOutcome, Notification, NotificationStatus
from bookme.communications.selectors.queue import of_same_reader
from bookme.core.time import now as read_clock
from bookme.tenants.outbox import NotYet

# Longer than the longest conversation with a provider; it is renewed before each.
LEASE = dt.timedelta(seconds=90)
LOOK_AGAIN_SECONDS = 1


def take_lease(notification: Notification) -> bool:
    """Keep others from sending it, or another about the same to the same reader; it is read anew. False if it is over.

    Of a try that nobody wrote down, as whoever made it was killed, it is written that it may have been taken. Raises
    NotYet while one of those is on its way. A transaction of its own, under a lock for each of its bookings.
    """
    with transaction.atomic(durable=True):
        _lock_what_it_is_about(notification)
        # Locked, so that what somebody's erasure is about to take out of it is not read.
        notification.refresh_from_db(from_queryset=Notification.objects.select_for_update(no_key=True))
        if notification.status != NotificationStatus.QUEUED:
            return False
        if _is_one_on_its_way(notification):
            raise NotYet("it, or another to the same reader, is on its way", seconds=LOOK_AGAIN_SECONDS)
        notification.leased_until = read_clock() + LEASE
        Notification.objects.filter(pk=notification.pk).update(leased_until=notification.leased_until)
        _write_down_killed(notification)
    return True


def _write_down_killed(notification: Notification) -> None:
    if notification.attempts and not notification.tries.filter(number=notification.attempts).exists():
        Attempt.objects.create(
            notification=notification,
            number=notification.attempts,
            channel=notification.channel,
            outcome=AttemptOutcome.UNCLEAR,
            error="its sender was killed",
        )


def begin_lease(notification: Notification) -> bool:
    """The same of a message that the caller is about to write down, in this transaction; False: it is nobody's."""
    _lock_what_it_is_about(notification)
    if _is_one_on_its_way(notification):
        return False
    notification.leased_until = read_clock() + LEASE
    return True


def renew_lease(notification: Notification, **known: object) -> None:
    """Before another conversation, writing down what is `known` of it.

    Raises NotYet where it is another's by now, or does not wait any more.
    """
    until = read_clock() + LEASE
    waiting = ours(notification).filter(status=NotificationStatus.QUEUED)
    if not waiting.exclude(tried__contains=[notification.channel]).update(**known, leased_until=until):
        raise NotYet("another has it, or its provider has told how it went", seconds=0)
    notification.leased_until = until


def give_back_lease(notification: Notification) -> None:
    if notification.leased_until is not None:  # else it was, with what became of it
        ours(notification).update(leased_until=None)


def ours(notification: Notification) -> QuerySet[Notification]:
    """Its row as long as the lease is ours: it may be another's by now, or whom it was for may have been erased."""
    return Notification.objects.filter(pk=notification.pk, leased_until=notification.leased_until)


def _lock_what_it_is_about(notification: Notification) -> None:
    about = sorted(str(each) for each in (*notification.booking_ids, notification.entry_id or notification.pk))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(%s::text[]) k", [about])


def _is_one_on_its_way(notification: Notification) -> bool:
    return of_same_reader(notification).filter(leased_until__gt=read_clock()).exists()
