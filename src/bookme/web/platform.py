"""The start page of the platform's own host."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookme.tenants.models import BusinessKind, Tenant
from bookme.tenants.selectors import business_urls, open_tenants
from bookme.web.brand import Tones, brand_of
from bookme.web.context import GLYPHS


@dataclass(frozen=True)
class DemoCard:
    """A demo business with the tones of its colour."""

    name: str
    tagline: str
    url: str
    glyph: str
    tones: Tones


@require_safe
def platform_home(request: HttpRequest) -> HttpResponse:
    """What BookMe is; on a local machine also where the demo businesses are."""
    tenants = open_tenants() if settings.LOCAL_MODE else []
    urls = business_urls(tenants)
    demos = [_card(each, urls[each.pk]) for each in tenants]
    return render(request, "platform/home.html", {"demos": demos})


def _card(tenant: Tenant, url: str) -> DemoCard:
    branding = tenant.config.branding
    return DemoCard(
        name=tenant.name,
        tagline=branding.tagline_in("en"),
        url=url,
        glyph=GLYPHS[BusinessKind(tenant.kind)],
        tones=brand_of(branding.primary_color).light,
    )
