"""What fails behind the outbox is known: in the log by where it was, and at Sentry where that is on."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from celery import shared_task
from django.db import transaction
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from bookme.config.sentry import scrub_event
from bookme.core.time import now
from bookme.tenants import actions, tasks
from bookme.tenants.celery import PublicTask
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import NotYet, enqueue

PERSON = "@".join(("ada", "mail.example"))  # not as it is: reports quote the source


@shared_task(name="tests.break", base=PublicTask)
def break_down() -> None:
    raise ValueError(PERSON)


class Kept(Transport):
    """Sends nothing anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [dict(event) for item in envelope.items if (event := item.get_event())]


@pytest.fixture
def reports() -> Iterator[list[dict[str, Any]]]:
    """What Sentry is sent, as production sends it."""
    kept = Kept()
    before = sentry_sdk.get_global_scope().client
    options: dict[str, Any] = {"transport": kept, "default_integrations": False, "auto_enabling_integrations": False}
    sentry_sdk.init(dsn="https://key@sentry.example/1", before_send=scrub_event, **options)
    yield kept.events
    sentry_sdk.get_global_scope().set_client(before)


def _fail() -> None:
    OutboxMessage.objects.update(due_at=now() - dt.timedelta(seconds=1))
    assert tasks.deliver_outbox() == 1


def test_the_first_failure_and_the_last_are_reported(
    salon: Tenant, reports: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic():
        enqueue(task="tests.break", args={}, key="one", due_at=now(), now=now())
    _fail()
    _fail()
    sentry_sdk.flush()
    (report,) = reports
    assert report["tags"] == {"task": "tests.break", "tenant": "salon"}
    assert report["exception"]["values"][0]["type"] == "ValueError"
    assert PERSON not in str(report)
    assert "break_down:" in caplog.text
    assert PERSON not in caplog.text

    OutboxMessage.objects.update(attempts=actions.MAX_ATTEMPTS - 1)
    _fail()
    sentry_sdk.flush()
    assert OutboxMessage.objects.get().dead
    assert len(reports) == 2


@shared_task(name="tests.not_yet", base=PublicTask)
def not_yet() -> None:
    raise NotYet("its turn has not come", seconds=30)


def test_whose_turn_has_not_come_waits_and_that_is_no_failure(
    salon: Tenant, reports: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic():
        enqueue(task="tests.not_yet", args={}, key="one", due_at=now(), now=now())
    OutboxMessage.objects.update(attempts=actions.MAX_ATTEMPTS - 1)
    _fail()
    sentry_sdk.flush()
    message = OutboxMessage.objects.get()
    assert (message.attempts, message.dead, message.done_at) == (actions.MAX_ATTEMPTS - 1, False, None)
    assert (message.leased_until, message.last_error) == (None, "")
    assert dt.timedelta(seconds=20) < message.due_at - now() <= dt.timedelta(seconds=30)
    assert reports == []
    assert "outbox_failed" not in caplog.text
