"""The Celery application. Tasks are found in each app's `tasks.py`; each that ran is one line in the log."""

import os
import time
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import setup_logging, task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookme.config.settings.production")

app = Celery("bookme", task_cls="bookme.tenants.celery:TenantTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_log = structlog.get_logger("bookme.task")


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery must not install its own handlers: settings have configured ours."""


@task_prerun.connect
def _note_start(task: Task[Any, Any], task_id: str, **_: Any) -> None:
    structlog.contextvars.bind_contextvars(request_id=task_id)
    task.request.update(started=time.perf_counter())


@task_postrun.connect
def _log_end(task: Task[Any, Any], state: str, retval: Any, **_: Any) -> None:
    """A round of the outbox that found nothing is of no interest to anybody, every five seconds."""
    duration = round((time.perf_counter() - task.request.get("started", time.perf_counter())) * 1000, 1)
    level = _log.debug if retval == 0 else _log.info
    level("task", task=task.name, state=state, duration_ms=duration)
    structlog.contextvars.clear_contextvars()
