"""Error pages in the business's colours; problem+json for the API. None of them depends on what may be broken."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from bookme.core.errors import DomainError, Invalid, NotAllowed, NotFound
from bookme.core.http.problems import CONTENT_TYPE, TITLES, problem_headers, problem_response, status_of
from bookme.core.languages import said
from bookme.users.wording import POWERS

_NO_BUSINESS_NAMED = (
    "Here a business has to be named: by the header X-Tenant, or by asking below /t/<its name>/. "
    "On a business's own host it is not needed."
)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """404: no such page, or no such business."""
    if getattr(request, "tenant", None) is None and request.path_info.startswith("/api/v1/"):
        return refusal(request, NotFound(_NO_BUSINESS_NAMED))
    return refusal(request, NotFound())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """400: a request that cannot be read."""
    return refusal(request, Invalid("The request cannot be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's
    """403: known, but may not."""
    return refusal(request, NotAllowed())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """403: a form that did not come from our own page, or from one that was open for too long."""
    error = NotAllowed("The form could not be checked. Load the page again.", code="csrf_failed")
    return refusal(request, error, template="errors/csrf.html")


def refusal(request: HttpRequest, error: DomainError, *, template: str = "") -> HttpResponse:
    """The page of a refusal, or its problem+json."""
    if wants_problem(request):
        return problem_response(error, instance=request.path)
    status = status_of(error)
    context = {"status": status, "lacking": _lacking(error), **_way_back(request)}
    response = render(request, template or f"errors/{_page_of(status)}.html", context, status=status)
    for name, value in problem_headers(error).items():
        response[name] = value
    add_never_cache_headers(response)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without a request: whatever broke may break a context processor, too."""
    if wants_problem(request):
        return JsonResponse(_our_fault(request), status=500, content_type=CONTENT_TYPE)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def wants_problem(request: HttpRequest) -> bool:
    """True for the API, on a business's domain and under `/t/<slug>/`."""
    return request.path_info.startswith("/api/")


def _way_back(request: HttpRequest) -> dict[str, Any]:
    """The team goes back to its agenda, everybody else to the start."""
    is_team = getattr(request, "tenant", None) is not None and request.path_info.startswith("/team/")
    return {"start_url": "/team/", "to_agenda": True} if is_team else {}


def _lacking(error: DomainError) -> str:
    """What somebody would have to be able to do, in words, where a permission is what they lack."""
    wanted = error.extra.get("permission", "")
    return next((str(each.label) for each in POWERS if each.permission.value == wanted), "")


def _page_of(status: int) -> int:
    return status if status in {403, 404, 503} else 400


def _our_fault(request: HttpRequest) -> dict[str, Any]:
    return {
        "type": "urn:bookme:server_error",
        "title": said(TITLES[500]),
        "status": 500,
        "code": "server_error",
        "detail": gettext("Something went wrong on our side."),
        "instance": request.path,
        "errors": [],
    }
