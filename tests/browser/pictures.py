"""`make pictures`: the five steps as the README shows them, taken from the real product."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import go_on, launch, viewport
from tests.browser.product import Product, running_product
from tests.browser.test_journeys import fill_in, pick_a_time, start

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def take(page: Page, product: Product, shoot: Callable[[str], None]) -> None:
    start(page, product, "house-of-hair", "Cut & finish")
    page.get_by_role("checkbox").first.check()
    shoot("1-service")
    go_on(page)
    shoot("2-professional")
    go_on(page)
    pick_a_time(page)
    shoot("3-time")
    go_on(page)
    fill_in(page, email="mia@mail.example")
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    shoot("4-details")
    go_on(page)
    page.wait_for_selector(".tick")
    shoot("5-done")


def main() -> None:
    """Writes `<step>-<width>.png` for a phone and a desk."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_product() as product, sync_playwright() as playwright:
        browser = launch(playwright)
        for width, scale in ((390, 2), (1280, 1)):
            context = browser.new_context(
                viewport=viewport(width), device_scale_factor=scale, locale="en-GB", reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(product.url("house-of-hair"))
            page.screenshot(path=FOLDER / f"0-start-{width}.png")
            take(page, product, _camera(page, width))
            context.close()
        browser.close()


def _camera(page: Page, width: int) -> Callable[[str], None]:
    def shoot(name: str) -> None:
        page.wait_for_timeout(300)
        page.screenshot(path=FOLDER / f"{name}-{width}.png")

    return shoot


if __name__ == "__main__":
    main()
