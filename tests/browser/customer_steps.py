"""What customers do on the pages, a step at a time; what is pressed is found as they find it, by its name."""

import re
import time
from typing import Any
from zlib import crc32

from playwright.sync_api import Page, expect

from tests.browser.conftest import go_on, heading
from tests.browser.product import Product

MAIL_SECONDS = 30
FREE_DAYS = "#picker a:is(.is-few, .is-plenty):visible"


def start(page: Page, product: Product, slug: str, service: str) -> None:
    """From the start page of a business to the chosen service."""
    page.goto(product.url(slug))
    page.get_by_role("link", name=re.compile(f"^{re.escape(service)}")).click()
    expect(page.get_by_role("checkbox", name=re.compile(f"^{re.escape(service)}"))).to_be_checked()
    page.wait_for_load_state()  # without its style, a page shows what it hides


def start_at_home(page: Page, product: Product, slug: str, service: str, *, postcode: str) -> None:
    """The same where somebody comes to the customer: first it is asked where that is."""
    page.goto(product.url(slug))
    page.get_by_role("link", name=re.compile(f"^{re.escape(service)}")).click()
    heading(page, "Where should we come?")
    page.get_by_label("Your postcode").fill(postcode)
    go_on(page)
    expect(page.get_by_role("checkbox", name=re.compile(f"^{re.escape(service)}"))).to_be_checked()


def pick_a_time(page: Page, *, days_ahead: int = 3, last: bool = False) -> str:
    """A time some free days ahead, in the next month where this one has too few; returns it as the summary shows it.

    Those of the first free day may be too near to be moved, or be gone by the next step.
    """
    page.wait_for_load_state()
    if page.locator(FREE_DAYS).count() <= days_ahead:
        shown = page.locator("#cal-h").text_content() or ""
        page.locator("#month-on:visible, #strip-on:visible").click()
        expect(page.locator("#cal-h")).not_to_have_text(shown)
    day = page.locator(FREE_DAYS).nth(days_ahead)
    name = day.get_attribute("id")
    day.click()
    expect(page.locator(f"#{name}")).to_have_attribute("aria-current", "date")
    times = page.locator(".slot")
    (times.last if last else times.first).click()
    return str(page.locator("[data-chosen=when]:visible").inner_text())


def phone_of(email: str) -> str:
    """One of its own: so many bookings of one number are refused."""
    return f"+44 20 7946 0{crc32(email.encode()) % 1000:03d}"


def fill_in(page: Page, *, name: str = "Mia Thompson", email: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Phone").fill(phone_of(email))
    page.get_by_label("I agree to the terms").check()
    page.get_by_label("My details may be used").check()


def fill_in_home(page: Page) -> None:
    """Where a clean is to be, and how one gets in; the postcode was said before."""
    page.get_by_label("Address").fill("1 Piccadilly")
    page.get_by_label("Town").fill("Manchester")
    expect(page.get_by_label("Postcode")).to_have_value("M1 1RG")
    page.get_by_label("Bedrooms").fill("2")
    page.get_by_label("How do we get in?").select_option("Key safe")


def mails_to(page: Page, product: Product, email: str, *, count: int) -> list[dict[str, Any]]:
    """The messages to an address, newest first, once there are so many."""
    until = time.monotonic() + MAIL_SECONDS
    while True:
        answer = page.request.get(product.url(path="/mailbox/"), headers={"Accept": "application/json"})
        found = [mail for mail in answer.json() if mail["to"] == email]
        if len(found) >= count or time.monotonic() > until:
            return found
        time.sleep(0.5)
