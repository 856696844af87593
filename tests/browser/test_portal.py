"""A guest who registers: finds what they booked, books as themselves, takes their data along, and has it erased."""

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.customer_steps import fill_in, mails_to, pick_a_time, start
from tests.browser.product import Product

SHOP = "house-of-hair"
PASSWORD = "correct-horse-battery"


def test_a_guest_becomes_a_customer_and_goes(product: Product, open_page: OpenPage) -> None:
    page, email = open_page(390), "noa@mail.example"
    book_as_guest(page, product, email)
    register(page, product, email)
    heading(page, "Hello, Noa")
    expect(page.get_by_text("Your next booking")).to_be_visible()
    check(page)
    see_the_menu(page)
    book_again_as_oneself(page, product, email)
    say_how_to_be_reminded(page)
    take_along(page, email)
    erase(page, product, email)


def book_as_guest(page: Page, product: Product, email: str) -> None:
    start(page, product, SHOP, "Cut & finish")
    go_on(page)
    go_on(page)
    pick_a_time(page, days_ahead=4)
    go_on(page)
    fill_in(page, name="Noa Levi", email=email)
    go_on(page)
    heading(page, "See you soon, Noa")


def register(page: Page, product: Product, email: str) -> None:
    page.goto(product.url(SHOP, "/account/"))
    page.get_by_role("link", name="Register").click()
    page.get_by_label("Your name").fill("Noa Levi")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("main").get_by_role("button", name="Register").click()
    heading(page, "Check your mail")
    mail = next(each for each in mails_to(page, product, email, count=2) if "/account/verify/" in each["text"])
    link = re.search(r"http://\S+/account/verify/\S+/", mail["text"])
    assert link
    page.goto(link[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Yes, this is my account").click()
    page.goto(product.url(SHOP, "/account/"))


def see_the_menu(page: Page) -> None:
    page.locator(".me > summary").click()
    expect(page.get_by_role("link", name="Sign-in and security").first).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    page.locator("h1").click()
    expect(page.locator(".me-menu")).to_be_hidden()


def book_again_as_oneself(page: Page, product: Product, email: str) -> None:
    start(page, product, SHOP, "Cut & finish")
    go_on(page)
    go_on(page)
    pick_a_time(page, days_ahead=6)
    go_on(page)
    expect(page.get_by_text("You are signed in as Noa Levi.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    check(page)
    for name in ("terms", "privacy"):
        page.locator(f"#f-{name}").check()
    go_on(page)
    heading(page, "See you soon, Noa")
    page.goto(product.url(SHOP, "/account/"))
    heading(page, "Hello, Noa")
    expect(page.get_by_role("heading", name="After that")).to_be_visible()
    check(page)


def say_how_to_be_reminded(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Profile").click()
    heading(page, "Profile")
    check(page)
    page.get_by_label("Your name").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    check(page)
    page.get_by_label("Your name").fill("Noa Levi")
    page.get_by_label("By e-mail").uncheck()
    page.get_by_label("Reminders of what I have booked").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("By e-mail")).not_to_be_checked()
    expect(page.get_by_label("Reminders of what I have booked")).not_to_be_checked()
    check(page)


def take_along(page: Page, email: str) -> None:
    with page.expect_download() as file:
        page.get_by_role("link", name="Download my data").click()
    told = json.loads(file.value.path().read_text())
    assert told["account"]["email"] == email
    assert len(told["bookings"]) == 2


def erase(page: Page, product: Product, email: str) -> None:
    page.get_by_role("link", name="Erase my data").click()
    heading(page, "Erase my data")
    expect(page.get_by_text("2 bookings are still to come.")).to_be_visible()
    check(page)
    for _number in range(2):
        page.goto(product.url(SHOP, "/account/"))
        page.get_by_role("link", name="All about this booking").click()
        page.get_by_role("main").get_by_role("link", name="Cancel", exact=True).click()
        page.get_by_role("button", name="Yes, cancel it").click()
        expect(page.get_by_text("Cancelled")).to_be_visible()
    page.goto(product.url(SHOP, "/account/erase/"))
    check(page)
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Erase for good").click()
    check(page)
    page.get_by_label(re.compile("^Yes, erase")).check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Erase for good").click()
    heading(page, "Your data is erased")
    check(page)
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
