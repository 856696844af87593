"""The steps of a booking in a frame of another site, below `/embed/<language>/`.

They are the pages that a business has at its own address, under names that are tried first: a link that stays in the
flow stays in the frame, and all others lead to the business's own address.
"""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, set_urlconf
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookme.core.actor import GUEST
from bookme.services.models import ServiceKind
from bookme.services.selectors import services_for
from bookme.tenants.context import require_tenant

ROOT = "/embed/"
URLCONF = "bookme.config.urls.framed"


class FramedMiddleware:
    """What holds below `/embed/` of a business: its own table of URLs, no cookies, and whose pages may frame it.

    Those of the sites that the business lists, and its own, on which it looks at what it will be like. Nobody is signed
    in there, whatever the browser sends: a frame is no place in which somebody acts as themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "urlconf", None) != settings.BUSINESS_URLCONF or not request.path_info.startswith(ROOT):
            return self.get_response(request)
        request.urlconf = URLCONF
        set_urlconf(URLCONF)  # as Django does, but later: until then a refusal has a page with links, too
        request.COOKIES = {}
        origins = require_tenant().config.allowed_origins
        response = self.get_response(request)
        response._csp_replace = {"frame-ancestors": ["'self'", *origins]}  # type: ignore[attr-defined]
        response.headers.pop("X-Frame-Options", None)  # it knows of no list
        response["X-Robots-Tag"] = "noindex"
        return response


class LanguageInPath(LocalePrefixPattern):
    """`embed/fr/`: without a cookie the language of the steps is in their address."""

    @property
    def language_prefix(self) -> str:
        return f"{ROOT[1:]}{get_language()}/"


def is_framed(request: HttpRequest) -> bool:
    return getattr(request, "urlconf", None) == URLCONF


def framed_language(request: HttpRequest, offered: Sequence[str]) -> str:
    """Which of these languages a frame's address names; empty for none."""
    if not is_framed(request):
        return ""
    named = request.path_info.removeprefix(ROOT).partition("/")[0]
    return next((code for code in offered if code.lower() == named.lower()), "")


def in_language(request: HttpRequest, code: str, **more: str) -> str:
    """The address of this page in that language, from the page, with all that it says already and `more`."""
    path, query = "", request.GET.copy()
    if is_framed(request):
        path = f"{ROOT}{code.lower()}/{_below_language(request)}"
    else:
        query["lang"] = code
    for name, value in more.items():
        query[name] = value
    return f"{path}?{query.urlencode()}"


def outside(request: HttpRequest) -> str:
    """Where the page of this request is outside of frames, in the same language; its own address if it is in none."""
    if not is_framed(request):
        return request.get_full_path()
    return f"/{_below_language(request)}?{urlencode([*request.GET.items(), ('lang', request.LANGUAGE_CODE)])}"


def _below_language(request: HttpRequest) -> str:
    return request.path_info.removeprefix(ROOT).partition("/")[2]


@never_cache
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Where a frame begins: `?service=` is the slug of what is chosen already, `?lang=` the language.

    Of a class, and where there are only classes, it is their list.
    """
    slug = request.GET.get("service", "")
    kinds = dict(services_for(GUEST).values_list("slug", "kind"))
    wanted = [kinds[slug]] if slug in kinds else list(kinds.values())
    is_class = bool(wanted) and all(kind == ServiceKind.CLASS for kind in wanted)
    query = f"?{urlencode({'service': slug})}" if slug in kinds else ""
    return redirect(reverse("classes" if is_class else "book") + query)
