"""Entry points of the outbox: in the scope of a business, or of none for facts of the platform."""

from celery import shared_task

from bookme.core.time import now
from bookme.eventlog import actions
from bookme.tenants.celery import PublicTask


@shared_task(name="eventlog.deliver_event", base=PublicTask)
def deliver_event(*, event_id: str) -> None:
    actions.deliver_event(event_id=event_id, now=now())


@shared_task(name="eventlog.run_reaction", base=PublicTask)
def run_reaction(*, event_id: str, reaction: str) -> None:
    actions.run_reaction(event_id=event_id, reaction=reaction)
