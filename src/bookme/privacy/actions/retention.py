"""Forgetting people for whom the business's time of keeping is over: `legal.retention_months` of its settings."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet

from bookme.customers.models import Customer
from bookme.privacy.actions.erasing import erase_person, forget, lock_person
from bookme.privacy.events import Cause
from bookme.privacy.selectors import kept_since, overdue_customers, overdue_members, subject_of_customer
from bookme.tenants.context import require_tenant
from bookme.users.models import Membership
from bookme.users.selectors import actor_from_membership

AT_ONCE = 100

_log = structlog.get_logger(__name__)


def erase_overdue(*, now: dt.datetime) -> int:
    """Erase whoever is overdue in the current business, as if they had asked for it; returns how many.

    At most AT_ONCE, each in a transaction of their own, which looks once more under its locks: so it may be run twice,
    by two at once, and be killed at any time. Who cannot be erased is logged, and keeps nobody else: others are picked
    at random each time, and people with an account leave half of the time to those without. Publishes CustomerErased.
    """
    before = kept_since(require_tenant(), now=now)
    members = _picked(overdue_members(before), AT_ONCE // 2)
    erased = sum(_tried(_erase_member, each, before, now) for each in members)
    rows = _picked(overdue_customers(before), AT_ONCE - len(members))
    return erased + sum(_tried(_erase_customer, each, before, now) for each in rows)


def _picked(overdue: QuerySet[Any], count: int) -> list[UUID]:
    return list(overdue.order_by("?").values_list("pk", flat=True)[:count])


def _tried(erase: Callable[[UUID, dt.datetime, dt.datetime], bool], id_: UUID, *times: dt.datetime) -> bool:
    try:
        with transaction.atomic(durable=True):
            return erase(id_, *times)
    except Exception:  # of one person: the others' time is over all the same
        _log.exception("not_erased", id=str(id_))
        return False


def _erase_member(membership_id: UUID, before: dt.datetime, now: dt.datetime) -> bool:
    membership = Membership.objects.select_related("user").filter(pk=membership_id).first()
    if membership is None:
        return False
    actor = actor_from_membership(membership)
    lock_person(actor)
    if not overdue_members(before).filter(pk=membership_id).exists():
        return False
    erase_person(actor=actor, now=now, cause=Cause.RETENTION)
    return True


def _erase_customer(customer_id: UUID, before: dt.datetime, _now: dt.datetime) -> bool:
    row = Customer.objects.select_for_update(of=("self",)).filter(pk=customer_id).first()
    if row is None or not overdue_customers(before).filter(pk=customer_id).exists():
        return False
    forget(subject_of_customer(row), cause=Cause.RETENTION)
    return True
