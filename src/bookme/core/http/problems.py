"""RFC 9457 `application/problem+json`: the one place where errors get a status and a shape."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext_noop
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from bookme.core.errors import (
    Busy,
    Conflict,
    DomainError,
    FieldError,
    Invalid,
    Mismatch,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    pointer_part,
)
from bookme.core.http.parsers import TooLarge
from bookme.core.languages import said

CONTENT_TYPE = "application/problem+json"

STATUS_OF: dict[type[DomainError], int] = {
    Invalid: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Mismatch: 422,
    TooMany: 429,
    Busy: 503,
}
TITLES = {
    400: gettext_noop("Bad request"),
    401: gettext_noop("Sign in first"),
    403: gettext_noop("Not allowed"),
    404: gettext_noop("Not found"),
    405: gettext_noop("Method not allowed"),
    406: gettext_noop("Not acceptable"),
    409: gettext_noop("Conflict"),
    413: gettext_noop("Too large"),
    415: gettext_noop("Unsupported media type"),
    422: gettext_noop("Cannot be processed"),
    429: gettext_noop("Too many requests"),
    500: gettext_noop("Something went wrong"),
    503: gettext_noop("Try again in a moment"),
}

# The database says no first: a named constraint becomes an error of the domain here, and nowhere else.
CONSTRAINT_ERRORS: dict[str, DomainError] = {
    "appointment_no_overlap": Conflict("This time has just been taken.", code="slot_unavailable"),
    "allocation_no_overlap": Conflict("What this needs has just been taken.", code="slot_unavailable"),
    "appointment_seats": Conflict("There are not enough places left.", code="no_seats"),
}
# lock not available, deadlock, serialisation failure, cancelled, shutting down, too many connections
_BUSY_STATES = {"55P03", "40P01", "40001", "57014", "57P01", "57P02", "57P03", "53300"}
_OF_STATE: dict[str, DomainError] = {
    "23505": Conflict("There is one like this already.", code="exists"),
    "23P01": Conflict(code="slot_unavailable"),
    "23503": Conflict("Something that this refers to, or that refers to this, does not allow it.", code="in_use"),
    "23514": Invalid("A value is outside of what is allowed."),
    "22001": Invalid("A text is too long.", code="max_length"),
    "22003": Invalid("A number is too large.", code="number_too_large"),
    "22008": Invalid("A date is too far away.", code="out_of_range"),
    "22021": Invalid("Control characters are not allowed.", code="control_characters"),
    "22P05": Invalid("Control characters are not allowed.", code="control_characters"),
    # psycopg itself refuses to send a NUL, before the database could
    "client": Invalid("Control characters are not allowed.", code="control_characters"),
}
_log = structlog.get_logger(__name__)


def status_of(error: DomainError) -> int:
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def problem_body(error: DomainError, *, instance: str, status: int | None = None) -> dict[str, Any]:
    """The document of an error, in the language that is active; extra members never replace the standard ones.

    `status` replaces the error's own.
    """
    status = status or status_of(error)
    return {
        **error.extra,
        "type": f"urn:bookme:{error.code}",
        "title": said(TITLES.get(status, "Error")),
        "status": status,
        "code": error.code,
        "detail": said(error.detail),
        "instance": instance,
        "errors": [{"pointer": each.pointer, "code": each.code, "detail": said(each.detail)} for each in error.errors],
    }


def problem_headers(error: DomainError) -> dict[str, str]:
    if isinstance(error, TooMany | Busy):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def problem_response(error: DomainError, *, instance: str, status: int | None = None) -> HttpResponse:
    """For what fails outside of DRF: middleware and error handlers. `status` replaces the error's own."""
    body = problem_body(error, instance=instance, status=status)
    headers = problem_headers(error) | {"API-Version": settings.API_VERSION, "Cache-Control": "no-store"}
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE, headers=headers)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook. None lets the error go on: to the log, and to a 500 without a trace."""
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    found = domain_error(error)
    if found is None:
        return None
    kept = isinstance(error, exceptions.APIException) and not isinstance(found, NotSignedIn)
    request, status = context["request"], error.status_code if kept else None  # type: ignore[attr-defined]
    body = problem_body(found, instance=request.path, status=status)
    # A problem is JSON also where the view answers in YAML, and where nothing is acceptable.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return Response(body, status=body["status"], headers=problem_headers(found), content_type=CONTENT_TYPE)


def domain_error(error: Exception) -> DomainError | None:
    """What an exception means in words of the domain, or None if it is a fault of ours."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return NotAllowed()
    if isinstance(error, exceptions.APIException):
        return _from_rest(error)
    if isinstance(error, ProtectedError | RestrictedError):
        return Conflict("This is in use.", code="in_use")
    if isinstance(error, DatabaseError | InterfaceError):
        return _from_database(error)
    return None


def _from_rest(error: exceptions.APIException) -> DomainError:
    if isinstance(error, exceptions.ValidationError):
        return Invalid.of(tuple(field_errors(error.get_full_details())))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return NotSignedIn()
    if isinstance(error, exceptions.Throttled):
        return TooMany(retry_after=math.ceil(getattr(error, "wait", None) or 60))
    if isinstance(error, exceptions.NotFound):
        return NotFound(str(error.detail), code=_code(error))
    return Invalid(str(error.detail), code=_code(error))


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else "invalid"


def field_errors(details: Any, pointer: str = "") -> Iterator[FieldError]:
    """DRF's nested error details as flat faults with JSON pointers."""
    if isinstance(details, Mapping) and {"message", "code"} == set(details):
        yield FieldError(pointer, str(details["code"]), str(details["message"]))
    elif isinstance(details, Mapping):
        for key, value in details.items():
            yield from field_errors(
                value, pointer if key == "non_field_errors" else f"{pointer}/{pointer_part(str(key))}"
            )
    elif isinstance(details, list):
        for index, value in enumerate(details):
            leaf = isinstance(value, Mapping) and {"message", "code"} == set(value)
            yield from field_errors(value, pointer if leaf else f"{pointer}/{index}")


def _from_database(error: Exception) -> DomainError | None:
    """By name where the constraint has one here; else by what kind of fault it is. Unknown ones stay faults of ours."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or ""
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    if constraint in CONSTRAINT_ERRORS:
        return CONSTRAINT_ERRORS[constraint]
    if state in _BUSY_STATES or (isinstance(error, OperationalError | InterfaceError) and not state):
        return Busy()
    found = _OF_STATE.get("client" if isinstance(error, DataError) and not state else state)
    if found is not None:
        # It should have been refused before: worth a line, not worth a 500.
        _log.warning("refused_by_database", state=state, constraint=constraint)
    return found
