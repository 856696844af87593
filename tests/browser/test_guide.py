"""Every part in every look: the style guide, by axe, at every width that we promise."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, check, go_on, viewport
from tests.browser.customer_steps import start
from tests.browser.product import Product

LOOKS = [("", "ltr", "#4f46a5"), ("house-of-hair", "rtl", "#ffd166")]


@pytest.mark.parametrize(("slug", "direction", "color"), LOOKS, ids=["ltr", "rtl"])
def test_all_parts_at_all_widths(product: Product, open_page: OpenPage, slug: str, direction: str, color: str) -> None:
    page = open_page(320)
    page.goto(product.url(slug, f"/ui/?dir={direction}&color=%23{color[1:]}"))
    for width in (320, 390, 768, 1280):
        page.set_viewport_size(viewport(width))
        check(page)


def test_a_theme_that_is_chosen_is_that_of_no_device(product: Product, open_page: OpenPage, scheme: str) -> None:
    page = open_page(320, color_scheme="light" if scheme == "dark" else "dark")
    page.goto(product.url(path=f"/ui/?theme={scheme}"))
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme


def test_the_look_is_chosen_without_a_script(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, java_script_enabled=False)
    page.goto(product.url("house-of-hair", "/ui/"))
    page.get_by_label("Theme").select_option("Light")
    page.get_by_label("Direction").select_option("Right to left")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("html[data-theme=light][dir=rtl]")).to_have_count(1)
    assert "color=%236d3b5e" in page.url


def test_a_dialog_asks_without_a_script(product: Product, open_page: OpenPage) -> None:
    """By keyboard: it has the focus when it opens, Escape closes it, and the focus is back where it was."""
    page = open_page(1280, java_script_enabled=False)
    page.goto(product.url(path="/ui/"))
    button = page.get_by_role("button", name=re.compile("^Revoke Till"))
    dialog = page.get_by_role("dialog", name=re.compile("^Revoke this key"))
    button.press("Enter")
    expect(dialog).to_be_visible()
    expect(dialog).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Revoke this key")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_an_open_dialog_can_be_read(product: Product, open_page: OpenPage) -> None:
    page = open_page(390)
    page.goto(product.url(path="/ui/"))
    page.get_by_role("button", name=re.compile("^Revoke Till")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)


def test_what_cannot_be_fetched_can_be_opened(product: Product, open_page: OpenPage) -> None:
    """Where no times come, a link leads to them."""
    page = open_page(390)
    start(page, product, "house-of-hair", "Cut & finish")
    go_on(page)
    go_on(page)
    expect(page.locator("#picker")).to_be_visible()
    page.route("**/book/time/**", lambda route: route.fulfill(status=409, body=""))
    days = page.locator("#picker a:is(.is-few, .is-plenty):visible")
    target = days.nth(1).get_attribute("href") or ""
    days.nth(1).click()
    again = page.get_by_role("link", name="Try again")
    expect(again).to_be_focused()
    assert (again.get_attribute("href") or "").endswith(target)
    page.unroute("**/book/time/**")
    again.click()
    expect(page.locator("#times-h")).to_be_visible()
    expect(again).to_be_hidden()
