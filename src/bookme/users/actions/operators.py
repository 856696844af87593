"""Operators of the platform: made, and told of when they look into a business or change an account."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from bookme.core.actor import Actor
from bookme.eventlog.actions import publish
from bookme.eventlog.models import AuditRecord
from bookme.users.actions.members import forget_unverified_password
from bookme.users.events import AccountChanged, OperatorEntered
from bookme.users.models import User

TOLD_EVERY = dt.timedelta(hours=1)


def enter_business(*, operator: Actor, now: dt.datetime) -> None:
    """Tell the business that is entered who of the platform looks into it, at most once an hour each.

    Before anything is shown, in a transaction of its own. Locks the operator's row. Publishes OperatorEntered.
    """
    if operator.id is None or _is_told(operator, now):
        return
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).values_list("pk").get(pk=operator.id)
        if not _is_told(operator, now):
            publish(OperatorEntered(user_id=operator.id), actor=operator)


def make_operator(*, user_id: UUID) -> None:
    """Let a person act in every business, from the platform's host. Drops a password of an unverified address."""
    with transaction.atomic():
        forget_unverified_password(user_id=user_id)
        User.objects.filter(pk=user_id).update(is_staff=True)


def tell_of_account(*, user: User, fields: Collection[str], actor: Actor) -> None:
    """An operator changed these fields of somebody's account. Joins the transaction. Publishes AccountChanged."""
    said = {
        "is_active": "reactivated" if user.is_active else "deactivated",
        "is_staff": "operator_made" if user.is_staff else "operator_ended",
    }
    for what in dict.fromkeys(said.get(each, "profile") for each in fields):
        publish(AccountChanged(user_id=user.pk, what=what), actor=actor)


def _is_told(operator: Actor, now: dt.datetime) -> bool:
    told = AuditRecord.objects.filter(subject_id=operator.id, name=OperatorEntered.name)
    return told.filter(occurred_at__gt=now - TOLD_EVERY).exists()
