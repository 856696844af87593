"""The Celery application. Tasks are found in each app's `tasks.py`."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookme.config.settings.production")

app = Celery("bookme", task_cls="bookme.tenants.celery:TenantTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Celery must not install its own handlers: settings have configured ours."""
