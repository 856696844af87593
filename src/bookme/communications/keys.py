"""The names under which messages are planned and recorded, so that each is once. Pure."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from bookme.tenants.config import Reminder

_MINUTE = "%Y%m%dT%H%MZ"

# What plans are carried out by.
SEND_REMINDER_TASK = "communications.send_reminder"
SEND_FOLLOW_UP_TASK = "communications.send_follow_up"
SEND_NO_SHOW_TASK = "communications.send_no_show"
WARN_OF_HOLD_TASK = "communications.warn_of_hold"


def reminder_plan(visit_id: UUID, reminder: Reminder) -> str:
    """Under which it waits."""
    return f"reminder:{visit_id}:{reminder.channel}:{reminder.minutes_before}"


def reminder_key(visit_id: UUID, reminder: Reminder, starts_at: dt.datetime) -> str:
    """Under which it is told; `starts_at` is in UTC."""
    return f"{reminder_plan(visit_id, reminder)}:{starts_at:{_MINUTE}}"


@dataclass(frozen=True)
class ReminderOf:
    reminder: Reminder
    starts_at: dt.datetime


def reminder_in(key: str) -> ReminderOf | None:
    """What `reminder_key` was made of; None for any other key."""
    kind, _, rest = key.partition(":")
    if kind != "reminder":
        return None
    _visit, channel, minutes, start = rest.split(":")
    starts_at = dt.datetime.strptime(start, _MINUTE).replace(tzinfo=dt.UTC)
    return ReminderOf(Reminder(channel=channel, minutes_before=int(minutes)), starts_at)


def waiting_key(notification_id: UUID) -> str:
    """Under which a message waits in the outbox."""
    return f"message:{notification_id}"


def follow_up_plan(visit_id: UUID) -> str:
    return f"follow_up:{visit_id}"


def hold_ending_plan(visit_id: UUID) -> str:
    return f"hold_ending:{visit_id}"


def no_show_plan(visit_id: UUID) -> str:
    return f"no_show:{visit_id}"
