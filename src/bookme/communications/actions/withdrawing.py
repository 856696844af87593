"""Taking back what waits and has become untrue, as soon as it has."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q
from django.utils import translation

from bookme.communications.keys import waiting_key
from bookme.communications.models import Notification, NotificationStatus
from bookme.communications.selectors.queue import unclear_channels, waiting_about
from bookme.communications.tellings import told_of
from bookme.tenants.outbox import withdraw


def withdraw_untrue(*, booking_ids: Collection[UUID], now: dt.datetime) -> None:
    """Withdraw what waits, tells of these bookings and is not true any more, with its row of the outbox.

    Joins the transaction. What is on its way at this moment is left to whoever has it: they look once more before they
    hand it over, and what was handed over was true then. So is what a provider may have taken, which its next try
    settles.
    """
    nobody_has_it = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    untrue = [each for each in waiting_about(booking_ids) if not _is_true(each, now)]
    waits = Notification.objects.filter(nobody_has_it, status=NotificationStatus.QUEUED, held_month=None)
    for each in untrue:
        if unclear_channels(each):
            continue
        over = {"status": NotificationStatus.WITHDRAWN, "reason": "no_longer_true", "ended_at": now}
        if waits.filter(pk=each.pk, edition=each.edition).update(**over, updated_at=now):
            withdraw(keys=[waiting_key(each.pk)])


def _is_true(notification: Notification, now: dt.datetime) -> bool:
    with translation.override(notification.language):
        return told_of(notification, now=now) is not None
