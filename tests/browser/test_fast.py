"""Whoever is fast, or goes back, finds nothing broken: no page that cannot be shown, no fault on the console."""

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


TRIES = 5


def test_a_fade_that_is_skipped_is_no_fault(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280, reduced_motion="no-preference")
    page.add_init_script(SKIPPED)
    assert any(has_skipped(page, product) for _ in range(TRIES)), "nothing faded in"


def has_skipped(page: Page, product: Product) -> bool:
    """Whether the first step was about to fade in: a browser that is short of time shows it at once."""
    page.goto(product.url("house-of-hair"))
    page.wait_for_timeout(300)
    page.get_by_role("link", name="Book now").click()
    page.wait_for_url("**/book/")
    page.wait_for_timeout(300)
    return bool(page.evaluate("window.skipped"))


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
