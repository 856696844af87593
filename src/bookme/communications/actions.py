"""Sending messages, and keeping the record of them.

The order is send, then record: a crash in between sends once more and records once. The record is never ahead of the
truth, nothing is lost, and a mail program knows the repeat by its Message-ID.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

import structlog

from bookme.bookings.links import manage_url
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.channels import ChannelOffError, Outgoing, UndeliverableError, carrier_of
from bookme.communications.events import NotificationSentAgain
from bookme.communications.messages import Rendered, render
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.communications.selectors import booking_to_tell, facts_of, sender_of
from bookme.communications.told import Audience, Kind
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.ids import uuid7
from bookme.core.languages import written_language
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.config import Reminder
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant
from bookme.tenants.outbox import Due, enqueue, enqueue_all_again, withdraw

SEND_AGAIN_TASK = "communications.send_again"
SEND_REMINDER_TASK = "communications.send_reminder"
PLAN_REMINDERS_TASK = "communications.plan_reminders"
REMINDERS_PATH = "settings.reminders"
PLANNED_AT_ONCE = 100
BUSINESS_SUFFIX = ".business"
LINK_ON_RECORD = "[link]"
# A message is told only while it is still true.
TRUE_OF: dict[Kind, frozenset[Status]] = {
    Kind.REQUESTED: frozenset({Status.PENDING}),
    Kind.CONFIRMED: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW}),
    Kind.DECLINED: frozenset({Status.DECLINED}),
    Kind.RESCHEDULED: frozenset({Status.PENDING, Status.CONFIRMED}),
    Kind.CANCELLED: frozenset({Status.CANCELLED}),
    Kind.EXPIRED: frozenset({Status.EXPIRED}),
    Kind.REMINDER: frozenset({Status.CONFIRMED}),
}

_log = structlog.get_logger(__name__)


def tell(
    *,
    key: str,
    kind: Kind,
    audience: Audience,
    booking_id: UUID,
    channel: Channel = Channel.EMAIL,
    old_start: dt.datetime | None = None,
    now: dt.datetime,
) -> None:
    """Send one message about a booking and record it under `key`, which is sent once.

    Nothing is sent that is no longer true, or to nobody. Must run outside of a transaction: it talks to the network.
    Raises what the carrier raises if another try may succeed; a final refusal is recorded and is the end of it.
    """
    if Notification.objects.filter(key=key, status=NotificationStatus.SENT).exists():
        return
    booking = booking_to_tell(booking_id)
    if booking is None or Status(booking.status) not in TRUE_OF[kind]:
        return
    draft = _draft(key, kind, audience, booking, channel)
    if draft.to:
        _send(draft, booking, message_id=_message_id(key), old_start=old_start, now=now)


def repeat(*, notification: Notification, request: UUID, now: dt.datetime) -> None:
    """Send a recorded message again with what is true now. `request` tells two wishes apart, not two tries of one."""
    booking = booking_to_tell(notification.booking_id) if notification.booking_id else None
    if booking is not None:
        _send(notification, booking, message_id=_message_id(f"{notification.key}:{request}"), old_start=None, now=now)


def send_again(*, notification: Notification, actor: Actor, now: dt.datetime) -> None:
    """Let a message go out once more. Joins the caller's transaction; publishes NotificationSentAgain.

    Raises NotAllowed, and Conflict `no_longer_true` if the booking has changed so that it would mislead.
    """
    actor.demand(Permission.NOTIFICATIONS_SEND)
    kind = Kind(notification.kind.removesuffix(BUSINESS_SUFFIX))
    booking = booking_to_tell(notification.booking_id) if notification.booking_id else None
    if booking is None or Status(booking.status) not in TRUE_OF[kind]:
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


def plan_reminders(*, booking_ids: Collection[UUID], former: Iterable[Reminder] = (), now: dt.datetime) -> None:
    """Make the waiting reminders of these bookings what they should be: none but for who is confirmed and to come.

    One row in the outbox for each reminder of the business whose time is ahead; `former` are reminders that it had,
    too. Four statements, however many bookings. Joins the caller's transaction. Locks the bookings: of two plans at
    once, the one that reads later writes later.
    """
    list(Booking.objects.select_for_update().filter(pk__in=booking_ids).order_by("pk").values_list("pk"))
    wanted = require_tenant().config.reminders
    withdraw(keys=[_reminder_key(each, reminder) for each in booking_ids for reminder in {*wanted, *former}])
    confirmed = Booking.objects.filter(pk__in=booking_ids, status__in=TRUE_OF[Kind.REMINDER])
    starts = confirmed.values_list("pk", "appointment__starts_at")
    planned = [_reminder_due(pk, starts_at, reminder) for pk, starts_at in starts for reminder in wanted]
    enqueue_all_again(messages=[each for each in planned if each.due_at > now], now=now)


def _reminder_due(booking_id: UUID, starts_at: dt.datetime, reminder: Reminder) -> Due:
    return Due(
        task=SEND_REMINDER_TASK,
        args={
            "booking_id": str(booking_id),
            "channel": reminder.channel,
            "minutes_before": reminder.minutes_before,
            "starts_at": starts_at.isoformat(),
        },
        key=_reminder_key(booking_id, reminder),
        due_at=starts_at - dt.timedelta(minutes=reminder.minutes_before),
    )


def plan_all_reminders(*, cause_id: UUID, after: UUID, now: dt.datetime) -> None:
    """Plan those of the next bookings to come, by id, and leave the rest to a message; joins the transaction.

    `cause_id` is the fact that changed the business's reminders. Former ones that it does not tell, since only so many
    changes are told, are left to wait: they find out by themselves that nobody wants them.
    """
    coming = Booking.objects.filter(status__in=TRUE_OF[Kind.REMINDER], appointment__starts_at__gt=now, pk__gt=after)
    booking_ids = list(coming.order_by("pk").values_list("pk", flat=True)[:PLANNED_AT_ONCE])
    changes = EventRow.objects.get(pk=cause_id).payload["changes"]
    told = next((each["before"] for each in changes if each["path"] == REMINDERS_PATH), None)
    plan_reminders(booking_ids=booking_ids, former=[Reminder(**each) for each in told or ()], now=now)
    if len(booking_ids) < PLANNED_AT_ONCE:
        return
    enqueue(
        task=PLAN_REMINDERS_TASK,
        args={"event_id": str(cause_id), "after": str(booking_ids[-1])},
        key=f"event:{cause_id}:reminders:{booking_ids[-1]}",
        due_at=now,
        now=now,
    )


def send_reminder(*, booking_id: UUID, reminder: Reminder, starts_at: dt.datetime, now: dt.datetime) -> None:
    """Send a reminder, if it is still right: confirmed, not moved, not begun, and the business still wants it."""
    tenant = require_tenant()
    if reminder not in tenant.config.reminders or not channel_is_on(tenant, Channel(reminder.channel)):
        return
    booking = booking_to_tell(booking_id)
    if booking is None or booking.appointment.starts_at != starts_at or starts_at <= now:
        return
    tell(
        key=f"{_reminder_key(booking_id, reminder)}:{starts_at:%Y%m%dT%H%MZ}",
        kind=Kind.REMINDER,
        audience=Audience.CUSTOMER,
        booking_id=booking_id,
        channel=Channel(reminder.channel),
        now=now,
    )


def channel_is_on(tenant: Tenant, channel: Channel) -> bool:
    """E-mail always; the others if the business's feature is on."""
    return channel is Channel.EMAIL or bool(getattr(tenant.config.features, channel.value))


