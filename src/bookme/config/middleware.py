"""The outermost layers: one log line a request, and the probes, which must answer on any host."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from bookme.config.logs import without_tokens
from bookme.config.readiness import faults
from bookme.core.actor import ActorKind
from bookme.tenants.context import current_tenant
from bookme.users.authentication import note_operator, page_actor

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_log = structlog.get_logger("bookme.request")


class RequestLog:
    """Gives the request an id (the caller's, if it is sound), answers it, and logs method, path, status, duration."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        known = given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 64 else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=known):
            response = self.get_response(request)
            self._log(request, response.status_code, time.perf_counter() - started)
        response["X-Request-Id"] = known
        return response

    def _log(self, request: HttpRequest, status: int, seconds: float) -> None:
        tenant = getattr(request, "tenant", None)
        actor = getattr(request, "actor", None)
        who = str(actor.id) if actor and actor.id else None
        is_key = actor is not None and actor.kind is ActorKind.KEY
        _log.info(
            "request",
            method=request.method,
            path=without_tokens(request.path),
            status=status,
            duration_ms=round(seconds * 1000, 1),
            tenant=tenant.slug if tenant else None,
            **{"key_id" if is_key else "user_id": who},
        )


class AdminPolicy:
    """What holds under `/admin/` on the platform's host: its own content policy, and the business's clock."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        served = {settings.ROOT_URLCONF, settings.SWITCHED_URLCONF}
        if getattr(request, "urlconf", None) not in served or not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        tenant = current_tenant()
        with timezone.override(tenant.config.zone if tenant else settings.TIME_ZONE):
            response = self.get_response(request)
        response["Content-Security-Policy"] = settings.ADMIN_SECURITY_POLICY
        return response

    def process_view(self, request: HttpRequest, _view: object, _args: object, _path: object) -> None:
        """Whoever looks at a business here is told of to its owner, before they see anything."""
        if getattr(request, "urlconf", None) == settings.SWITCHED_URLCONF and request.path_info.startswith("/admin/"):
            note_operator(page_actor(request))


class Health:
    """`/health/`: this process answers. `/ready/`: so does everything behind it, or the names of what does not."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/health/":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path_info == "/ready/":
            found = faults(outbox_lag_seconds=settings.OUTBOX_LAG_SECONDS)
            return JsonResponse({"ready": not found, "failing": found}, status=503 if found else 200)
        return self.get_response(request)
