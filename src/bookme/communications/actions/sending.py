"""Handing a message to its carrier, and writing down how that went.

The order is send, then record: a crash in between sends once more and records once. The record is never ahead of the
truth, nothing is lost, and a mail program knows the repeat by its Message-ID.
"""

import hashlib
from datetime import datetime

import structlog

from bookme.communications.channels import ChannelOffError, Outgoing, UndeliverableError, carrier_of
from bookme.communications.messages import Rendered
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.tenants.context import require_tenant

_log = structlog.get_logger(__name__)


def deliver(notification: Notification, outgoing: Outgoing, *, recorded: Rendered, now: datetime) -> None:
    """Send it, and record it as `recorded` says. Raises what the carrier raises if another try may succeed.

    A final refusal is recorded and is the end of it.
    """
    notification.attempts += 1
    try:
        carrier_of(Channel(notification.channel)).send(outgoing)
    except (UndeliverableError, ChannelOffError) as error:
        _record(notification, recorded, failure=str(error))
    except Exception as error:
        _record(notification, recorded, failure=f"{type(error).__name__}: another try follows")
        raise
    else:
        _record(notification, recorded, sent_at=now)


def was_sent(key: str) -> bool:
    return Notification.objects.filter(key=key, status=NotificationStatus.SENT).exists()


def message_id_of(key: str) -> str:
    """The same for every try of a message, and telling nothing about it."""
    return hashlib.sha256(f"{require_tenant().pk}:{key}".encode()).hexdigest()[:40]


def _record(
    notification: Notification, rendered: Rendered, *, sent_at: datetime | None = None, failure: str = ""
) -> None:
    """Write how it went. Of two that sent the same message at once, the later one updates the record of the first."""
    by_mail = notification.channel == Channel.EMAIL
    values = {
        "kind": notification.kind,
        "channel": notification.channel,
        "to": notification.to,
        "language": notification.language,
        "subject": rendered.subject[:300],
        "text": rendered.text if by_mail else rendered.short,
        "visit_id": notification.visit_id,
        "booking_ids": notification.booking_ids,
        "entry_id": notification.entry_id,
        "status": NotificationStatus.SENT if sent_at else NotificationStatus.FAILED,
        "attempts": notification.attempts,
        "error": failure[:300],
        "sent_at": sent_at or notification.sent_at,
    }
    Notification.objects.update_or_create(key=notification.key, defaults=values)
    level = _log.warning if failure else _log.info
    level(
        "message",
        kind=notification.kind,
        channel=notification.channel,
        bookings=[str(each) for each in notification.booking_ids],
    )
