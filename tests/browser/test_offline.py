"""Without a network, in a real browser: a page says so, and goes on when there is one again."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, check
from tests.browser.product import Product


def test_without_a_network_a_page_says_so_and_goes_on_by_itself(product: Product, open_page: OpenPage) -> None:
    page = open_page(390)
    page.goto(product.url("house-of-hair"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # from now on the worker answers for it
    page.context.set_offline(True)
    page.goto(product.url("house-of-hair", "/classes/?from=link"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    check(page)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("You are offline")
    assert page.url.endswith("/classes/?from=link")
