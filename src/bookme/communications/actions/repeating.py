"""Sending a recorded message once more, with what is true now."""

from datetime import datetime
from uuid import UUID

from bookme.communications.actions import telling, waiting
from bookme.communications.events import NotificationSentAgain
from bookme.communications.models import Notification
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.ids import uuid7
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.tenants.outbox import enqueue

SEND_AGAIN_TASK = "communications.send_again"


def send_again(*, notification: Notification, actor: Actor, now: datetime) -> None:
    """Let a message go out once more. Joins the caller's transaction; publishes NotificationSentAgain.

    Raises NotAllowed, and Conflict `no_longer_true` if its bookings have changed so that it would mislead.
    """
    actor.demand(Permission.NOTIFICATIONS_SEND)
    if not _is_true_still(notification, now):
        raise Conflict("The booking has changed: this message would no longer be true.", code="no_longer_true")
    request = uuid7()
    enqueue(
        task=SEND_AGAIN_TASK,
        args={"notification_id": str(notification.pk), "request": str(request)},
        key=f"notification:{notification.pk}:{request}",
        due_at=now,
        now=now,
    )
    event = NotificationSentAgain(notification_id=notification.pk, kind=notification.kind, channel=notification.channel)
    publish(event, actor=actor)


def repeat(*, notification: Notification, request: UUID, now: datetime) -> None:
    """Send a recorded message again, if it is true still. `request` tells two wishes apart, not two tries of one."""
    if notification.entry_id is not None:
        waiting.repeat_waiting(notification=notification, request=request, now=now)
    else:
        telling.repeat_telling(notification=notification, request=request, now=now)


def _is_true_still(notification: Notification, now: datetime) -> bool:
    if notification.entry_id is not None:
        return waiting.is_still_true(notification, now=now)
    return telling.is_still_true(notification)
