"""Sending a recorded message once more, with what is true now."""

import datetime as dt
from math import ceil
from uuid import UUID

from django.utils import translation

from bookme.communications.actions.telling import send_later
from bookme.communications.events import NotificationSentAgain
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.communications.selectors.queue import has_its_turn
from bookme.communications.selectors.routes import address_by
from bookme.communications.tellings import told_of
from bookme.core.actor import SYSTEM, Actor
from bookme.core.errors import Conflict, TooMany, gettext_noop
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.eventlog.models import Event

AN_HOUR = dt.timedelta(hours=1)
# Of one message within an hour: enough for whoever helps somebody on the phone, too few to be a nuisance.
AGAIN_AT_MOST = 5


def send_again(*, notification: Notification, actor: Actor, now: dt.datetime) -> Notification:
    """Let a message go out once more, by the first channel again; it is returned. Joins the transaction, locks it.

    Publishes NotificationSentAgain. Raises NotAllowed, Conflict `no_longer_true` if its bookings have changed so that
    it would mislead, Conflict `still_waiting` where it will go out anyway, and TooMany `sent_too_often` where that was
    asked for often within the hour.
    """
    actor.demand(Permission.NOTIFICATIONS_SEND)
    locked = Notification.objects.select_for_update(no_key=True).get(pk=notification.pk)
    if has_its_turn(locked):
        raise Conflict("This message is on its way already.", code="still_waiting")
    _demand_not_too_often(locked, now)
    _queue_anew(locked, actor, now)
    return locked


def begin_anew(*, notification_id: UUID, now: dt.datetime) -> None:
    """The same of one that failed since its row of the outbox was given up, which an operator has run again.

    Nothing happens where it is over for another reason, or forgotten. Raises Conflict `no_longer_true`.
    """
    failed = Notification.objects.filter(pk=notification_id, status=NotificationStatus.FAILED)
    locked = failed.select_for_update(no_key=True).first()
    if locked is not None:
        _queue_anew(locked, SYSTEM, now)


def _queue_anew(locked: Notification, actor: Actor, now: dt.datetime) -> None:
    with translation.override(locked.language):
        told = told_of(locked, now=now)
    if told is None:
        raise Conflict("The booking has changed: this message would no longer be true.", code="no_longer_true")
    if locked.tried:
        locked.channel = locked.tried[0]  # where it began
    locked.to = address_by(Channel(locked.channel), told.to)
    locked.status, locked.tried, locked.ended_at, locked.due_at = NotificationStatus.QUEUED, [], None, now
    locked.reason, locked.error, locked.edition = "", "", locked.edition + 1
    locked.save()
    send_later(notification=locked, due_at=now, now=now)
    event = NotificationSentAgain(notification_id=locked.pk, kind=locked.kind, channel=locked.channel)
    publish(event, actor=actor)


def _demand_not_too_often(locked: Notification, now: dt.datetime) -> None:
    asked = Event.objects.filter(subject_id=locked.pk, name=NotificationSentAgain.name, occurred_at__gt=now - AN_HOUR)
    newest = asked.order_by("-occurred_at").values_list("occurred_at", flat=True)[:AGAIN_AT_MOST]
    if len(newest) == AGAIN_AT_MOST:
        detail = gettext_noop("This message was sent again several times within the hour: let some time pass.")
        wait = newest[AGAIN_AT_MOST - 1] + AN_HOUR - now
        raise TooMany(detail, code="sent_too_often", retry_after=ceil(wait.total_seconds()))
