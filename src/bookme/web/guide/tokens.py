"""The tokens of core.css as colours, in light and in dark: the style guide shows them, and tests measure them.

The stylesheet is the one place where they are written down; here it is only read. Understands what our stylesheets
use: `#rrggbb`, `oklch()`, `light-dark()`, `color-mix(in oklch, …)` and `var()`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from bookme.core.color import RGB, contrast, rgb
from bookme.web.brand import LCH, SHAPE_CONTRAST, TEXT_CONTRAST, Brand, from_oklch, to_oklch

Mode = Literal["light", "dark"]

FOLDER = Path(__file__).parents[1] / "static" / "bm"
_DECLARED = re.compile(r"(--[a-z0-9-]+):\s*([^;{}]+);")
_CALL = re.compile(r"([a-z-]+)\((.*)\)", re.DOTALL)
_GREY = 1e-4  # chroma below which a hue means nothing


@dataclass(frozen=True)
class Pair:
    """`text` stands on `ground` somewhere; both are names of tokens. `least` is the contrast that it needs."""

    text: str
    ground: str
    least: float = TEXT_CONTRAST


def _on(ground: str, *texts: str, least: float = TEXT_CONTRAST) -> list[Pair]:
    return [Pair(each, ground, least) for each in texts]


_INKS = ("ink", "ink-2", "ink-3", "brand-ink")
_STATES = ("ok", "warn", "bad")

# All that stands on something somewhere on our pages. What is new on a page is entered here.
PAIRS = (
    *_on("bg", *_INKS, *_STATES),
    *_on("surface", *_INKS, *_STATES),
    *_on("sunken", *_INKS),
    *_on("hover", *_INKS),
    *_on("raised", "ink", "ink-2", "bad"),
    *_on("raised-hover", "ink"),
    *_on("brand", "on-brand"),
    *_on("brand-hover", "on-brand"),
    *_on("brand-soft", "ink", "ink-2", "brand-ink"),
    *_on("ok-soft", "ok", "ink"),
    *_on("warn-soft", "warn", "ink"),
    *_on("bad-soft", "bad", "ink"),
    *_on("ink", "bg"),
    *_on("bg", "brand-line", "brand-edge", "line-strong", least=SHAPE_CONTRAST),
    *_on("surface", "brand-line", "brand-edge", "line-strong", "few", least=SHAPE_CONTRAST),
    *_on("sunken", "brand-line", least=SHAPE_CONTRAST),
    *_on("raised-hover", "ink-3", least=SHAPE_CONTRAST),
)


@lru_cache(maxsize=16)
def declared(stylesheet: str = "core.css") -> dict[str, str]:
    """Every custom property that a stylesheet of ours declares, as it is written, by its name without the dashes."""
    text = (FOLDER / stylesheet).read_text()
    return {name[2:]: " ".join(value.split()) for name, value in _DECLARED.findall(text)}


def colours(brand: Brand, mode: Mode, stylesheet: str = "core.css", **more: str) -> dict[str, RGB]:
    """The tokens that are one opaque colour, in the look of a brand; `more` are other properties, such as `eh="30"`."""
    names = declared() | declared(stylesheet) | _of(brand, mode) | more
    found = {}
    for name in names:
        try:
            found[name] = colour(f"var(--{name})", names, mode)
        except ValueError:
            continue
    return found


def measured(brand: Brand, mode: Mode) -> list[tuple[Pair, float]]:
    """How well each pair reads, in the order of PAIRS."""
    found = colours(brand, mode)
    return [(each, contrast(found[each.text], found[each.ground])) for each in PAIRS]


def colour(value: str, names: Mapping[str, str], mode: Mode) -> RGB:
    """A value of CSS as a colour. Raises ValueError for what is none, or is seen through."""
    value = value.strip()
    if value.startswith("#"):
        return rgb(value if len(value) == 7 else "#" + "".join(each * 2 for each in value[1:]))
    call = _CALL.fullmatch(value)
    if call is None:
        raise ValueError(f"not a colour: {value!r}")
    name, inside = call[1], _parts(call[2])
    if name == "var":
        return colour(_value(inside[0], names), names, mode)
    if name == "light-dark":
        return colour(inside[0 if mode == "light" else 1], names, mode)
    if name == "oklch" and "/" not in inside[0]:
        return from_oklch(_lch(inside[0], names))
    if name == "color-mix" and inside[0] == "in oklch":
        first, _space, share = inside[1].rpartition(" ")
        mixed = _mixed(
            to_oklch(colour(first, names, mode)), to_oklch(colour(inside[2], names, mode)), float(share[:-1]) / 100
        )
        return from_oklch(mixed)
    raise ValueError(f"not a colour: {value!r}")


def _of(brand: Brand, mode: Mode) -> dict[str, str]:
    tones = vars(brand.light if mode == "light" else brand.dark)
    return {name.replace("_", "-"): tone for name, tone in tones.items()} | {"hue": str(brand.hue)}


def _value(name: str, names: Mapping[str, str]) -> str:
    try:
        return names[name[2:]]
    except KeyError:
        raise ValueError(f"no such property: {name!r}") from None


def _lch(text: str, names: Mapping[str, str]) -> LCH:
    """`98.4% 0.004 var(--hue)`."""
    parts = [_value(each[4:-1], names) if each.startswith("var(") else each for each in text.split()]
    return float(parts[0].removesuffix("%")) / 100, float(parts[1]), float(parts[2])


def _mixed(one: LCH, other: LCH, share: float) -> LCH:
    """As browsers do it: hues by the shorter way, and none of what is grey."""
    hue = other[2] if one[1] < _GREY else one[2]
    if one[1] >= _GREY and other[1] >= _GREY:
        hue = (one[2] + ((other[2] - one[2] + 180) % 360 - 180) * (1 - share)) % 360
    lightness, chroma = (a * share + b * (1 - share) for a, b in zip(one[:2], other[:2], strict=True))
    return lightness, chroma, hue


def _parts(text: str) -> list[str]:
    """Split at commas that are in no bracket of their own."""
    depth, parts = 0, [""]
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [each.strip() for each in parts]
