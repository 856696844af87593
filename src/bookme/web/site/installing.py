"""What makes a business's pages an app on its customers' screens: manifest, icons, and a page without a network."""

import json
from hashlib import blake2b
from textwrap import shorten
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookme.web.context import business_page
from bookme.web.site.pictures import ICON_SIZES, app_icon, social_card
from bookme.web.templatetags.bookme import initials

A_DAY = 86_400
SHORT_NAME = 16  # letters; what a screen has no room for, it cuts off itself
PARTS_OF_OFFLINE = (
    "bm/core.css",
    "bm/site.css",
    "bm/transitions.js",
    "bm/offline.js",
    "bm/fonts/inter-400.woff2",
    "bm/fonts/inter-600.woff2",
)


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """See https://www.w3.org/TR/appmanifest/."""
    page = business_page(request)
    told: dict[str, Any] = {
        "id": reverse("home"),
        "name": page.name,
        "short_name": shorten(page.name, SHORT_NAME, placeholder="") or page.name[:SHORT_NAME],
        "description": page.tagline,
        "lang": page.language,
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": page.brand.light.brand,
        "background_color": "#ffffff",
        "icons": [
            {
                "src": reverse(f"icon-{size}"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in ICON_SIZES
            for purpose in ("any", "maskable")
        ],
        "shortcuts": [
            {"name": _("Book"), "url": reverse("book")},
            {"name": _("My bookings"), "url": reverse("account-home")},
        ],
    }
    return HttpResponse(json.dumps(told), content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=A_DAY)
def icon(request: HttpRequest, size: int) -> HttpResponse:
    page = business_page(request)
    return HttpResponse(app_icon(initials(page.name), page.brand.light, size), content_type="image/png")


@require_safe
@cache_control(public=True, max_age=A_DAY)
def card(request: HttpRequest) -> HttpResponse:
    """What is shown where a link to the business is shared."""
    page = business_page(request)
    return HttpResponse(social_card(page.name, page.tagline, page.brand.light), content_type="image/png")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, since it answers for what is below its own address."""
    parts = [static(each) for each in PARTS_OF_OFFLINE]
    kept = blake2b(":".join((request.LANGUAGE_CODE, *parts)).encode(), digest_size=6).hexdigest()
    context = {"parts": parts, "kept": kept}
    return render(request, "offline/worker.js", context, content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline/page.html")
