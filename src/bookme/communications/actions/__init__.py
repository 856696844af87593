"""Messages: telling of facts, reminders, the mails of accounts, and sending again what is on record.

All but `send_again`, `send_later` and the planning of reminders talk to the network, outside of a transaction.
"""

from bookme.communications.actions.accounts import send_account_mail
from bookme.communications.actions.progress import Progress, record_progress
from bookme.communications.actions.reminders import (
    PLAN_REMINDERS_TASK,
    REMINDERS_PATH,
    SEND_REMINDER_TASK,
    plan_all_reminders,
    plan_reminders,
    send_reminder,
)
from bookme.communications.actions.repeating import send_again
from bookme.communications.actions.sending import SEND_MESSAGE_TASK, send
from bookme.communications.actions.stopping import digest_addresses, lift_stop, stop_address
from bookme.communications.actions.telling import About, send_later, tell
from bookme.communications.actions.templates import reset_template, restore_version, save_template
from bookme.communications.actions.wishes import (
    choose_own_messages,
    choose_staff_messages,
    resubscribe,
    unsubscribe,
)

__all__ = [
    "PLAN_REMINDERS_TASK",
    "REMINDERS_PATH",
    "SEND_MESSAGE_TASK",
    "SEND_REMINDER_TASK",
    "About",
    "Progress",
    "choose_own_messages",
    "choose_staff_messages",
    "digest_addresses",
    "lift_stop",
    "plan_all_reminders",
    "plan_reminders",
    "record_progress",
    "reset_template",
    "restore_version",
    "resubscribe",
    "save_template",
    "send",
    "send_account_mail",
    "send_again",
    "send_later",
    "send_reminder",
    "stop_address",
    "tell",
    "unsubscribe",
]
