"""A business's colours as tokens for light and dark, every pair readable (WCAG AA). Pure.

Works in OKLCH, where a step of lightness looks the same at every hue: a tone that is too pale or too dark for its
text is moved along lightness only, so that the hue stays the business's own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bookme.core.color import RGB, WHITE, contrast, hex_of, linear, rgb

LCH = tuple[float, float, float]

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0
_MARGIN = 0.1


@dataclass(frozen=True)
class Tones:
    """Colours as `#rrggbb`.

    `brand` fills buttons and `on_brand` is written on it; `brand_ink` is written on `brand_soft` and on surfaces;
    `brand_line` draws rings and bars; `brand_deep` is what a hovered button leans to; `brand_edge` is drawn around what
    is filled: the fill itself, or a line where the fill would not show on a surface.
    """

    brand: str
    on_brand: str
    brand_ink: str
    brand_soft: str
    brand_line: str
    brand_deep: str
    brand_edge: str


@dataclass(frozen=True)
class Brand:
    """The tokens of one colour. `hue` is in degrees: greys lean to it."""

    hue: float
    light: Tones
    dark: Tones

    def css(self) -> str:
        """Custom properties for `:root`, each with its light and its dark value."""
        names = ("brand", "on_brand", "brand_ink", "brand_soft", "brand_line", "brand_deep", "brand_edge")
        pairs = ((name, getattr(self.light, name), getattr(self.dark, name)) for name in names)
        tones = "".join(f"--{name.replace('_', '-')}:light-dark({light},{dark});" for name, light, dark in pairs)
        return f"--hue:{self.hue:.1f};{tones}"


@lru_cache(maxsize=1024)
def brand_of(color: str, accent: str | None = None) -> Brand:
    """The tokens of colours given as `#rrggbb`. Raises ValueError for anything else.

    The accent tints what is soft, as strongly as text on it allows; without one it is a breath of the colour itself.
    """
    lch = to_oklch(rgb(color))
    tint = to_oklch(rgb(accent)) if accent else (lch[0], min(lch[1], 0.02), lch[2])
    dark_tint = tint if accent else lch
    return Brand(hue=lch[2], light=_light(lch, tint), dark=_dark(lch, dark_tint))


def _light(base: LCH, tint: LCH) -> Tones:
    lightness, chroma, hue = base
    soft = from_oklch((0.955, min(tint[1], 0.04), tint[2]))
    surface = from_oklch((0.962, min(chroma, 0.006), hue))

    def ink_reads(tone: RGB) -> bool:
        return min(contrast(tone, soft), contrast(tone, surface)) >= TEXT_CONTRAST + _MARGIN

    def line_shows(tone: RGB) -> bool:
        return contrast(tone, surface) >= SHAPE_CONTRAST + _MARGIN

    fill = _fill(base)
    line = _moved((lightness, chroma, hue), by=-0.01, until=line_shows)
    return Tones(
        brand=hex_of(fill),
        on_brand=hex_of(_text_on(fill, base)),
        brand_ink=hex_of(_moved(base, by=-0.01, until=ink_reads)),
        brand_soft=hex_of(soft),
        brand_line=hex_of(line),
        brand_deep=hex_of(_deep(fill)),
        brand_edge=hex_of(fill if line_shows(fill) else line),
    )


def _dark(base: LCH, tint: LCH) -> Tones:
    lightness, chroma, hue = base
    card = from_oklch((0.27, min(chroma, 0.012), hue))
    soft = from_oklch((0.32, min(tint[1], 0.05), tint[2]))
    calm = min(chroma, 0.13)

    def fill_shows(tone: RGB) -> bool:
        return contrast(tone, card) >= SHAPE_CONTRAST + _MARGIN

    def ink_reads(tone: RGB) -> bool:
        return contrast(tone, soft) >= TEXT_CONTRAST + _MARGIN

    fill = _fill(to_oklch(_moved(base, by=0.01, until=fill_shows)))
    line = _moved((max(lightness, 0.6), calm, hue), by=0.01, until=fill_shows)
    return Tones(
        brand=hex_of(fill),
        on_brand=hex_of(_text_on(fill, base)),
        brand_ink=hex_of(_moved((max(lightness, 0.6), calm, hue), by=0.01, until=ink_reads)),
        brand_soft=hex_of(soft),
        brand_line=hex_of(line),
        brand_deep=hex_of(_deep(fill)),
        brand_edge=hex_of(fill if fill_shows(fill) else line),
    )


def _fill(base: LCH) -> RGB:
    """Mid-tones become a touch darker for white text; pale colours keep their tone and get dark text."""
    tone = from_oklch(base)
    with_white = contrast(tone, WHITE)
    if with_white >= TEXT_CONTRAST:
        return tone
    if with_white < 3.3 and contrast(tone, _dark_text(base)) >= TEXT_CONTRAST + _MARGIN:
        return tone
    return _moved(base, by=-0.005, until=lambda each: contrast(each, WHITE) >= TEXT_CONTRAST + _MARGIN / 2)


def _text_on(fill: RGB, base: LCH) -> RGB:
    return WHITE if contrast(fill, WHITE) >= TEXT_CONTRAST else _dark_text(base)


def _dark_text(base: LCH) -> RGB:
    return from_oklch((0.16, min(base[1], 0.03), base[2]))


def _deep(fill: RGB) -> RGB:
    """Away from the text on it: darker under white text, lighter under dark text."""
    lightness, chroma, hue = to_oklch(fill)
    step = -0.35 if contrast(fill, WHITE) >= TEXT_CONTRAST else 0.35
    return from_oklch((min(max(lightness + step, 0.0), 1.0), chroma, hue))


def _moved(base: LCH, *, by: float, until: Callable[[RGB], bool]) -> RGB:
    """The first tone along lightness that satisfies; black or white when the end is reached."""
    lightness, chroma, hue = base
    tone = from_oklch(base)
    end = 1.0 if by > 0 else 0.0
    while not until(tone) and lightness != end:
        lightness = min(max(lightness + by, 0.0), 1.0)
        tone = from_oklch((lightness, chroma, hue))
    return tone


def to_oklch(tone: RGB) -> LCH:
    """Lightness 0 to 1, chroma, hue in degrees (Ottosson's OKLab)."""
    red, green, blue = (linear(part) for part in tone)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def from_oklch(lch: LCH) -> RGB:
    """The nearest colour that a screen can show: chroma gives way, lightness and hue stay."""
    lightness, chroma, hue = lch
    while chroma > 0 and not all(-0.001 <= part <= 1.001 for part in _linear_rgb(lightness, chroma, hue)):
        chroma -= 0.004
    red, green, blue = (_gamma(part) for part in _linear_rgb(lightness, max(chroma, 0), hue))
    return red, green, blue


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _gamma(part: float) -> int:
    share = min(max(part, 0.0), 1.0)
    return round(255 * (12.92 * share if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055))