def _reminder_key(booking_id: UUID, reminder: Reminder) -> str:
    return f"reminder:{booking_id}:{reminder.channel}:{reminder.minutes_before}"


def _draft(key: str, kind: Kind, audience: Audience, booking: Booking, channel: Channel) -> Notification:
    """The record of a message that is not sent yet, or of one whose earlier tries failed."""
    tenant, visit = require_tenant(), booking.visit
    to_business = audience is Audience.BUSINESS
    address = visit.contact_email if channel is Channel.EMAIL else visit.contact_phone
    language = tenant.config.language if to_business else visit.language
    return Notification.objects.filter(key=key).first() or Notification(
        key=key,
        kind=f"{kind}{BUSINESS_SUFFIX}" if to_business else kind.value,
        channel=channel,
        to=tenant.config.contact.email if to_business else address,
        language=written_language(language, tenant.config.language),
        visit_id=visit.pk,
        booking_id=booking.pk,
    )


def _send(
    notification: Notification, booking: Booking, *, message_id: str, old_start: dt.datetime | None, now: dt.datetime
) -> None:
    tenant = require_tenant()
    rendered = _rendered(notification, booking, tenant, old_start, now)
    recorded = _recorded(rendered, booking)
    notification.attempts += 1
    try:
        carrier_of(Channel(notification.channel)).send(
            _outgoing(notification, rendered, booking, tenant, message_id=message_id)
        )
    except (UndeliverableError, ChannelOffError) as error:
        _record(notification, recorded, failure=str(error))
    except Exception as error:
        _record(notification, recorded, failure=f"{type(error).__name__}: another try follows")
        raise
    else:
        _record(notification, recorded, sent_at=now)


