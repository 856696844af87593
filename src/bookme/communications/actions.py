"""Sending messages, and keeping the record of them.

The order is send, then record: a crash in between sends once more and records once. The record is never ahead of the
truth, nothing is lost, and a mail program knows the repeat by its Message-ID.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bookme.bookings.events import SessionCancelled, SessionChanged
from bookme.bookings.links import manage_url
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.channels import Outgoing
from bookme.communications.events import NotificationSentAgain
from bookme.communications.messages import Rendered, render
from bookme.communications.models import Channel, Notification
from bookme.communications.selectors import bookings_to_tell, facts_of, sender_of, session_facts
from bookme.communications.sending import deliver, message_id_of, was_sent
from bookme.communications.session_letter import render_session
from bookme.communications.told import LINK_ON_RECORD, Audience, Former, Kind
from bookme.communications.waiting import is_still_true, repeat_waiting
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
A_VISIT_LATER = dt.timedelta(days=1)
BUSINESS_SUFFIX = ".business"
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

_Timed = tuple[Status, dt.datetime]


def tell(
    *,
    key: str,
    kind: Kind,
    audience: Audience,
    booking_ids: Collection[UUID],
    channel: Channel = Channel.EMAIL,
    former: Mapping[UUID, Former] | None = None,
    now: dt.datetime,
) -> None:
    """Send one message about all these bookings of one customer and record it under `key`, which is sent once.

    Those of which it is no longer true are left out; without any left, or to nobody, nothing is sent. `former` is
    where bookings were moved from. Must run outside of a transaction: it talks to the network. Raises what the carrier
    raises if another try may succeed; a final refusal is recorded and is the end of it. Raises ValueError for bookings
    of several customers, of whom none may read of the others.
    """
    if was_sent(key):
        return
    bookings = _still_true(kind, booking_ids)
    if not bookings:
        return
    draft = _draft(key, kind, audience, bookings, channel)
    if draft.to:
        _send(draft, bookings, message_id=message_id_of(key), former=former or {}, now=now)


def tell_of_session(*, key: str, kind: str, event: SessionChanged | SessionCancelled, now: dt.datetime) -> None:
    """Tell the business, at its own address, of a session that was changed or called off; otherwise as `tell`."""
    tenant = require_tenant()
    if was_sent(key) or not tenant.config.contact.email:
        return
    notification = Notification.objects.filter(key=key).first() or Notification(
        key=key,
        kind=f"{kind}{BUSINESS_SUFFIX}",
        channel=Channel.EMAIL,
        to=tenant.config.contact.email,
        language=written_language(tenant.config.language),
    )
    facts = session_facts(event, language=notification.language)
    rendered = render_session(sender=sender_of(tenant), session=facts, language=notification.language)
    outgoing = Outgoing(
        channel=Channel.EMAIL,
        tenant=tenant.slug,
        to=notification.to,
        to_name=tenant.name,
        from_name=tenant.name,
        reply_to=notification.to,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=b"",
        message_id=message_id_of(key),
    )
    deliver(notification, outgoing, recorded=rendered, now=now)


def repeat(*, notification: Notification, request: UUID, now: dt.datetime) -> None:
    """Send a recorded message again with what is true now. `request` tells two wishes apart, not two tries of one."""
    if notification.entry_id is not None:
        repeat_waiting(notification=notification, request=request, now=now)
        return
    bookings = _still_true(_kind_of(notification), notification.booking_ids) if notification.booking_ids else []
    if bookings:
        _send(notification, bookings, message_id=message_id_of(f"{notification.key}:{request}"), former={}, now=now)


def send_again(*, notification: Notification, actor: Actor, now: dt.datetime) -> None:
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


def _is_true_still(notification: Notification, now: dt.datetime) -> bool:
    if notification.entry_id is not None:
        return is_still_true(notification, now=now)
    return bool(notification.booking_ids and _still_true(_kind_of(notification), notification.booking_ids))


def plan_reminders(*, visit_ids: Collection[UUID], former: Iterable[Reminder] = (), now: dt.datetime) -> None:
    """Make the waiting reminders of these visits what they should be: none but for those confirmed and to come.

    One row in the outbox for each reminder of the business whose time before the visit's first such booking is ahead;
    `former` are reminders that it had, too. Five statements, however many visits. Joins the caller's transaction. Locks
    their bookings: of two plans at once, the one that reads later writes later.
    """
    bookings = Booking.objects.filter(visit__in=visit_ids)
    list(bookings.select_for_update().order_by("pk").values_list("pk"))
    wanted = require_tenant().config.reminders
    withdraw(keys=[_reminder_key(each, reminder) for each in visit_ids for reminder in {*wanted, *former}])
    timed: dict[UUID, list[_Timed]] = defaultdict(list)
    for visit_id, status, starts_at in bookings.values_list("visit_id", "status", "appointment__starts_at"):
        timed[visit_id].append((Status(status), starts_at))
    starts = {visit_id: _start_to_remind_of(each, now) for visit_id, each in timed.items()}
    planned = [_reminder_due(pk, at, reminder) for pk, at in starts.items() if at for reminder in wanted]
    enqueue_all_again(messages=[each for each in planned if each.due_at > now], now=now)


def _start_to_remind_of(bookings: Iterable[_Timed], now: dt.datetime) -> dt.datetime | None:
    """When what is confirmed of a visit begins; None where nothing is to come, or it is under way.

    Whoever is there already is not reminded of what comes next, but is of what was moved to another day.
    """
    coming, begun = [], []
    for status, starts_at in bookings:
        if status in TRUE_OF[Kind.REMINDER] and starts_at > now:
            coming.append(starts_at)
        elif status in TRUE_OF[Kind.CONFIRMED]:
            begun.append(starts_at)
    first = min(coming, default=None)
    is_under_way = first is not None and any(first - each < A_VISIT_LATER for each in begun)
    return None if is_under_way else first


def _reminder_due(visit_id: UUID, starts_at: dt.datetime, reminder: Reminder) -> Due:
    return Due(
        task=SEND_REMINDER_TASK,
        args={
            "visit_id": str(visit_id),
            "channel": reminder.channel,
            "minutes_before": reminder.minutes_before,
            "starts_at": starts_at.isoformat(),
        },
        key=_reminder_key(visit_id, reminder),
        due_at=starts_at - dt.timedelta(minutes=reminder.minutes_before),
    )


def plan_all_reminders(*, cause_id: UUID, after: UUID, now: dt.datetime) -> None:
    """Plan those of the next visits to come, by id, and leave the rest to a message; joins the transaction.

    `cause_id` is the fact that changed the business's reminders. Former ones that it does not tell, since only so many
    changes are told, are left to wait: they find out by themselves that nobody wants them.
    """
    coming = Booking.objects.filter(status__in=TRUE_OF[Kind.REMINDER], appointment__starts_at__gt=now)
    ahead = coming.filter(visit__gt=after).order_by("visit_id").values_list("visit_id", flat=True).distinct()
    visit_ids = list(ahead[:PLANNED_AT_ONCE])
    changes = EventRow.objects.get(pk=cause_id).payload["changes"]
    told = next((each["before"] for each in changes if each["path"] == REMINDERS_PATH), None)
    plan_reminders(visit_ids=visit_ids, former=[Reminder(**each) for each in told or ()], now=now)
    if len(visit_ids) < PLANNED_AT_ONCE:
        return
    enqueue(
        task=PLAN_REMINDERS_TASK,
        args={"event_id": str(cause_id), "after": str(visit_ids[-1])},
        key=f"event:{cause_id}:reminders:{visit_ids[-1]}",
        due_at=now,
        now=now,
    )


def send_reminder(*, visit_id: UUID, reminder: Reminder, starts_at: dt.datetime, now: dt.datetime) -> None:
    """Send the reminder of a visit: of all of it that is confirmed and to come.

    If it is still right: begins as planned, has not begun, and the business still wants it.
    """
    tenant = require_tenant()
    if reminder not in tenant.config.reminders or not channel_is_on(tenant, Channel(reminder.channel)):
        return
    found = Booking.objects.filter(visit=visit_id).values_list("pk", "status", "appointment__starts_at")
    bookings = [(pk, Status(status), at) for pk, status, at in found]
    if _start_to_remind_of([(status, at) for _, status, at in bookings], now) != starts_at:
        return
    tell(
        key=f"{_reminder_key(visit_id, reminder)}:{starts_at:%Y%m%dT%H%MZ}",
        kind=Kind.REMINDER,
        audience=Audience.CUSTOMER,
        booking_ids=[pk for pk, _, at in bookings if at >= starts_at],
        channel=Channel(reminder.channel),
        now=now,
    )


def channel_is_on(tenant: Tenant, channel: Channel) -> bool:
    """E-mail always; the others if the business's feature is on."""
    return channel is Channel.EMAIL or bool(getattr(tenant.config.features, channel.value))


