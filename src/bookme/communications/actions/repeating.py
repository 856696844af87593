"""Sending a recorded message once more, with what is true now."""

import datetime as dt

from django.utils import translation

from bookme.communications.actions.telling import send_later
from bookme.communications.events import NotificationSentAgain
from bookme.communications.models import Notification, NotificationStatus
from bookme.communications.tellings import told_of
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish


def send_again(*, notification: Notification, actor: Actor, now: dt.datetime) -> Notification:
    """Let a message go out once more, by the first channel again; it is returned. Joins the transaction, locks it.

    Publishes NotificationSentAgain. Raises NotAllowed, Conflict `no_longer_true` if its bookings have changed so that
    it would mislead, and Conflict `still_waiting` where it has not gone out yet.
    """
    actor.demand(Permission.NOTIFICATIONS_SEND)
    locked = Notification.objects.select_for_update(no_key=True).get(pk=notification.pk)
    if locked.status == NotificationStatus.QUEUED:
        raise Conflict("This message is on its way already.", code="still_waiting")
    with translation.override(locked.language):
        told = told_of(locked, now=now)
    if told is None:
        raise Conflict("The booking has changed: this message would no longer be true.", code="no_longer_true")
    if locked.tried:
        locked.channel = locked.tried[0]  # where it began
    locked.status, locked.tried, locked.ended_at, locked.due_at = NotificationStatus.QUEUED, [], None, now
    locked.edition += 1
    locked.save()
    send_later(notification=locked, due_at=now, now=now)
    event = NotificationSentAgain(notification_id=locked.pk, kind=locked.kind, channel=locked.channel)
    publish(event, actor=actor)
    return locked
