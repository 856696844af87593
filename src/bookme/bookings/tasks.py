"""Entry points of the outbox."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from bookme.bookings.actions import expire_if_overdue
from bookme.bookings.actions.overdue import EXPIRE_TASK
from bookme.bookings.actions.sessions import DECIDE_TASK, decide_session
from bookme.bookings.actions.waiting import CLOSE_TASK, close_if_over
from bookme.core.time import now


@shared_task(name=EXPIRE_TASK)
def expire_booking(*, booking_id: str) -> None:
    with transaction.atomic(durable=True):
        expire_if_overdue(booking_id=UUID(booking_id), now=now())


@shared_task(name=CLOSE_TASK)
def close_waiting(*, entry_id: str) -> None:
    with transaction.atomic(durable=True):
        close_if_over(entry_id=UUID(entry_id), now=now())


@shared_task(name=DECIDE_TASK)
def decide_due_session(*, session_id: str) -> None:
    with transaction.atomic(durable=True):
        decide_session(session_id=UUID(session_id), now=now())
