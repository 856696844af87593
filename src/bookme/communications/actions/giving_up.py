"""The end of a message that nothing will try any more."""

import datetime as dt
from uuid import UUID

from bookme.communications.actions.spending import settle
from bookme.communications.models import Notification, NotificationStatus
from bookme.communications.selectors.queue import tries_of
from bookme.tenants.actions import CLOSED


def end_given_up(*, notification_id: UUID, error: str, now: dt.datetime) -> None:
    """Let a message that waits end: its row of the outbox was given up, for `error`. As failed, or, where the business
    was closed, withdrawn.

    Joins the transaction in which that is recorded; locks the message.
    """
    waiting = Notification.objects.filter(pk=notification_id, status=NotificationStatus.QUEUED)
    locked = waiting.select_for_update(no_key=True).first()
    if locked is None:
        return
    settle(locked)
    locked.ended_at, locked.leased_until = now, None
    if error == CLOSED:
        locked.status, locked.reason = NotificationStatus.WITHDRAWN, "business_closed"
    else:
        locked.status, locked.error = NotificationStatus.FAILED, error[:300]
        locked.reason = "gave_up" if tries_of(locked).exists() else "broken"
    locked.save()
