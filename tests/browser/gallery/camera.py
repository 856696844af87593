"""Takes pictures of pages, and keeps what they show: where each lies, and what is said below it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FADED

PHONE, DESK = 390, 1280
_HEIGHTS = {PHONE: 844, DESK: 900}
_SCALES = {PHONE: 2, DESK: 1}
_COLOURS = 160  # a palette: a third of the bytes, and nobody sees it
_STILL = "scrollTo(0, 0); document.activeElement?.blur()"


@dataclass(frozen=True)
class Picture:
    """`name` is its file's, without the ending."""

    name: str
    caption: str
    width: int


@dataclass(frozen=True)
class Chapter:
    """What is seen of one kind of business, or of its team."""

    title: str
    text: str
    pictures: list[Picture] = field(default_factory=list)


class Camera:
    """Opens pages as visitors have them, and writes what they show to a folder."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self.chapters: list[Chapter] = []

    def begin(self, title: str, text: str) -> None:
        """The pictures that follow are of this."""
        self.chapters.append(Chapter(title, text))

    @contextmanager
    def page(self, width: int, *, scheme: str = "light", locale: str = "en-GB", **options: Any) -> Iterator[Page]:
        """A visitor's first page: no cookie is there yet."""
        context = self._browser.new_context(
            viewport={"width": width, "height": _HEIGHTS[width]},
            device_scale_factor=_SCALES[width],
            color_scheme=scheme,
            locale=locale,
            reduced_motion="reduce",
            **options,
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page
        context.close()

    def shoot(self, page: Page, name: str, caption: str, *, at: str = "", whole: bool = False) -> None:
        """What the window shows, from the top or from the element `at`; or the `whole` page."""
        page.wait_for_load_state("load")
        page.wait_for_timeout(200)  # what was typed or ticked asks a moment later
        page.wait_for_load_state("networkidle")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        page.mouse.move(0, 0)
        page.evaluate(_STILL)
        if at:
            page.locator(at).first.evaluate("(e) => scrollTo(0, e.getBoundingClientRect().top + scrollY - 80)")
        page.evaluate(FADED)
        width = page.viewport_size["width"] if page.viewport_size else PHONE
        taken = Picture(f"{name}-{width}", caption, width)
        assert all(taken.name != each.name for chapter in self.chapters for each in chapter.pictures), taken.name
        _write(page.screenshot(full_page=whole), self._folder / f"{taken.name}.png")
        self.chapters[-1].pictures.append(taken)


def _write(taken: bytes, path: Path) -> None:
    with Image.open(BytesIO(taken)) as image:
        few = image.convert("RGB").quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
