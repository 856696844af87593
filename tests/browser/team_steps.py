"""What the team does on its pages, a step at a time."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import heading
from tests.browser.product import Product

OWNERS = {
    "house-of-hair": "amara@house-of-hair.example",
    "mind-department": "noor@mind-department.example",
    "valclean": "val@valclean.example",
}


def sign_in(page: Page, product: Product, slug: str = "house-of-hair") -> None:
    page.goto(product.url(slug, "/team/"))
    page.get_by_label("E-mail").fill(OWNERS[slug])
    page.get_by_label("Password").fill("bookme-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/team/")


def choose_a_time(page: Page, product: Product, service: str) -> None:
    """From the list of services to the last free day of the fortnight, and its first time."""
    page.goto(product.url("house-of-hair", "/team/new/"))
    page.get_by_role("link", name=re.compile(f"^{service}")).click()
    day = page.locator(".strip-day:not(.is-none)").last
    day.click()
    expect(day).to_have_attribute("aria-current", "date")
    page.wait_for_load_state()
    page.locator(".slot").first.click()


def book(page: Page, product: Product, name: str) -> None:
    """A dry trim for somebody new."""
    choose_a_time(page, product, "Dry trim")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").last.fill(name)
    page.get_by_label("E-mail").last.fill(f"{name.lower().replace(' ', '-')}@mail.example")
    page.get_by_role("button", name="Book", exact=True).click()
    heading(page, name)
