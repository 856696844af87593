"""Daily chores of the platform: sign-ins and sessions that are over."""

from celery import shared_task
from django.core.management import call_command

from bookme.core.time import now
from bookme.tenants.celery import PublicTask
from bookme.users.actions import forget_ended_sign_ins, forget_old_requests


@shared_task(name="users.tidy_sign_ins", base=PublicTask)
def tidy_sign_ins() -> int:
    """Forget the sign-ins that have ended, and what was asked for by mail too long ago; returns how many."""
    return forget_ended_sign_ins(now=now()) + forget_old_requests(now=now())


@shared_task(name="users.tidy_sessions", base=PublicTask)
def tidy_sessions() -> None:
    """Forget the sessions of the pages that have ended."""
    call_command("clearsessions")
