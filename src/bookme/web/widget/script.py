"""`/embed.js`: what another site carries. It is this business's own, with its colours and its languages in it."""

from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookme.web.context import BusinessPage, business_page

A_QUARTER_HOUR = 900


@require_safe
@cache_control(public=True, max_age=A_QUARTER_HOUR)
def embed_script(request: HttpRequest) -> HttpResponse:
    """The same for everybody, whatever their language: a page that carries it may choose another."""
    text = render_to_string("widget/embed.js", {"told": _told(business_page(request))})
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["ETag"] = f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _told(page: BusinessPage) -> dict[str, Any]:
    """In the order of the business's languages, of which the first is spoken where nothing else is asked for."""
    tones = page.brand.light
    return {
        "name": page.name,
        "fill": tones.brand,
        "on": tones.on_brand,
        "deep": tones.brand_deep,
        "edge": tones.brand_edge,
        "words": {code: _words(code, page.name) for code in page.config.languages},
    }


def _words(code: str, name: str) -> dict[str, str]:
    with override(code):
        return {
            "dir": "rtl" if get_language_info(code)["bidi"] else "ltr",
            "book": _("Book"),
            "close": _("Close"),
            "wait": _("One moment …"),
            "tab": _("Book in a new tab"),
            "title": _("Book with %(name)s") % {"name": name},
        }
