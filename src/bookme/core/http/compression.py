"""Pages are sent compressed, where their length tells nothing."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers


class CompressedPages(GZipMiddleware):
    """Who shows a session or a token gets what answers a form or a query as it is.

    Where a page says again what a stranger made the browser send, its compressed length tells how much of that stands
    in it already: what is secret beside it could be guessed letter by letter (BREACH). Visitors have no secrets here,
    and a page that is asked for by its address alone says nothing again.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if self._shows_who(request) and (request.method != "GET" or request.META.get("QUERY_STRING")):
            return response
        # Also of what is too short, and of "not modified": a cache is told the same each time.
        patch_vary_headers(response, ["Accept-Encoding"])
        return super().process_response(request, response)

    def _shows_who(self, request: HttpRequest) -> bool:
        return settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
