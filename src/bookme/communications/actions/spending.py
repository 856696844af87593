"""What messages cost in a month, never above the business's cap: reserved before a message goes, in one statement.

What is not known to be taken may have been, and stays reserved; what was surely not taken is given back.
"""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F

from bookme.communications.models import Notification, NotificationStatus, Spending
from bookme.communications.selectors.queue import tries_of
from bookme.communications.selectors.spending import month_of
from bookme.core.limits import Limit, count
from bookme.tenants.context import require_tenant

_DAY_SECONDS = 24 * 60 * 60
_HELD = ("cost", "held_cost", "held_month")


def reserve(*, notification: Notification, cost: Decimal, cap: Decimal | None, now: dt.datetime) -> bool:
    """Take what a try costs out of the month's cap, the business's or that `cap` if it is tighter; False where that is
    not in it any more, and nothing is taken.

    What an earlier try of the same message still holds is given back for it: that one was not taken after all. Locks
    the message, since its provider may tell of it meanwhile. Must run outside of a transaction.
    """
    if not cost and not notification.held_cost:
        return True
    month = month_of(now)
    with transaction.atomic(durable=True):
        held = _given_back(notification)
        if held.status == NotificationStatus.QUEUED and cost:
            if not _taken_from(month, cost, cap=_tighter(cap)):
                transaction.set_rollback(True)
                return False
            held.held_cost, held.held_month = cost, month
        _keep(held, notification)
    return True


def number_is_full(notification: Notification) -> bool:
    """Whether as many messages that cost have gone to that number lately as may; else this one is counted, once."""
    if tries_of(notification).filter(channel=notification.channel).exists():
        return False
    return one_more_fills(notification.to)


def one_more_fills(number: str) -> bool:
    """Count one more message that costs to that number, and say whether it is one too many."""
    limit = Limit("paid-messages", most=settings.PAID_MESSAGES_PER_NUMBER, seconds=_DAY_SECONDS)
    return count(limit, str(require_tenant().pk), number).is_over(limit)


def spend(*, cost: Decimal, cap: Decimal | None, now: dt.datetime) -> bool:
    """The same for what goes on no record."""
    return not cost or _taken_from(month_of(now), cost, cap=_tighter(cap))


def unspend(*, cost: Decimal, now: dt.datetime) -> None:
    """Give back what was spent at that time: it was surely not taken."""
    if cost:
        Spending.objects.filter(month=month_of(now)).update(amount=F("amount") - cost)


def give_back(*, notification: Notification) -> None:
    """Give back what is held: it was surely not taken. Locks the message."""
    if notification.held_cost:
        with transaction.atomic(durable=True):
            _keep(_given_back(notification), notification)


def settle(notification: Notification) -> None:
    """What is held is spent: it was taken, or may have been. The caller saves it."""
    notification.cost += notification.held_cost
    notification.held_cost, notification.held_month = Decimal(0), None


def spend_held(*, notification: Notification) -> None:
    """What is held for a channel that does not carry it after all is spent: it may have been taken."""
    if notification.held_cost:
        settle(notification)
        spent = {name: getattr(notification, name) for name in _HELD}
        Notification.objects.filter(pk=notification.pk, held_month__isnull=False).update(**spent)


def _given_back(notification: Notification) -> Notification:
    """The message as it is now, locked, and holding nothing."""
    locked = Notification.objects.select_for_update(no_key=True).get(pk=notification.pk)
    if locked.held_month is not None:
        Spending.objects.filter(month=locked.held_month).update(amount=F("amount") - locked.held_cost)
    locked.held_cost, locked.held_month = Decimal(0), None
    return locked


def _keep(locked: Notification, notification: Notification) -> None:
    locked.save(update_fields=_HELD)
    for name in _HELD:
        setattr(notification, name, getattr(locked, name))


def _tighter(cap: Decimal | None) -> Decimal | None:
    caps = [each for each in (cap, require_tenant().config.messages.monthly_cap) if each is not None]
    return min(caps, default=None)


def _taken_from(month: dt.date, cost: Decimal, *, cap: Decimal | None) -> bool:
    """The row's lock makes those that come at once go one after another; each looks at what the one before left."""
    Spending.objects.bulk_create([Spending(month=month)], ignore_conflicts=True)
    rows = Spending.objects.filter(month=month)
    if cap is not None:
        rows = rows.filter(amount__lte=cap - cost)
    return rows.update(amount=F("amount") + cost) == 1
