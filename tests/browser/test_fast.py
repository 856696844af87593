"""Whoever is fast, or goes back, finds nothing broken: no page that cannot be shown, no fault on the console."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, go_on, heading
from tests.browser.customer_steps import fill_in, pick_a_time, start
from tests.browser.product import Product

# As the browser does it where somebody goes on before the page has faded in.
SKIPPED = """addEventListener("pagereveal", (event) => {
    if (!event.viewTransition) return;
    window.skipped = true;
    event.viewTransition.skipTransition();
});"""


def skipped(page: Page) -> None:
    """Waits for it, without what the page forbids: Playwright's own way of waiting evaluates a text."""
    look = "window.skipped ? found() : requestAnimationFrame(look)"
    page.evaluate(f"new Promise((found) => {{ const look = () => {look}; look(); }})")


def test_a_fade_that_is_skipped_is_no_fault(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280, reduced_motion="no-preference")
    page.add_init_script(SKIPPED)
    page.goto(product.url("house-of-hair"))
    page.wait_for_timeout(300)
    page.get_by_role("link", name="Book now").click()
    skipped(page)
    page.get_by_role("checkbox", name=re.compile("^Dry trim")).check()
    go_on(page)
    skipped(page)


def test_back_from_what_was_booked_after_a_refusal(product: Product, open_page: OpenPage) -> None:
    """Not to a form that would be sent once more, which the browser asks about or cannot show."""
    page = open_page(390)
    start(page, product, "house-of-hair", "Fringe trim")
    go_on(page)
    go_on(page)
    pick_a_time(page, days_ahead=4)
    go_on(page)
    heading(page, "Almost there")
    go_on(page)
    expect(page.locator(".error").first).to_be_visible()
    fill_in(page, email="back@mail.example")
    go_on(page)
    heading(page, "See you soon, Mia")
    page.go_back()
    heading(page, "This has been booked already")
    back_to_the_times(page)


def back_to_the_times(page: Page) -> None:
    page.go_back()
    heading(page, "This has been booked already")
    page.go_back()
    heading(page, "When suits you?")
    expect(page.get_by_text("What you choose now is another booking.")).to_be_visible()
