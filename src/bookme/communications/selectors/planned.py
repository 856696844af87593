"""What is to be told at a time to come, as the team reads it: it is no message on record yet."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import bookings_visible_to
from bookme.communications.keys import (
    SEND_FOLLOW_UP_TASK,
    SEND_NO_SHOW_TASK,
    SEND_REMINDER_TASK,
    WARN_OF_HOLD_TASK,
    follow_up_plan,
    hold_ending_plan,
    no_show_plan,
    reminder_plan,
)
from bookme.communications.kinds import Kind
from bookme.communications.models import Channel
from bookme.communications.selectors.routes import channel_is_on, channels_of_reminder, channels_on
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.tenants.config import Reminder
from bookme.tenants.context import require_tenant
from bookme.tenants.models import OutboxMessage
from bookme.tenants.outbox import soonest

_KINDS = {
    SEND_REMINDER_TASK: Kind.REMINDER,
    WARN_OF_HOLD_TASK: Kind.HOLD_ENDING,
    SEND_FOLLOW_UP_TASK: Kind.FOLLOW_UP,
    SEND_NO_SHOW_TASK: Kind.NO_SHOW,
}
# Of those whose bookings somebody may see all that are read; more are told once these are out.
_READ_AT_MOST = 200


@dataclass(frozen=True)
class Planned:
    """To the customer of `booking`, the first of its visit. `channel` is what it is to go by; None: nothing is on."""

    kind: Kind
    booking: Booking
    channel: Channel | None
    due_at: dt.datetime


def planned_of(actor: Actor, booking: Booking) -> list[Planned]:
    """What is planned for the visit of a booking that they may see, soonest first; nothing for who may read none."""
    if not actor.may(Permission.NOTIFICATIONS_READ):
        return []
    visit_id = booking.visit_id
    keys = [hold_ending_plan(visit_id), follow_up_plan(visit_id), no_show_plan(visit_id)]
    keys += [reminder_plan(visit_id, each) for each in require_tenant().config.reminders]
    return _planned(actor, soonest(tasks=_KINDS, keys=keys, at_most=len(keys)))


def planned_for(actor: Actor, *, at_most: int) -> list[Planned]:
    """What goes out next of what is planned, of visits that they may see whole. Raises NotAllowed."""
    actor.demand(Permission.NOTIFICATIONS_READ)
    return _planned(actor, soonest(tasks=_KINDS, at_most=_READ_AT_MOST))[:at_most]


def _planned(actor: Actor, rows: Collection[OutboxMessage]) -> list[Planned]:
    first = _first_of(actor, {UUID(each.args["visit_id"]) for each in rows})
    found = ((each, first.get(UUID(each.args["visit_id"]))) for each in rows)
    return [Planned(_KINDS[row.task], booking, _channel_of(row), row.due_at) for row, booking in found if booking]


def _first_of(actor: Actor, visit_ids: Iterable[UUID]) -> dict[UUID, Booking]:
    """By visit, of those of which the actor sees all."""
    all_of = Booking.objects.filter(visit__in=visit_ids)
    counted = Counter(all_of.order_by().values_list("visit_id", flat=True))
    seen = list(bookings_visible_to(actor).filter(visit__in=visit_ids))
    seen.sort(key=lambda each: (each.appointment.starts_at, each.position), reverse=True)
    whole = Counter(each.visit_id for each in seen)
    return {each.visit_id: each for each in seen if whole[each.visit_id] == counted[each.visit_id]}


def _channel_of(row: OutboxMessage) -> Channel | None:
    if row.task != SEND_REMINDER_TASK:
        return next(iter(channels_on()), None)
    reminder = Reminder(channel=row.args["channel"], minutes_before=row.args["minutes_before"])
    return next(filter(channel_is_on, channels_of_reminder(reminder)), None)
