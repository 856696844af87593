"""Entry points of the outbox, and a daily chore."""

import datetime as dt
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import transaction

from bookme.communications import actions
from bookme.communications.models import Notification
from bookme.core.time import now
from bookme.tenants.celery import PublicTask, TenantTask
from bookme.tenants.config import Reminder
from bookme.tenants.selectors import in_each_tenant
from bookme.users.mails import SEND_ACCOUNT_MAIL_TASK, AccountMail


@shared_task(name=actions.SEND_REMINDER_TASK)
def send_reminder(*, visit_id: str, channel: str, minutes_before: int, starts_at: str) -> None:
    actions.send_reminder(
        visit_id=UUID(visit_id),
        reminder=Reminder(channel=channel, minutes_before=minutes_before),
        starts_at=dt.datetime.fromisoformat(starts_at),
        now=now(),
    )


@shared_task(name=actions.WARN_OF_HOLD_TASK)
def warn_of_hold(*, visit_id: str) -> None:
    actions.warn_of_hold(visit_id=UUID(visit_id), now=now())


@shared_task(name=actions.SEND_FOLLOW_UP_TASK)
def send_follow_up(*, visit_id: str) -> None:
    actions.send_follow_up(visit_id=UUID(visit_id), now=now())


@shared_task(name=actions.SEND_NO_SHOW_TASK)
def send_no_show(*, visit_id: str) -> None:
    actions.send_no_show(visit_id=UUID(visit_id), now=now())


@shared_task(name=actions.PLAN_MESSAGES_TASK)
def plan_messages(*, event_id: str, after: str) -> None:
    with transaction.atomic():
        actions.plan_all_messages(cause_id=UUID(event_id), after=UUID(after), now=now())


class MessageTask(TenantTask):
    """Sends a message, which ends with its row of the outbox."""

    abstract = True

    def given_up(self, *, error: str, notification_id: str) -> None:  # type: ignore[override]  # its own args
        actions.end_given_up(notification_id=UUID(notification_id), error=error, now=now())

    def run_again(self, *, notification_id: str) -> None:  # type: ignore[override]  # its own args
        actions.begin_anew(notification_id=UUID(notification_id), now=now())


@shared_task(name=actions.SEND_MESSAGE_TASK, base=MessageTask)
def send_message(*, notification_id: str) -> None:
    notification = Notification.objects.filter(pk=notification_id).first()
    if notification is not None:  # else it was forgotten with whom it was for
        actions.send(notification=notification, now=now())


@shared_task(name=SEND_ACCOUNT_MAIL_TASK, base=PublicTask)
def send_account_mail(*, mail: str, id: str, mailing: str) -> None:  # noqa: A002
    actions.send_account_mail(mail=AccountMail(mail), id=UUID(id), mailing=UUID(mailing))


@shared_task(name=actions.ASK_APPROVALS_TASK)
def ask_approvals() -> None:
    actions.ask_approvals()


@shared_task(name="communications.plan_approvals", base=PublicTask)
def plan_approvals() -> int:
    """Have every business that writes by WhatsApp ask what became of its texts; returns how many do."""
    at = now()
    return sum(actions.plan_approvals(now=at) for _ in in_each_tenant())


@shared_task(name="communications.tidy_messages", base=PublicTask)
def tidy_messages() -> int:
    """Forget old messages, and who wrote by WhatsApp more than a day ago, in every business; returns how many."""
    at = now()
    before = at - dt.timedelta(days=settings.NOTIFICATION_KEEP_DAYS)
    return sum(actions.forget_messages(before=before) + actions.forget_windows(now=at) for _ in in_each_tenant())
