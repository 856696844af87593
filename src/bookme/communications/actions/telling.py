"""Telling somebody of something: recorded once, and sent, now or after their quiet hours."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import translation

from bookme.communications.actions.sending import SEND_MESSAGE_TASK, send
from bookme.communications.kinds import MAY_WAIT, Audience, Kind
from bookme.communications.models import Channel, Notification
from bookme.communications.quiet import quiet_until
from bookme.communications.selectors.routes import address_by, first_channel, has_consent, is_sent
from bookme.communications.tellings import told_of
from bookme.communications.told import Told
from bookme.core.languages import written_language
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import enqueue


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
    now: dt.datetime,
) -> None:
    """Send one message and record it under `key`, which is sent once; `channel` is the first to be tried.

    Nothing is recorded that the business does not send, that is not true any more, or that nobody can get. What can
    wait is sent after the quiet hours. Must run outside of a transaction; else as `send`.
    """
    notification = _recorded(_draft(key, kind, audience, about), channel, None, now=now)
    if notification is not None and notification.due_at is not None and notification.due_at <= now:
        send(notification=notification, now=now)


def tell_apart(
    *,
    key: str,
    kind: Kind,
    audience: Audience,
    about: About,
    channel: Channel | None = None,
    due_at: dt.datetime | None = None,
    now: dt.datetime,
) -> None:
    """As `tell`, but sent by a row of the outbox of its own, at `due_at` if that is given.

    Of several, none waits for what keeps another; and what was planned has its tries, whatever is planned anew.
    """
    _recorded(_draft(key, kind, audience, about), channel, due_at, now=now, is_apart=True)


def send_later(*, notification: Notification, due_at: dt.datetime, now: dt.datetime) -> None:
    """Have it sent then; joins the caller's transaction."""
    enqueue(
        task=SEND_MESSAGE_TASK,
        args={"notification_id": str(notification.pk)},
        key=waiting_key(notification),
        due_at=due_at,
        now=now,
    )


def waiting_key(notification: Notification) -> str:
    """Under which it waits in the outbox."""
    return f"message:{notification.pk}:{notification.edition}:{len(notification.tried)}"


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


def _recorded(
    draft: Notification,
    channel: Channel | None,
    due_at: dt.datetime | None,
    *,
    now: dt.datetime,
    is_apart: bool = False,
) -> Notification | None:
    """What is on record under that key, or is now; None for what is not to be told."""
    there = Notification.objects.filter(key=draft.key).first()
    if there is not None or not is_sent(Kind(draft.kind), Audience(draft.audience)):
        return there
    business = require_tenant().config.language
    draft.language = written_language(business)
    with translation.override(draft.language):
        told = told_of(draft, now=now)
    found = (channel or first_channel(told.audience, told.to)) if told else None
    if told is None or found is None or not has_consent(told):
        return None
    draft.language = written_language(told.to.language, business)
    draft.channel, draft.to = found, address_by(found, told.to)
    draft.due_at = due_at or _due_at(told, now)
    with transaction.atomic():
        kept, is_new = Notification.objects.get_or_create(
            key=draft.key, defaults={each.attname: getattr(draft, each.attname) for each in _COLUMNS}
        )
        if is_new and (is_apart or draft.due_at > now):
            send_later(notification=kept, due_at=draft.due_at, now=now)
    return kept


def _due_at(told: Told, now: dt.datetime) -> dt.datetime:
    config = require_tenant().config
    if told.kind not in MAY_WAIT:
        return now
    return quiet_until(
        now, zone=told.to.zone or config.zone, start=config.messages.quiet_from, end=config.messages.quiet_to
    )


_COLUMNS = [
    each for each in Notification._meta.concrete_fields if each.attname not in {"key", "created_at", "updated_at"}
]