def _reminder_key(visit_id: UUID, reminder: Reminder) -> str:
    return f"reminder:{visit_id}:{reminder.channel}:{reminder.minutes_before}"


def _kind_of(notification: Notification) -> Kind:
    return Kind(notification.kind.removesuffix(BUSINESS_SUFFIX))


def _still_true(kind: Kind, booking_ids: Collection[UUID]) -> list[Booking]:
    """Those of which it may be said, by start."""
    return [each for each in bookings_to_tell(booking_ids) if each.state in TRUE_OF[kind]]


def _draft(key: str, kind: Kind, audience: Audience, bookings: Sequence[Booking], channel: Channel) -> Notification:
    """The record of a message that is not sent yet, or of one whose earlier tries failed."""
    if len({each.visit.customer_id for each in bookings}) > 1:
        raise ValueError("one message is to one customer")
    tenant, visit = require_tenant(), bookings[0].visit
    to_business = audience is Audience.BUSINESS
    address = visit.contact_email if channel is Channel.EMAIL else visit.contact_phone
    language = tenant.config.language if to_business else visit.language
    draft = Notification.objects.filter(key=key).first() or Notification(
        key=key,
        kind=f"{kind}{BUSINESS_SUFFIX}" if to_business else kind.value,
        channel=channel,
        to=tenant.config.contact.email if to_business else address,
        language=written_language(language, tenant.config.language),
    )
    draft.visit_id, draft.booking_ids = visit.pk, [each.pk for each in bookings]
    return draft


