"""One sender at a time for each message, and one message at a time about the same bookings to the same reader."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import QuerySet

from bookme.communications.models import Notification, NotificationStatus
from bookme.communications.selectors.queue import of_same_reader
from bookme.core.time import now as read_clock
from bookme.tenants.outbox import NotYet

# Longer than the longest conversation with a provider; it is renewed before each.
LEASE = dt.timedelta(seconds=90)
LOOK_AGAIN_SECONDS = 1


def take_lease(notification: Notification) -> bool:
    """Keep others from sending it, or another about the same to the same reader; it is read anew. False if it is over.

    Raises NotYet while one of those is on its way. A transaction of its own, under a lock for each of its bookings.
    """
    about = sorted(str(each) for each in (*notification.booking_ids, notification.entry_id or notification.pk))
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(%s::text[]) k", [about])
        notification.refresh_from_db()
        if notification.status != NotificationStatus.QUEUED:
            return False
        now = read_clock()
        if of_same_reader(notification).filter(leased_until__gt=now).exists():
            raise NotYet("it, or another to the same reader, is on its way", seconds=LOOK_AGAIN_SECONDS)
        notification.leased_until = now + LEASE
        Notification.objects.filter(pk=notification.pk).update(leased_until=notification.leased_until)
    return True


def renew_lease(notification: Notification, **known: object) -> None:
    """Before another conversation, writing down what is `known` of it.

    Raises NotYet where it is another's by now, or does not wait any more.
    """
    until = read_clock() + LEASE
    if not ours(notification).filter(status=NotificationStatus.QUEUED).update(**known, leased_until=until):
        raise NotYet("another has it, or its provider has told how it went", seconds=0)
    notification.leased_until = until


def give_back_lease(notification: Notification) -> None:
    ours(notification).update(leased_until=None)


def ours(notification: Notification) -> QuerySet[Notification]:
    """Its row as long as the lease is ours: it may be another's by now, or whom it was for may have been erased."""
    return Notification.objects.filter(pk=notification.pk, leased_until=notification.leased_until)
