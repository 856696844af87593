"""What every template knows of the business whose page it is."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info

from bookme.core.formats import Formats, locale_of
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import current_tenant, require_tenant
from bookme.tenants.models import BusinessKind, Tenant
from bookme.tenants.selectors import business_url
from bookme.web.brand import Brand, brand_of
from bookme.web.me import me_of
from bookme.web.widget.frames import is_framed

PLATFORM_COLOUR = "#4f46a5"
GLYPHS = {
    BusinessKind.SALON: "scissors",
    BusinessKind.CLASSES: "flower-2",
    BusinessKind.MOBILE: "sparkles",
    BusinessKind.CLINIC: "heart-pulse",
}
_FONT_NAME = re.compile(r"[A-Za-z0-9 ]{1,60}")


@dataclass(frozen=True)
class Language:
    """One of the languages that a visitor can choose."""

    code: str
    name: str
    is_current: bool


class BusinessPage:
    """A business as its pages show it, in one language."""

    def __init__(self, tenant: Tenant, language: str) -> None:
        self.tenant, self.language = tenant, language

    @property
    def id(self) -> UUID:
        return self.tenant.id

    @property
    def name(self) -> str:
        return self.tenant.name

    @property
    def config(self) -> BusinessConfig:
        return self.tenant.config

    @cached_property
    def formats(self) -> Formats:
        return formats_in(self.language)

    @cached_property
    def tagline(self) -> str:
        return self.config.branding.tagline_in(self.language)

    @cached_property
    def brand(self) -> Brand:
        """Of colours that are none, the platform's."""
        try:
            return brand_of(self.config.branding.primary_color, self.config.branding.accent_color)
        except ValueError:
            return brand_of(PLATFORM_COLOUR)

    @cached_property
    def url(self) -> str:
        """Its start page on its own domain."""
        return business_url(self.tenant)

    @property
    def glyph(self) -> str:
        return GLYPHS[BusinessKind(self.tenant.kind)]

    @cached_property
    def languages(self) -> list[Language]:
        return [Language(code, own_name(code), code == self.language) for code in self.config.languages]

    @property
    def is_mobile(self) -> bool:
        """It comes to its customers: bookings have an address."""
        return bool(self.tenant.kind == BusinessKind.MOBILE)


def business_page(request: HttpRequest) -> BusinessPage:
    """The business that is entered, in the visitor's language."""
    return BusinessPage(require_tenant(), getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))


def formats_in(language: str) -> Formats:
    """How the business that is entered writes days, times and money in that language."""
    config = require_tenant().config
    return Formats(locale_of(language, config.country), config.currency)


def business(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `business` (None on the platform's own host), `brand_css`, `language`, `dir` and `me`.

    Who is signed in is looked up only where a page shows it. `framed`: the page is in a frame of another site.
    """
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    tenant = current_tenant()
    page = BusinessPage(tenant, language) if tenant is not None else None
    return {
        "business": page,
        "brand_css": page_css(page),
        "language": language,
        "dir": "rtl" if _is_rtl(language) else "ltr",
        "local_mode": settings.LOCAL_MODE,
        "framed": is_framed(request),
        "me": SimpleLazyObject(lambda: me_of(request)),
    }


def page_css(page: BusinessPage | None) -> str:
    """Custom properties of the page's `:root`: the business's tones, and its font where the visitor's device has it."""
    if page is None:
        return brand_of(PLATFORM_COLOUR).css()
    return page.brand.css() + _font_css(page.config.branding.font)


def _font_css(name: str) -> str:
    """Headings in the business's own font. Only Inter is shipped: another is used where the device has it."""
    if name == "Inter" or not _FONT_NAME.fullmatch(name):
        return ""
    rest = 'Georgia,"Noto Serif",serif' if "serif" in name.lower() else "var(--font)"
    return f'--font-head:"{name}",{rest};'


def own_name(code: str) -> str:
    """A language as those who speak it call it."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def _is_rtl(code: str) -> bool:
    try:
        return bool(get_language_info(code)["bidi"])
    except KeyError:
        return False
