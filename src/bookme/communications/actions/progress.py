"""What providers tell of a message after they took it: it only ever goes forward."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation

from bookme.communications.actions.spending import settle
from bookme.communications.actions.stopping import stop_address
from bookme.communications.actions.telling import send_later
from bookme.communications.actions.whatsapp import heed_refusal
from bookme.communications.models import (
    ApprovalState,
    Attempt,
    AttemptOutcome,
    Channel,
    Notification,
    NotificationStatus,
    StopReason,
)
from bookme.communications.selectors.routes import channels_ahead, obstacle
from bookme.communications.tellings import told_of

# What may follow: of what is delivered one learns late at most that it came back.
_AFTER = {
    NotificationStatus.QUEUED: frozenset(
        {
            NotificationStatus.SENT,
            NotificationStatus.DELIVERED,
            NotificationStatus.FAILED,
            NotificationStatus.BOUNCED,
        }
    ),
    NotificationStatus.SENT: frozenset(
        {NotificationStatus.DELIVERED, NotificationStatus.FAILED, NotificationStatus.BOUNCED}
    ),
    NotificationStatus.DELIVERED: frozenset({NotificationStatus.BOUNCED}),
}
_ARRIVING = frozenset({NotificationStatus.SENT, NotificationStatus.DELIVERED})


@dataclass(frozen=True)
class Progress:
    """How it went with a message that was handed over by that channel as that `edition`, by its provider's own name.

    `status` is `sent`, `delivered`, `failed` or `bounced`; `stops` is why nothing more is to go to that address;
    `approval` what became of the text that was taken for approved, where it failed for that.
    """

    channel: Channel
    edition: int
    status: NotificationStatus
    provider_id: str = ""
    error: str = ""
    stops: StopReason | None = None
    approval: ApprovalState | None = None


def record_progress(*, notification_id: UUID, progress: Progress, now: dt.datetime) -> None:
    """Write down what a provider tells of a message. What is older than what is known, or of another try, is not.

    What waited to be asked for is settled by it: it was taken. What could not be delivered goes by the next of its
    channels, if it is still true. Joins the caller's transaction; locks the message.
    """
    locked = Notification.objects.select_for_update(no_key=True).filter(pk=notification_id).first()
    if locked is None or not _is_of_this_try(locked, progress):
        return
    if progress.stops is not None and locked.to:  # else it was of who has been erased since
        stop_address(
            channel=progress.channel, address=locked.to, reason=progress.stops, notification_id=notification_id
        )
    if progress.approval is not None:
        heed_refusal(notification=locked, state=progress.approval, at=locked.sent_at or now)
    if progress.status not in _AFTER.get(NotificationStatus(locked.status), frozenset()):
        return
    locked.provider_id = progress.provider_id or locked.provider_id
    settle(locked)
    if not locked.to:  # of who has been erased nothing is quoted, either
        progress = replace(progress, error="")
    if progress.status in _ARRIVING:
        _arrived(locked, progress, now)
    else:
        _came_back(locked, progress, now)


def _is_of_this_try(locked: Notification, progress: Progress) -> bool:
    """Not of an earlier edition, of a channel that was given up, or of another that looks the same."""
    if (locked.edition, locked.channel) != (progress.edition, progress.channel) or progress.channel in locked.tried:
        return False
    is_known = locked.status != NotificationStatus.QUEUED and locked.provider_id and progress.provider_id
    return not is_known or locked.provider_id == progress.provider_id


def _arrived(locked: Notification, progress: Progress, now: dt.datetime) -> None:
    locked.status, locked.reason, locked.error = progress.status, "", ""
    locked.sent_at = locked.sent_at or now
    locked.ended_at = now if progress.status == NotificationStatus.DELIVERED else None
    locked.save()
    _last_tries(locked).exclude(outcome=AttemptOutcome.SENT).update(outcome=AttemptOutcome.SENT, error="")


def _came_back(locked: Notification, progress: Progress, now: dt.datetime) -> None:
    locked.tried.append(progress.channel.value)
    locked.error = progress.error[:300]
    _last_tries(locked).update(outcome=AttemptOutcome.REFUSED, error=locked.error)
    if _may_go_on(locked, now):
        locked.status = NotificationStatus.QUEUED
        locked.save()
        send_later(notification=locked, due_at=now, now=now)
        return
    locked.status, locked.reason, locked.ended_at = progress.status, "undelivered", now
    locked.save()


def _may_go_on(locked: Notification, now: dt.datetime) -> bool:
    """Whether another channel could carry what is still true."""
    with translation.override(locked.language):
        told = told_of(locked, now=now)
    return told is not None and any(not obstacle(channel, told.kind, told.to) for channel in channels_ahead(locked))


def _last_tries(locked: Notification) -> QuerySet[Attempt]:
    return Attempt.objects.filter(notification=locked, channel=locked.channel, number=locked.attempts)