def _send(
    notification: Notification,
    bookings: Sequence[Booking],
    *,
    message_id: str,
    former: Mapping[UUID, Former],
    now: dt.datetime,
) -> None:
    tenant = require_tenant()
    rendered = _rendered(notification, bookings, tenant, former, now)
    outgoing = _outgoing(notification, rendered, bookings[0], tenant, message_id=message_id)
    deliver(notification, outgoing, recorded=_recorded(rendered, bookings), now=now)


def _rendered(
    notification: Notification,
    bookings: Sequence[Booking],
    tenant: Tenant,
    former: Mapping[UUID, Former],
    now: dt.datetime,
) -> Rendered:
    to_business = notification.kind.endswith(BUSINESS_SUFFIX)
    language = notification.language
    return render(
        kind=_kind_of(notification),
        audience=Audience.BUSINESS if to_business else Audience.CUSTOMER,
        sender=sender_of(tenant),
        bookings=[facts_of(each, language=language, former=former.get(each.pk)) for each in bookings],
        language=language,
        now=now,
    )


def _recorded(rendered: Rendered, bookings: Sequence[Booking]) -> Rendered:
    """Without the links that open the bookings to whoever reads it: the record is kept, and others look at it."""
    text, short = rendered.text, rendered.short
    for link in {manage_url(each.visit) for each in bookings}:
        text, short = text.replace(link, LINK_ON_RECORD), short.replace(link, LINK_ON_RECORD)
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
