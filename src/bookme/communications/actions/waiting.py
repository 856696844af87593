"""Telling who waits for a place."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Waiting, WaitlistEntry
from bookme.bookings.selectors.waiting import held_by, waitlist_entries
from bookme.bookings.states import Status
from bookme.communications.actions.sending import deliver, message_id_of, was_sent
from bookme.communications.channels import Outgoing
from bookme.communications.models import Channel, Notification
from bookme.communications.selectors import sender_of
from bookme.communications.told import LINK_ON_RECORD, WaitingKind
from bookme.communications.waiting_letter import render_waiting
from bookme.core.languages import written_language
from bookme.tenants.context import require_tenant

# A message is told only while it is still true.
_TRUE_OF = {
    WaitingKind.JOINED: Waiting.WAITING,
    WaitingKind.OFFERED: Waiting.OFFERED,
    WaitingKind.CLOSED: Waiting.CLOSED,
}


def tell_waiting(*, key: str, kind: WaitingKind, entry_id: UUID, now: datetime) -> None:
    """Send one message to who waits and record it under `key`, which is sent once.

    Nothing is sent that is no longer true, or to nobody. Must run outside of a transaction: it talks to the network.
    """
    entry = waitlist_entries().filter(pk=entry_id).first()
    if was_sent(key) or entry is None or not entry.contact_email or not _is_true(kind, entry, now):
        return
    draft = Notification.objects.filter(key=key).first() or Notification(
        key=key,
        kind=kind.value,
        channel=Channel.EMAIL,
        to=entry.contact_email,
        language=written_language(entry.language, require_tenant().config.language),
        entry_id=entry.pk,
        visit_id=entry.visit_id if kind is WaitingKind.OFFERED else None,
        booking_ids=_booking_ids(kind, entry),
    )
    _send(draft, entry, message_id=message_id_of(key), now=now)


def is_still_true(notification: Notification, *, now: datetime) -> bool:
    """Whether a recorded message to who waits could be sent once more."""
    entry = _entry_of(notification)
    return entry is not None and _is_true(WaitingKind(notification.kind), entry, now)


def repeat_waiting(*, notification: Notification, request: UUID, now: datetime) -> None:
    """Send a recorded message again, if it is true still."""
    entry = _entry_of(notification)
    if entry is not None and _is_true(WaitingKind(notification.kind), entry, now):
        _send(notification, entry, message_id=message_id_of(f"{notification.key}:{request}"), now=now)


def _entry_of(notification: Notification) -> WaitlistEntry | None:
    return waitlist_entries().filter(pk=notification.entry_id).first() if notification.entry_id else None


def _is_true(kind: WaitingKind, entry: WaitlistEntry, now: datetime) -> bool:
    if entry.state is not _TRUE_OF[kind]:
        return False
    if kind is not WaitingKind.OFFERED:
        return True
    held = held_by(entry)
    end = held.hold_expires_at if held and held.state is Status.HELD else None
    return end is not None and end > now


def _booking_ids(kind: WaitingKind, entry: WaitlistEntry) -> list[UUID]:
    held = held_by(entry) if kind is WaitingKind.OFFERED else None
    return [held.pk] if held else []


def _send(notification: Notification, entry: WaitlistEntry, *, message_id: str, now: datetime) -> None:
    tenant = require_tenant()
    rendered = render_waiting(
        kind=WaitingKind(notification.kind), entry=entry, sender=sender_of(tenant), language=notification.language
    )
    outgoing = Outgoing(
        channel=Channel(notification.channel),
        tenant=tenant.slug,
        to=notification.to,
        to_name=entry.contact_name,
        from_name=tenant.name,
        reply_to=tenant.config.contact.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id,
    )
    recorded = replace(rendered, text=rendered.text.replace(waitlist_url(entry), LINK_ON_RECORD))
    deliver(notification, outgoing, recorded=recorded, now=now)
