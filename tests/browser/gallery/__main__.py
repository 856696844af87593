"""`make gallery`: the pictures of docs/gallery/ and their page, and how pages look for tests/browser/test_looks.py.

From the real product. Words name scenes to take alone, or `looks`: then nothing else is written anew.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import launch
from tests.browser.gallery.camera import Camera
from tests.browser.gallery.index import write_index
from tests.browser.gallery.scenes import SCENES
from tests.browser.looks.pages import keep_looks
from tests.browser.product import running_product

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "gallery"


def main() -> None:
    words = sys.argv[1:]
    chosen = [each for each in SCENES if not words or each.__name__ in words]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_product() as product, sync_playwright() as playwright:
        browser = launch(playwright)
        if not words or "looks" in words:
            keep_looks(browser, product)
        camera = Camera(browser, FOLDER)
        for scene in chosen:
            scene(camera, product)
        browser.close()
    if not words:
        _forget_others({f"{each.name}.png" for chapter in camera.chapters for each in chapter.pictures})
        write_index(camera.chapters, FOLDER)


def _forget_others(names: set[str]) -> None:
    for path in FOLDER.glob("*.png"):
        if path.name not in names:
            path.unlink()


if __name__ == "__main__":
    main()
