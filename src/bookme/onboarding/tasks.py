"""What is done later for businesses as such."""

from uuid import UUID

from celery import shared_task

from bookme.core.time import now
from bookme.onboarding.actions.domains import check_again


@shared_task(name="onboarding.check_domain")
def check_domain(*, domain_id: str) -> None:
    check_again(domain_id=UUID(domain_id), now=now())
