"""What is on record of messages, and for how long."""

import datetime as dt

from bookme.communications.models import LastInbound, Notification, NotificationStatus
from bookme.communications.selectors.whatsapp import WINDOW
from bookme.core.forgetting import forget


def forget_messages(*, before: dt.datetime) -> int:
    """Delete messages that were recorded before then, with their attempts; returns how many.

    One that goes out once more now is kept.
    """
    old = Notification.objects.filter(created_at__lt=before)
    return forget(old.exclude(status=NotificationStatus.QUEUED, due_at__gte=before))


def forget_windows(*, now: dt.datetime) -> int:
    """Delete who wrote so long ago that it opens nothing any more; returns how many."""
    return forget(LastInbound.objects.filter(at__lt=now - WINDOW))
