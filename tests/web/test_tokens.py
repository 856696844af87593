"""All that stands on something on our pages can be read, whatever the business's colour, in light and in dark."""

import random

import pytest

from bookme.core.color import RGB, contrast, rgb
from bookme.web.brand import brand_of
from bookme.web.context import PLATFORM_COLOUR
from bookme.web.guide.tokens import FOLDER, PAIRS, Mode, colour, colours, declared, measured

MODES: tuple[Mode, Mode] = ("light", "dark")
COLOURS = ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#808080", "#6d3b5e", "#8a3b12"]
COLOURS += [f"#{random.Random(seed).randrange(1 << 24):06x}" for seed in range(600)]
HUES = range(0, 360, 5)


@pytest.mark.parametrize("mode", MODES)
def test_every_pair_can_be_read_whatever_the_colours(mode: Mode) -> None:
    failing = {}
    for main, accent in zip(COLOURS, reversed(COLOURS), strict=True):
        for brand in (brand_of(main), brand_of(main, accent)):
            for pair, reached in measured(brand, mode):
                if reached < pair.least:
                    failing[main, accent, pair.text, pair.ground] = round(reached, 2)
    assert failing == {}


def test_every_pair_is_measured() -> None:
    assert [pair for pair, _reached in measured(brand_of("#6d3b5e"), "light")] == list(PAIRS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("main", ["#000000", "#ffffff", "#6d3b5e", "#ffd166", "#00ff00"])
def test_initials_and_events_can_be_read_at_every_hue(main: str, mode: Mode) -> None:
    names = declared() | declared("agenda.css")
    brand = brand_of(main)
    failing = {}
    for hue in HUES:
        found = colours(brand, mode, "agenda.css", ah=str(hue), eh=str(hue))
        pairs = {"av": ("av-ink", "av"), "event": ("ev-ink", "ev"), "event's rest": ("ev-ink-2", "ev")}
        pairs |= {"asked for": ("ev-ink", "surface"), "asked for, rest": ("ev-ink-2", "surface")}
        # An event that is asked for has stripes.
        pairs |= {"stripes": ("ev-ink", "ev-line"), "stripes, rest": ("ev-ink-2", "ev-line")}
        reached = {name: contrast(found[text], found[ground]) for name, (text, ground) in pairs.items()}
        chip = _over(found["surface"], 0.82, found["ev"])
        reached |= {f"{each} on event": contrast(found[each], chip) for each in ("ok", "warn", "bad", "ink-2")}
        failing |= {(hue, name): round(each, 2) for name, each in reached.items() if each < 4.5}
        if contrast(found["ev-bar"], found["ev"]) < 3:
            failing[hue, "bar"] = contrast(found["ev-bar"], found["ev"])
    assert {"ev", "ev-line", "av"} <= names.keys()
    assert failing == {}


@pytest.mark.parametrize("mode", MODES)
def test_what_is_seen_through_can_be_read_as_well(mode: Mode) -> None:
    failing = {}
    for main in COLOURS:
        found = colours(brand_of(main), mode)
        undo = contrast(found["bg"], _over(found["bg"], 0.16, found["ink"]))
        if undo < 4.5:
            failing[main, "button of a toast"] = undo
        mark = contrast(found["on-brand"], _over(found["on-brand"], 0.16, found["brand"]))
        if mark < 3:
            failing[main, "mark in the hero"] = mark
    assert failing == {}


def test_colours_of_css_are_read_as_browsers_read_them() -> None:
    names = {"a": "#000", "b": "#ffffff", "c": "color-mix(in oklch, var(--b) 50%, var(--a))", "d": "var(--none)"}
    assert colour("var(--c)", names, "light") == (99, 99, 99)
    assert colour("light-dark(#fff, #000)", names, "dark") == (0, 0, 0)
    assert colour("oklch(62.8% 0.2577 29.23)", names, "light") == (255, 0, 0)
    # Red and blue meet in purple: the shorter way round.
    red, blue = rgb("#ff0000"), rgb("#0000ff")
    mixed = colour("color-mix(in oklch, #ff0000 50%, #0000ff)", names, "light")
    assert mixed == (178, 2, 184)
    assert mixed not in (red, blue)
    for none in ("1rem", "red", "oklch(20% 0.02 30 / 0.06)", "var(--d)", "min(1px, 2px)"):
        with pytest.raises(ValueError, match=r"not a colour|no such property"):
            colour(none, names, "light")


def test_no_colour_is_written_down_beside_the_tokens() -> None:
    """A page in the dark, or in another business's look, would keep it. White is kept where a machine reads it, and our
    own colours on the page of our own fault.
    """
    rest = [each for each in FOLDER.glob("*.css") if each.name != "core.css"]
    written = {each.name: each.read_text().count(": #") + each.read_text().count("rgb(") for each in rest}
    assert len(rest) > 8
    assert {name: count for name, count in written.items() if count} == {
        "mailbox.css": 2,
        "site.css": 1,
        "two_factor.css": 1,
    }


@pytest.mark.parametrize("mode", MODES)
def test_the_page_of_our_own_fault_has_our_colours(mode: Mode) -> None:
    ours = brand_of(PLATFORM_COLOUR)
    tones = vars(ours.light if mode == "light" else ours.dark)
    written = declared("site.css")
    shown = {name: colour(written[name.replace("_", "-")], {}, mode) for name in tones}
    assert shown == {name: rgb(tone) for name, tone in tones.items()}


def _over(tone: RGB, share: float, ground: RGB) -> RGB:
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(tone, ground, strict=True))
    return red, green, blue
