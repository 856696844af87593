"""Messages: of accounts, of bookings and sessions, to who waits, reminders, and sending again what is on record.

All but `send_again` and the planning of reminders talk to the network, outside of a transaction.
"""

from bookme.communications.actions.accounts import send_account_mail
from bookme.communications.actions.reminders import (
    PLAN_REMINDERS_TASK,
    REMINDERS_PATH,
    SEND_REMINDER_TASK,
    plan_all_reminders,
    plan_reminders,
    send_reminder,
)
from bookme.communications.actions.repeating import SEND_AGAIN_TASK, repeat, send_again
from bookme.communications.actions.sessions import tell_of_session
from bookme.communications.actions.telling import tell
from bookme.communications.actions.waiting import tell_waiting

__all__ = [
    "PLAN_REMINDERS_TASK",
    "REMINDERS_PATH",
    "SEND_AGAIN_TASK",
    "SEND_REMINDER_TASK",
    "plan_all_reminders",
    "plan_reminders",
    "repeat",
    "send_account_mail",
    "send_again",
    "send_reminder",
    "tell",
    "tell_of_session",
    "tell_waiting",
]
