"""A chore of every hour: who is kept no longer."""

from celery import shared_task

from bookme.core.time import now
from bookme.privacy.actions import erase_overdue
from bookme.tenants.celery import PublicTask
from bookme.tenants.selectors import in_each_tenant


@shared_task(name="privacy.erase_overdue", base=PublicTask)
def erase_overdue_people() -> int:
    """Erase whoever is overdue, some of each business at a time; returns how many."""
    return sum(erase_overdue(now=now()) for _ in in_each_tenant())
