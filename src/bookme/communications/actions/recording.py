"""Writing down how it goes with a message that is sent: as long as it is ours, and nothing of who has been erased."""

from collections.abc import Iterable

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from bookme.communications.actions.leasing import ours
from bookme.communications.actions.spending import settle
from bookme.communications.models import Attempt, AttemptOutcome, Notification, NotificationStatus

# Says nothing of who it was for.
_OF_ITS_END = ("tried", "status", "reason", "ended_at", "cost", "held_cost", "held_month")
# What a try writes down, whatever its provider tells of it meanwhile.
_OF_A_TRY = ("channel", "to", "subject", "text", "booking_ids", "attempts", "segments", "error")

_log = structlog.get_logger(__name__)


def note_try(notification: Notification, outcome: AttemptOutcome, error: str) -> None:
    notification.error = error[:300]
    with transaction.atomic():
        if ours(notification).update(**known(notification, _OF_A_TRY)):
            keep_try(notification, outcome)


def keep_try(notification: Notification, outcome: AttemptOutcome) -> None:
    Attempt.objects.create(
        notification=notification,
        number=notification.attempts,
        channel=notification.channel,
        outcome=outcome,
        error=notification.error,
    )


def end(
    notification: Notification, status: NotificationStatus, *, still: Q | None = None, also: Iterable[str] = ()
) -> bool:
    """Write down how it ended, and give the lease back; False where it is not ours any more, or does not wait.

    Of who has been erased since, only what says nothing of them is written. `still` is what has to hold of it, too.
    """
    settle(notification)
    notification.status = status
    of_its_end = known(notification, (*_OF_ITS_END, *also))
    waiting = _waiting(notification).filter(still or Q())
    is_ours = waiting.filter(leased_until=notification.leased_until).update(
        **known(notification, _OF_A_TRY), **of_its_end, leased_until=None
    )
    if not is_ours and not waiting.update(**of_its_end):
        return False
    if is_ours:
        notification.leased_until = None
    _log.info(
        "message",
        kind=notification.kind,
        audience=notification.audience,
        channel=notification.channel,
        status=status.value,
        reason=notification.reason,
        bookings=[str(each) for each in notification.booking_ids],
    )
    return bool(is_ours)


def known(notification: Notification, names: Iterable[str]) -> dict[str, object]:
    return {each: getattr(notification, each) for each in names}


def _waiting(notification: Notification) -> QuerySet[Notification]:
    """The row, as long as it waits: what its provider has told of it stands. It is ours, or whom it was for is gone."""
    waiting = Notification.objects.filter(pk=notification.pk, status=NotificationStatus.QUEUED)
    return waiting.filter(Q(leased_until=notification.leased_until) | Q(leased_until=None, to=""))
