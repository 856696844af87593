"""A daily chore: invitations that nobody answered."""

import datetime as dt

from celery import shared_task
from django.conf import settings

from bookme.core.time import now
from bookme.team.actions import forget_invitations
from bookme.tenants.celery import PublicTask
from bookme.tenants.selectors import in_each_tenant


@shared_task(name="team.tidy_invitations", base=PublicTask)
def tidy_invitations() -> int:
    """Forget the invitations that ran out long ago, in every business; returns how many."""
    before = now() - dt.timedelta(days=settings.INVITATION_KEEP_DAYS)
    return sum(forget_invitations(before=before) for _ in in_each_tenant())
