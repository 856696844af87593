"""The conversation with the platform's mail server: kept for a round of the outbox, else one for each mail.

To connect, encrypt and sign in takes longer than to hand over a mail, and servers count connections.
"""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun
from django.core.mail import get_connection

from bookme.tenants.delivery import DELIVER_TASK


class _Kept(threading.local):
    """Of each thread of a worker. `is_on` for the length of a round."""

    is_on = False
    connection: Any = None


_kept = _Kept()


@contextmanager
def conversation() -> Iterator[Any]:
    """An open connection for Django's mails; closed afterwards, unless it is kept and nothing went wrong."""
    connection = _answering() or get_connection()
    connection.open()
    try:
        yield connection
    except BaseException:
        _hang_up(connection)
        raise
    if _kept.is_on:
        _kept.connection = connection
    else:
        connection.close()


def _answering() -> Any:
    """The one that is kept, if the server is still there: it may have hung up, or been restarted."""
    connection = _kept.connection
    if connection is None or connection.connection is None:
        return None
    try:
        if connection.connection.noop()[0] == 250:
            return connection
    except (smtplib.SMTPException, OSError):
        pass
    _hang_up(connection)
    return None


def _hang_up(connection: Any) -> None:
    _kept.connection = None
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        connection.connection = None


@task_prerun.connect
def _begin_round(task: Task[Any, Any], **_: Any) -> None:
    _kept.is_on = task.name == DELIVER_TASK


@task_postrun.connect
def _end_round(**_: Any) -> None:
    _kept.is_on = False
    if _kept.connection is not None:
        _hang_up(_kept.connection)
