"""Telling somebody of something: recorded once, with a row of the outbox, and sent, now or after their quiet hours."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.communications.actions.leasing import begin_lease
from bookme.communications.actions.sending import SEND_MESSAGE_TASK, send_leased
from bookme.communications.keys import waiting_key
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.communications.selectors.queue import earliest_time
from bookme.communications.selectors.routes import (
    address_by,
    first_channel,
    has_consent,
    is_sent,
    why_not_reached,
)
from bookme.communications.tellings import told_of
from bookme.communications.told import Told
from bookme.core.languages import written_language
from bookme.core.time import now as read_clock
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import NotYet, enqueue_again, withdraw
from bookme.tenants.statements import insert_unless_there

# As the outbox does after a first failure.
TRY_AGAIN_SECONDS = 5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class About:
    """What a message is about: bookings of one customer, or an entry of the waitlist; `event_id` is the fact it tells.

    `recipient_id` is the member of the staff, of what goes to one.
    """

    visit_id: UUID | None = None
    booking_ids: tuple[UUID, ...] = ()
    entry_id: UUID | None = None
    event_id: UUID | None = None
    recipient_id: UUID | None = None


def tell(
    *,
    key: str,
    kind: Kind,
    audience: Audience,
    about: About,
    channel: Channel | None = None,
    due_at: dt.datetime | None = None,
    now: dt.datetime,
) -> None:
    """Record one message under `key`, once, and send it; `channel` is the first to be tried, `due_at` when.

    Nothing is recorded that is not true any more, or that whoever gets it has not agreed to. What a customer is not
    told, since the business does not send it or has no way to them, is recorded as skipped, with the reason: the team
    is asked why. What can wait is sent after the quiet hours. Must run outside of a transaction: it talks to the
    network.

    It has a row of the outbox from the moment it is on record. What is due is sent at once, by whoever recorded it;
    what keeps it from going out, and is not its end, is left to that row.
    """
    draft = _draft(key, kind, audience, about)
    told = _filled(draft, channel, due_at, now=now)
    if told is None:
        return
    if draft.status == NotificationStatus.SKIPPED:
        _record_skipped(draft, told)
    elif _record(draft, told, now=now, at_once=True):
        _send_recorded(draft, told, now)


def tell_apart(*, key: str, kind: Kind, audience: Audience, about: About, now: dt.datetime) -> None:
    """As `tell`, but sent by its row of the outbox alone: of several, none waits for what keeps another."""
    draft = _draft(key, kind, audience, about)
    told = _filled(draft, None, None, now=now)
    if told is None:
        return
    if draft.status == NotificationStatus.SKIPPED:
        _record_skipped(draft, told)
    else:
        _record(draft, told, now=now, at_once=False)


def send_later(*, notification: Notification, due_at: dt.datetime, now: dt.datetime) -> None:
    """Have it sent then, with all the tries of the outbox; joins the caller's transaction."""
    enqueue_again(
        task=SEND_MESSAGE_TASK,
        args={"notification_id": str(notification.pk)},
        key=waiting_key(notification.pk),
        due_at=due_at,
        now=now,
    )


def _draft(key: str, kind: Kind, audience: Audience, about: About) -> Notification:
    return Notification(
        key=key,
        kind=kind,
        audience=audience,
        visit_id=about.visit_id,
        booking_ids=list(about.booking_ids),
        entry_id=about.entry_id,
        event_id=about.event_id,
        recipient_id=about.recipient_id,
    )


def _filled(
    draft: Notification, channel: Channel | None, due_at: dt.datetime | None, *, now: dt.datetime
) -> Told | None:
    """What it tells, of a draft that now says by what, in which language and when; None for what is not recorded.

    Of what a customer cannot be told, the draft is skipped, and says why.
    """
    is_on = is_sent(Kind(draft.kind), Audience(draft.audience))
    is_told_why = draft.audience == Audience.CUSTOMER
    if not (is_on or is_told_why) or Notification.objects.filter(key=draft.key).exists():
        return None
    business = require_tenant().config.language
    draft.language = written_language(business)
    with translation.override(draft.language):
        told = told_of(draft, now=now)
    if told is None or not has_consent(told):
        return None
    found = channel or first_channel(told.audience, told.to)
    if not is_on or found is None:
        if not is_told_why:
            return None
        unreached, reason = why_not_reached(told.to)
        found, draft.status, draft.ended_at = found or unreached, NotificationStatus.SKIPPED, now
        draft.reason = reason if is_on else "switched_off"
    draft.language = written_language(told.to.language, business)
    draft.channel, draft.to = found, address_by(found, told.to)
    draft.due_at = due_at or earliest_time(told, now=now)
    return told


def _record_skipped(draft: Notification, told: Told) -> None:
    """What goes to nobody has no row of the outbox."""
    with transaction.atomic():
        if not (draft.to and _is_erased(draft, told)):
            insert_unless_there(draft)


def _record(draft: Notification, told: Told, *, now: dt.datetime, at_once: bool) -> bool:
    """Write it down with its row of the outbox; True where it is due, and the caller has it."""
    due_at = draft.due_at or now
    with transaction.atomic(durable=at_once):
        is_ours = at_once and due_at <= now and begin_lease(draft)
        if _is_erased(draft, told) or not insert_unless_there(draft):
            return False
        # Of what is sent now it is for whoever comes after a sender who was killed.
        send_later(notification=draft, due_at=draft.leased_until or due_at, now=now)
    return is_ours


def _is_erased(draft: Notification, told: Told) -> bool:
    """Whether whom it is for has been erased since it was read: else they will be with what is recorded now.

    Locks the row with their contact, which an erasure empties before it looks for messages.
    """
    if told.audience is not Audience.CUSTOMER:
        return False
    rows: QuerySet[Visit] | QuerySet[WaitlistEntry]
    if told.versions:
        first = Booking.objects.filter(pk=next(iter(told.versions)))
        rows = Visit.objects.filter(pk__in=first.values("visit"))
    else:
        rows = WaitlistEntry.objects.filter(pk=draft.entry_id or draft.pk)
    contact = rows.select_for_update(no_key=True).only("contact_email", "contact_phone").first()
    return contact is None or not (contact.contact_email or contact.contact_phone)


def _send_recorded(notification: Notification, told: Told, now: dt.datetime) -> None:
    held_until = notification.leased_until
    is_in_their_language = notification.language == written_language(require_tenant().config.language)
    try:
        send_leased(notification=notification, told=told if is_in_their_language else None, now=now)
    except Exception as error:
        seconds = error.seconds if isinstance(error, NotYet) else TRY_AGAIN_SECONDS
        at = read_clock()
        with transaction.atomic():
            send_later(notification=notification, due_at=at + dt.timedelta(seconds=seconds), now=at)
        _log.info("message_left_to_outbox", kind=notification.kind, reason=type(error).__name__)
    else:
        with transaction.atomic():
            withdraw(keys=[waiting_key(notification.pk)], due_at=held_until)
