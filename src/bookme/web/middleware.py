"""In which language a page speaks, and what it answers to what is refused."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from bookme.core.errors import DomainError
from bookme.core.http.problems import domain_error
from bookme.tenants.context import current_tenant
from bookme.users.authentication import known_actor
from bookme.web.errors import bad_request, not_found, refusal, wants_problem
from bookme.web.widget.frames import framed_language, is_framed

COOKIE = "lang"
COOKIE_AGE = 365 * 86400


class LanguageMiddleware:
    """Chooses among the business's languages: `?lang=`, else the cookie `lang`, else Accept-Language, else its first.

    In a frame of another site it is in the path, since there is no cookie. The API goes by Accept-Language alone.
    Answers vary accordingly.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant = current_tenant()
        offered: Sequence[str] = tenant.config.languages if tenant is not None else (settings.LANGUAGE_CODE,)
        is_page = not request.path_info.startswith("/api/")
        asked = request.GET.get("lang", "") if is_page else ""
        chosen = [framed_language(request, offered), asked, request.COOKIES.get(COOKIE, "")] if is_page else []
        language = choose_language(offered, chosen, request.headers.get("Accept-Language", ""))
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"] if is_page else ["Accept-Language"])
        if asked in offered and not is_framed(request):
            remember_language(request, response, asked)
        return response


def remember_language(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """This browser's pages are in that language from now on."""
    response.set_cookie(COOKIE, language, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure())


class PrivateMiddleware:
    """What was made for somebody who is signed in is kept by no cache, nor by the browser for who sits there next.

    That is whatever asked who that is, also such pages as everybody may see: at their top they say it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        actor = known_actor(request)
        if actor is not None and actor.id is not None and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response


class RefusalMiddleware:
    """A refusal of the domain or of the database that no view put into words becomes a page, not a fault of ours.

    So does the address of a form that somebody opens: Django's own answer is an empty one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or wants_problem(request):
            return response
        page = not_found(request)
        page.status_code, page["Allow"] = 405, response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """None lets Django go on: with the page of a 404, or to the log and a 500."""
        if isinstance(error, ValidationError) and request.resolver_match and request.resolver_match.app_name == "admin":
            return bad_request(request, error)  # of what is no id: Django's admin looks for a row by it all the same
        if not isinstance(error, DomainError | DatabaseError | InterfaceError):
            return None
        found = domain_error(error)
        return refusal(request, found) if found is not None else None


def choose_language(offered: Sequence[str], chosen: Sequence[str], accepted: str) -> str:
    """The first of `chosen` that is offered, else the best of an Accept-Language header, else the first offered.

    Case does not matter, and a region yields: fr-CA finds fr, and fr finds fr-FR, if nothing nearer is offered.
    """
    for code in chosen:
        if code in offered:
            return code
    for code, _quality in parse_accept_lang_header(accepted.lower()):
        if found := _nearest(offered, code):
            return found
    return offered[0]


def _nearest(offered: Sequence[str], code: str) -> str | None:
    tongue = code.split("-", maxsplit=1)[0]
    for wanted in (code, tongue):
        if found := next((each for each in offered if each.lower() == wanted), None):
            return found
    return next((each for each in offered if each.lower().split("-")[0] == tongue), None)
