"""One colour of a business becomes tokens that everybody can read."""

import random

import pytest

from bookme.core.color import contrast, readable_on, rgb
from bookme.web.brand import Tones, brand_of, from_oklch, to_oklch

SURFACES = {"light": (0.984, 1.0), "dark": (0.175, 0.22)}
COLOURS = ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#808080", "#6d3b5e", "#8a3b12"]
COLOURS += [f"#{random.Random(seed).randrange(1 << 24):06x}" for seed in range(3000)]


def failing_pairs(tones: Tones, hue: float, surfaces: tuple[float, float]) -> list[str]:
    """What cannot be read: text pairs under 4.5, shapes under 3."""
    texts = {"button": (tones.on_brand, tones.brand), "soft": (tones.brand_ink, tones.brand_soft)}
    failing = [name for name, (text, ground) in texts.items() if contrast(rgb(text), rgb(ground)) < 4.5]
    for lightness in surfaces:
        ground = from_oklch((lightness, 0.004, hue))
        if contrast(rgb(tones.brand_ink), ground) < 4.5:
            failing.append(f"ink on {lightness}")
        if contrast(rgb(tones.brand_line), ground) < 3:
            failing.append(f"line on {lightness}")
        if contrast(rgb(tones.brand_edge), ground) < 3:
            failing.append(f"edge on {lightness}")
    return failing


def test_every_pair_can_be_read_whatever_the_colour() -> None:
    failing = {}
    for colour in COLOURS:
        brand = brand_of(colour)
        for mode, surfaces in SURFACES.items():
            if found := failing_pairs(getattr(brand, mode), brand.hue, surfaces):
                failing[colour, mode] = found
    assert failing == {}


def test_an_accent_tints_what_is_soft_and_can_be_read() -> None:
    failing = {}
    for colour, accent in zip(COLOURS, reversed(COLOURS), strict=True):
        brand = brand_of(colour, accent)
        for mode, surfaces in SURFACES.items():
            if found := failing_pairs(getattr(brand, mode), brand.hue, surfaces):
                failing[colour, accent, mode] = found
    assert failing == {}
    plain, tinted = brand_of("#6d3b5e"), brand_of("#6d3b5e", "#d8efe7")
    assert tinted.light.brand == plain.light.brand
    assert (tinted.light.brand_soft, tinted.dark.brand_soft) != (plain.light.brand_soft, plain.dark.brand_soft)
    assert abs(to_oklch(rgb(tinted.light.brand_soft))[2] - to_oklch(rgb("#d8efe7"))[2]) < 5


def test_the_check_above_notices_an_unreadable_colour() -> None:
    raw = Tones(*["#f2e205", "#ffffff", "#f2e205", "#ffffff", "#f2e205", "#000000", "#f2e205"])
    assert failing_pairs(raw, 100, SURFACES["light"]) == [
        "button",
        "soft",
        "ink on 0.984",
        "line on 0.984",
        "edge on 0.984",
        "ink on 1.0",
        "line on 1.0",
        "edge on 1.0",
    ]


def test_a_readable_colour_is_kept_as_it_is() -> None:
    assert brand_of("#6d3b5e").light.brand == "#6d3b5e"
    assert brand_of("#6d3b5e").light.on_brand == "#ffffff"


@pytest.mark.parametrize("colour", ["#000000", "#ffffff"])
def test_black_is_not_lost_in_the_dark_nor_white_in_the_light(colour: str) -> None:
    """Neither has a tone further on: they move all the same, or are drawn around."""
    brand = brand_of(colour)
    assert contrast(rgb(brand.dark.brand), from_oklch((0.22, 0.004, brand.hue))) >= 3
    assert contrast(rgb(brand.light.brand_edge), rgb("#ffffff")) >= 3


def test_what_shows_by_itself_has_no_edge_of_another_tone() -> None:
    tones = brand_of("#6d3b5e")
    assert (tones.light.brand_edge, tones.dark.brand_edge) == (tones.light.brand, tones.dark.brand)


def test_a_pale_colour_keeps_its_tone_and_gets_dark_text() -> None:
    tones = brand_of("#ffd166").light
    assert tones.brand == "#ffd166"
    assert contrast(rgb(tones.on_brand), rgb("#ffffff")) > 15


def test_black_or_white_can_always_be_read() -> None:
    greys = [f"#{grey:02x}{grey:02x}{grey:02x}" for grey in range(256)]
    for colour in COLOURS + greys:
        assert contrast(rgb(readable_on(colour)), rgb(colour)) >= 4.5, colour
    assert (readable_on("#6d3b5e"), readable_on("#ffd166")) == ("#ffffff", "#000000")


def test_conversion_there_and_back() -> None:
    for colour in ("#6d3b5e", "#1f5f5b", "#c8553d", "#000000", "#ffffff"):
        assert from_oklch(to_oklch(rgb(colour))) == rgb(colour)


def test_css_has_both_values_of_each_token() -> None:
    css = brand_of("#6d3b5e").css()
    assert "--brand:light-dark(#6d3b5e," in css
    assert css.startswith("--hue:")


@pytest.mark.parametrize("text", ["", "red", "#fff", "#6d3b5e;}", "#gggggg", "6d3b5e0"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"colour|invalid literal"):
        brand_of(text)
