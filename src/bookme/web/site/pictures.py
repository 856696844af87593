"""Pictures drawn from a business's name and colours, where there are none of its own: its icon, and what is shown where
a link to it is shared. Pure; PNG out.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from bookme.core.color import RGB, WHITE, rgb
from bookme.web.brand import Tones

CARD_SIZE = (1200, 630)
ICON_SIZES = (192, 512)
_MARGIN = 88
# Drawn larger and made smaller: Pillow draws no smooth edges by itself.
_FINER = 2
# What every shape of icon leaves whole, as a share of the whole (https://www.w3.org/TR/appmanifest/#icon-masks).
_SAFE_SHARE = 0.8


@lru_cache(maxsize=128)
def app_icon(initials: str, tones: Tones, size: int) -> bytes:
    """A square of the business's colour with its initials, whole under any mask."""
    image = _canvas((size, size), tones)
    if _can_write(initials):
        draw = ImageDraw.Draw(image)
        font = _fitting(initials, width=size * _FINER * _SAFE_SHARE * 0.62, height=size * _FINER * 0.42)
        middle = size * _FINER / 2
        draw.text((middle, middle), initials, font=font, fill=rgb(tones.on_brand), anchor="mm")
    return _png(image, (size, size))


@lru_cache(maxsize=128)
def social_card(name: str, line: str, tones: Tones) -> bytes:
    """The business's name over its colour, and a line below; without what our font has no letters for."""
    image = _canvas(CARD_SIZE, tones)
    draw, edge = ImageDraw.Draw(image), _MARGIN * _FINER
    width, ink = CARD_SIZE[0] * _FINER - 2 * edge, rgb(tones.on_brand)
    bottom = CARD_SIZE[1] * _FINER - edge
    if line and _can_write(line):
        font = _fitting(line, width=width, height=44 * _FINER)
        draw.text((edge, bottom), line, font=font, fill=_mixed(ink, rgb(tones.brand), 0.82), anchor="ls")
        bottom -= 84 * _FINER
    if _can_write(name):
        draw.text((edge, bottom), name, font=_fitting(name, width=width, height=112 * _FINER), fill=ink, anchor="ls")
    return _png(image, CARD_SIZE)


def _canvas(size: tuple[int, int], tones: Tones) -> Image.Image:
    """The colour, with rings of light from a corner."""
    base = rgb(tones.brand)
    image = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), base)
    draw, step = ImageDraw.Draw(image), min(size) * _FINER // 7
    for ring in range(7, 0, -1):
        reach = ring * step
        box = (image.width - reach, -reach, image.width + reach, reach)
        draw.ellipse(box, fill=_mixed(WHITE, base, 0.028 * (8 - ring)))
    return image


def _mixed(tone: RGB, with_: RGB, share: float) -> RGB:
    red, green, blue = (round(one * share + other * (1 - share)) for one, other in zip(tone, with_, strict=True))
    return red, green, blue


def _png(image: Image.Image, size: tuple[int, int]) -> bytes:
    out = BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitting(text: str, *, width: float, height: float) -> ImageFont.FreeTypeFont:
    """As high as that, smaller where it would be too wide."""
    font = ImageFont.truetype(_font_path(), round(height))
    found = font.getlength(text)
    return font if found <= width else ImageFont.truetype(_font_path(), max(1, int(height * width / found)))


@lru_cache(maxsize=1)
def _font_path() -> str:
    return str(finders.find("unfold/fonts/inter/Inter-SemiBold.woff2"))


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    path = _font_path()
    return frozenset(TTFont(path).getBestCmap() or ()) if Path(path).exists() else frozenset()


def _can_write(text: str) -> bool:
    return bool(text.strip()) and all(ord(each) in _letters() for each in text)
