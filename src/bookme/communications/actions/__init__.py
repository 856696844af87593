"""Messages: telling of facts, what is planned, the mails of accounts, and sending again what is on record.

`tell`, `send`, `try_account`, what is planned and the mails of accounts talk to the network, outside of a transaction.
"""

from bookme.communications.actions.account_mails import send_account_mail
from bookme.communications.actions.channel_accounts import remove_account, set_account, try_account
from bookme.communications.actions.forgetting import forget_messages, forget_windows
from bookme.communications.actions.giving_up import end_given_up
from bookme.communications.actions.inbound import hear
from bookme.communications.actions.planning import (
    PLAN_MESSAGES_TASK,
    REMINDERS_PATH,
    plan_all_messages,
    plan_customer,
    plan_messages,
    plan_no_show,
    send_follow_up,
    send_no_show,
    send_reminder,
    warn_of_hold,
)
from bookme.communications.actions.progress import Progress, record_progress
from bookme.communications.actions.repeating import begin_anew, send_again
from bookme.communications.actions.sending import SEND_MESSAGE_TASK, send
from bookme.communications.actions.stopping import digest_addresses, lift_stop, stop_address
from bookme.communications.actions.telling import About, send_later, tell, tell_apart
from bookme.communications.actions.templates import reset_template, restore_version, save_template
from bookme.communications.actions.trials import send_test
from bookme.communications.actions.whatsapp import (
    ASK_APPROVALS_TASK,
    ask_approvals,
    change_whatsapp_template,
    make_whatsapp_template,
    plan_approvals,
    refresh_whatsapp_templates,
    remove_whatsapp_template,
)
from bookme.communications.actions.wishes import (
    choose_own_messages,
    choose_staff_messages,
    end_marketing,
    resubscribe,
    unsubscribe,
)
from bookme.communications.actions.withdrawing import withdraw_untrue
from bookme.communications.keys import (
    SEND_FOLLOW_UP_TASK,
    SEND_NO_SHOW_TASK,
    SEND_REMINDER_TASK,
    WARN_OF_HOLD_TASK,
)

__all__ = [
    "ASK_APPROVALS_TASK",
    "PLAN_MESSAGES_TASK",
    "REMINDERS_PATH",
    "SEND_FOLLOW_UP_TASK",
    "SEND_MESSAGE_TASK",
    "SEND_NO_SHOW_TASK",
    "SEND_REMINDER_TASK",
    "WARN_OF_HOLD_TASK",
    "About",
    "Progress",
    "ask_approvals",
    "begin_anew",
    "change_whatsapp_template",
    "choose_own_messages",
    "choose_staff_messages",
    "digest_addresses",
    "end_given_up",
    "end_marketing",
    "forget_messages",
    "forget_windows",
    "hear",
    "lift_stop",
    "make_whatsapp_template",
    "plan_all_messages",
    "plan_approvals",
    "plan_customer",
    "plan_messages",
    "plan_no_show",
    "record_progress",
    "refresh_whatsapp_templates",
    "remove_account",
    "remove_whatsapp_template",
    "reset_template",
    "restore_version",
    "resubscribe",
    "save_template",
    "send",
    "send_account_mail",
    "send_again",
    "send_follow_up",
    "send_later",
    "send_no_show",
    "send_reminder",
    "send_test",
    "set_account",
    "stop_address",
    "tell",
    "tell_apart",
    "try_account",
    "unsubscribe",
    "warn_of_hold",
    "withdraw_untrue",
]
