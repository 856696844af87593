"""Entry points of the outbox: in the scope of a business, or of none for facts of the platform."""

from celery import shared_task

from bookme.core.time import now
from bookme.eventlog import actions
from bookme.eventlog.idempotency import forget_old_answers
from bookme.tenants.celery import PublicTask
from bookme.tenants.selectors import in_each_tenant


@shared_task(name="eventlog.deliver_event", base=PublicTask)
def deliver_event(*, event_id: str) -> None:
    actions.deliver_event(event_id=event_id, now=now())


@shared_task(name="eventlog.deliver_events", base=PublicTask)
def deliver_events(*, first_id: str, last_id: str) -> None:
    actions.deliver_events(first_id=first_id, last_id=last_id, now=now())


@shared_task(name="eventlog.run_reaction", base=PublicTask)
def run_reaction(*, event_id: str, reaction: str) -> None:
    actions.run_reaction(event_id=event_id, reaction=reaction)


@shared_task(name="eventlog.tidy_answers", base=PublicTask)
def tidy_answers() -> int:
    """Forget the answers that are too old to be given again, in every business; returns how many."""
    return forget_old_answers(now=now()) + sum(forget_old_answers(now=now()) for _ in in_each_tenant())
