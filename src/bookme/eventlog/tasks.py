"""Entry points of the outbox and of beat."""

from celery import shared_task

from bookme.eventlog import actions


@shared_task(name="eventlog.deliver_event")
def deliver_event(*, event_id: str) -> None:
    actions.deliver_event(event_id=event_id)


@shared_task(name="eventlog.run_reaction")
def run_reaction(*, event_id: str, reaction: str) -> None:
    actions.run_reaction(event_id=event_id, reaction=reaction)
