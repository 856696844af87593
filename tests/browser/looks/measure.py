"""How a page looks, in numbers that hold from day to day: where its landmarks lie, and how dark and how lively each is.

Not its pixels, which follow the date, the font of the machine and who has booked what.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageStat
from playwright.sync_api import Page, expect

from tests.browser.conftest import FADED

FOLDER = Path(__file__).parent / "kept"
ASIDE_OFF = 6  # px, by which a landmark may lie to the side, or be wider
BELOW_OFF = 28  # px, by which it may lie lower or higher: something above it may take a line more
TALL_OFF = 0.35  # of its height
LIGHT_OFF = 14.0  # of 255
LIVELY_SHARE = 0.45  # below so much of the spread of light that it had, what it says can hardly be read


@dataclass(frozen=True)
class Landmark:
    """Its box within the window, in px; the mean of its light and how far it spreads, of 255."""

    x: int
    y: int
    width: int
    height: int
    light: float
    spread: float


Look = Mapping[str, Landmark | None]


def look_of(page: Page, selectors: Mapping[str, str]) -> Look:
    """The first of each that the window shows; None for what it does not."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate("scrollTo(0, 0); document.activeElement?.blur()")
    page.mouse.move(0, 0)
    page.evaluate(FADED)
    with Image.open(BytesIO(page.screenshot(scale="css"))) as image:
        picture = image.convert("L")
    return {name: _landmark(page, selector, picture) for name, selector in selectors.items()}


def _landmark(page: Page, selector: str, picture: Image.Image) -> Landmark | None:
    found = page.locator(f"{selector}:visible").first
    box = found.bounding_box() if found.count() else None
    if box is None:
        return None
    x, y, width, height = (round(box[each]) for each in ("x", "y", "width", "height"))
    shown = (max(x, 0), max(y, 0), min(x + width, picture.width), min(y + height, picture.height))
    if shown[0] >= shown[2] or shown[1] >= shown[3]:
        return None
    told = ImageStat.Stat(picture.crop(shown))
    return Landmark(x, y, width, height, round(told.mean[0], 1), round(told.stddev[0], 1))


def differences(kept: Look, seen: Look) -> Iterator[str]:
    """What somebody would notice."""
    for name in sorted(kept.keys() | seen.keys()):
        before, now = kept.get(name), seen.get(name)
        if before is None or now is None:
            if before is not now:
                yield f"{name} {'is gone' if now is None else 'is new'}"
            continue
        may_be_off = {"x": ASIDE_OFF, "width": ASIDE_OFF, "y": BELOW_OFF, "height": TALL_OFF * before.height}
        for side, most in may_be_off.items():
            if abs(getattr(before, side) - getattr(now, side)) > most:
                yield f"{name}: {side} {getattr(before, side)} -> {getattr(now, side)}"
        if abs(before.light - now.light) > LIGHT_OFF:
            yield f"{name}: light {before.light} -> {now.light}"
        if now.spread < LIVELY_SHARE * before.spread:
            yield f"{name}: fades away, {before.spread} -> {now.spread}"


def keep(name: str, look: Look) -> None:
    """Writes what is compared with from now on."""
    FOLDER.mkdir(exist_ok=True)
    told = {each: asdict(landmark) if landmark else None for each, landmark in look.items()}
    lines = ",\n".join(f"  {json.dumps(each)}: {json.dumps(landmark)}" for each, landmark in told.items())
    _path(name).write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def kept(name: str) -> Look:
    data = json.loads(_path(name).read_text(encoding="utf-8"))
    return {each: Landmark(**landmark) if landmark else None for each, landmark in data.items()}


def _path(name: str) -> Path:
    return FOLDER / f"{name}.json"
