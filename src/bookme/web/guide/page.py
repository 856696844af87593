"""`/ui/`: tokens and parts as they are, in the look of the business whose host it is, or in any other."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from bookme.core.color import hex_of
from bookme.tenants.context import current_tenant
from bookme.web.brand import TEXT_CONTRAST, Brand, brand_of
from bookme.web.context import PLATFORM_COLOUR, BusinessPage, page_css
from bookme.web.guide.parts import PARTS, TEMPLATES
from bookme.web.guide.samples import STEPS, sample_form
from bookme.web.guide.tokens import colours, declared, measured

LANGUAGE = "en"
THEMES = ("auto", "light", "dark")
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_ICON = re.compile(r'<c-icon name="([a-z0-9-]+)"')
_GROUPS = (
    ("Ground", ("bg", "surface", "raised", "sunken", "hover", "line", "line-strong")),
    ("Ink", ("ink", "ink-2", "ink-3")),
    ("Brand", ("brand", "brand-hover", "on-brand", "brand-ink", "brand-soft", "brand-line", "brand-edge")),
    ("State", ("ok", "ok-soft", "warn", "warn-soft", "bad", "bad-soft", "few")),
)


@dataclass(frozen=True)
class Look:
    """How the guide is shown: by its query, and where that says nothing it knows, as the host's pages are."""

    colour: str
    theme: str
    dir: str
    brand: Brand
    css: str


@dataclass(frozen=True)
class Swatch:
    """A token with its colour in light and in dark."""

    name: str
    light: str
    dark: str


@dataclass(frozen=True)
class Measured:
    """A pair with its contrast in light and in dark."""

    text: str
    ground: str
    least: float
    light: float
    dark: float

    @property
    def is_shape(self) -> bool:
        """It is a line or a mark, no text."""
        return self.least < TEXT_CONTRAST


@require_http_methods(["GET", "HEAD", "POST"])
def style_guide(request: HttpRequest) -> HttpResponse:
    """By `?color=#rrggbb`, `theme=` and `dir=`. A POST comes from a form that is shown: nothing is done.

    404 outside of local mode.
    """
    if not settings.LOCAL_MODE:
        raise Http404
    if request.method == "POST":
        return redirect(request.get_full_path())
    look = _look(request)
    with translation.override(LANGUAGE):
        return render(request, "guide/page.html", _shown(look))


def _look(request: HttpRequest) -> Look:
    tenant = current_tenant()
    page = BusinessPage(tenant, LANGUAGE) if tenant is not None else None
    own = page.config.branding.primary_color if page else PLATFORM_COLOUR
    colour = request.GET.get("color", "")
    is_other = bool(_COLOUR.fullmatch(colour)) and colour.lower() != own.lower()
    brand = brand_of(colour) if is_other else page.brand if page else brand_of(PLATFORM_COLOUR)
    theme, direction = request.GET.get("theme", ""), request.GET.get("dir", "")
    return Look(
        colour=colour if is_other else own,
        theme=theme if theme in THEMES else THEMES[0],
        dir=direction if direction == "rtl" else "ltr",
        brand=brand,
        css=brand.css() if is_other else page_css(page),
    )


def _shown(look: Look) -> dict[str, object]:
    return {
        "look": look,
        "themes": THEMES,
        "language": LANGUAGE,
        "dir": look.dir,
        "theme": look.theme,
        "brand_css": look.css,
        "parts": PARTS,
        "form": sample_form(),
        "steps": STEPS,
        "swatches": _swatches(look.brand),
        "pairs": _pairs(look.brand),
        "icons": icons(),
        "sizes": _scale("t-"),
        "spaces": _scale("s", only=r"s\d+"),
        "radii": _scale("r-"),
        "shadows": _scale("sh-"),
        "times": [(name, declared()[name]) for name in ("fast", "mid", "ease")],
    }


def _swatches(brand: Brand) -> list[tuple[str, list[Swatch]]]:
    light, dark = colours(brand, "light"), colours(brand, "dark")
    return [
        (title, [Swatch(name, hex_of(light[name]), hex_of(dark[name])) for name in names]) for title, names in _GROUPS
    ]


def _pairs(brand: Brand) -> list[Measured]:
    both = zip(measured(brand, "light"), measured(brand, "dark"), strict=True)
    return [Measured(pair.text, pair.ground, pair.least, light, dark) for (pair, light), (_same, dark) in both]


def _scale(prefix: str, *, only: str = "") -> list[tuple[str, str]]:
    wanted = re.compile(only or f"{prefix}[a-z0-9]+")
    return [(name, value) for name, value in declared().items() if wanted.fullmatch(name)]


@lru_cache(maxsize=1)
def icons() -> list[str]:
    """Those that pages name, by name."""
    return sorted({name for each in TEMPLATES.rglob("*.html") for name in _ICON.findall(each.read_text())})
