"""Entry points of the outbox."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from bookme.bookings.actions import expire_if_overdue
from bookme.bookings.actions.overdue import EXPIRE_TASK
from bookme.core.time import now


@shared_task(name=EXPIRE_TASK)
def expire_booking(*, booking_id: str) -> None:
    with transaction.atomic(durable=True):
        expire_if_overdue(booking_id=UUID(booking_id), now=now())
