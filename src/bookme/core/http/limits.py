"""What is left of the limits that a request was counted by, on the API's answers, refusals too.

In the headers of draft-ietf-httpapi-ratelimit-headers-11, which are structured fields (RFC 9651): the policies in
`RateLimit-Policy`, what is left of each in `RateLimit`, the nearest to its end first. On a 429 `Retry-After` says the
same as `t` of the limit that is over.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookme.core.limits import Left, remembering

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RateLimitHeaders:
    """Adds them to what the API answers; pages say in words what is over."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with remembering() as told:
            response = self.get_response(request)
        found = told.nearest_first(refused=response.status_code >= 400)
        if found and request.path_info.startswith("/api/"):
            response["RateLimit-Policy"] = ", ".join(_policy(each) for each in found)
            response["RateLimit"] = ", ".join(_left(each) for each in found)
        return response


def _policy(limit: Left) -> str:
    return f'"{limit.name}";q={limit.most}' + _parameter("w", limit.window_seconds)


def _left(limit: Left) -> str:
    return f'"{limit.name}";r={limit.remaining}' + _parameter("t", limit.seconds_left)


def _parameter(name: str, value: int | None) -> str:
    return "" if value is None else f";{name}={value}"
