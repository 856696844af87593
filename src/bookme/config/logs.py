"""Structured logs: one JSON line to stdout a request, a task and a message; readable lines where a person watches.

Every line carries level, request id and tenant. No personal data: ids only, and addresses of pages without their query
and without the tokens in their path.
"""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bookme.tenants.context import current_tenant

_LONGEST_PART = 40  # more than an id, less than any token


def configure_logging(*, level: str, form: str) -> None:
    """`form` is `json` or `text`. Both structlog's loggers and the standard library's end here."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_scope,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _hide_tokens],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _renderer(form),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("django.request", "django.security.DisallowedHost", "django.server"):
        logging.getLogger(noisy).setLevel("ERROR")
    # Each task has a line of ours; and what wakes a worker is worth nothing once another has looked.
    for repeating in ("celery.beat", "celery.worker.strategy", "celery.app.trace", "celery.worker.request"):
        logging.getLogger(repeating).setLevel("WARNING")
    logging.getLogger("mail.log").setLevel("WARNING")  # each line that our own mail server hears, addresses among them
    logging.getLogger("urllib3.connectionpool").setLevel("INFO")  # below that it tells about whom providers are asked


def _add_scope(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    tenant = current_tenant()
    if tenant is not None:
        line.setdefault("tenant", tenant.slug)
    return line


def without_tokens(path: str) -> str:
    """Manage and sign-in links carry their token in the path: whoever reads it there could use it."""
    return "/".join("…" if len(part) > _LONGEST_PART else part for part in path.split("/"))


def _hide_tokens(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Django tells of a failed request by its path."""
    if str(line.get("logger", "")).startswith("django."):
        line["event"] = without_tokens(str(line["event"]))
    return line


def _renderer(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer()
    colors = "NO_COLOR" not in os.environ
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