def _rendered(
    notification: Notification, booking: Booking, tenant: Tenant, old_start: dt.datetime | None, now: dt.datetime
) -> Rendered:
    to_business = notification.kind.endswith(BUSINESS_SUFFIX)
    facts = facts_of(booking, language=notification.language, old_start=old_start)
    return render(
        kind=Kind(notification.kind.removesuffix(BUSINESS_SUFFIX)),
        audience=Audience.BUSINESS if to_business else Audience.CUSTOMER,
        sender=sender_of(tenant),
        booking=facts,
        language=notification.language,
        now=now,
    )


def _recorded(rendered: Rendered, booking: Booking) -> Rendered:
    """Without the link that opens the booking to whoever reads it: the record is kept, and others look at it."""
    link = manage_url(booking.visit)
    text, short = (each.replace(link, LINK_ON_RECORD) for each in (rendered.text, rendered.short))
    return replace(rendered, text=text, short=short)


def _outgoing(
    notification: Notification, rendered: Rendered, booking: Booking, tenant: Tenant, *, message_id: str
) -> Outgoing:
    by_mail = notification.channel == Channel.EMAIL
    to_business = notification.kind.endswith(BUSINESS_SUFFIX)
    reply_to = booking.visit.contact_email if to_business else tenant.config.contact.email
    return Outgoing(
        channel=Channel(notification.channel),
        tenant=tenant.slug,
        to=notification.to,
        to_name=tenant.name if to_business else booking.visit.contact_name,
        from_name=tenant.name,
        reply_to=reply_to,
        subject=rendered.subject,
        text=rendered.text if by_mail else rendered.short,
        html=rendered.html if by_mail else "",
        calendar=rendered.calendar if by_mail else b"",
        message_id=message_id,
    )


def _record(
    notification: Notification, rendered: Rendered, *, sent_at: dt.datetime | None = None, failure: str = ""
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
        "booking_id": notification.booking_id,
        "status": NotificationStatus.SENT if sent_at else NotificationStatus.FAILED,
        "attempts": notification.attempts,
        "error": failure[:300],
        "sent_at": sent_at or notification.sent_at,
    }
    Notification.objects.update_or_create(key=notification.key, defaults=values)
    level = _log.warning if failure else _log.info
    level("message", kind=notification.kind, channel=notification.channel, booking_id=str(notification.booking_id))


def _message_id(key: str) -> str:
    """The same for every try of a message, and telling nothing about it."""
    return hashlib.sha256(f"{require_tenant().pk}:{key}".encode()).hexdigest()[:40]
