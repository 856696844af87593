"""The second factor in a browser, on a phone and on a desk: set up, given, done without, and without JavaScript."""

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from bookme.core.time import now
from tests.browser.conftest import OpenPage, check, heading
from tests.browser.product import Product

PASSWORD = "bookme-demo"  # public on purpose, and only of the demo
Look = Callable[[Page], None]


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _code(secret: str, *, steps: int = 0) -> str:
    """Of now, or of so many half minutes later: all that are taken now are good still when they have been sent."""
    return pyotp.TOTP(secret).at(now(), counter_offset=steps)


def sign_in(page: Page, product: Product, slug: str, email: str, door: str = "team") -> None:
    page.goto(product.url(slug, f"/{door}/sign-in/"))
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    _press(page, "Sign in")


def walk(page: Page, product: Product, *, slug: str, email: str, door: str, look: Look) -> None:
    """From the first page to the last, and off again, so that the next one finds what this one found."""
    first = "/team/security/two-factor/" if door == "team" else "/account/security/two-factor/"
    sign_in(page, product, slug, email, door)
    page.goto(product.url(slug, first))
    look(page)
    _press(page, "Set it up")
    heading(page, "Set it up")
    look(page)
    page.get_by_text("Or type it in").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    look(page)
    page.get_by_label("Code", exact=True).fill("12 34")
    _press(page, "Turn it on")
    expect(page.get_by_text("This code is not right, or was used already.")).to_be_visible()
    look(page)
    page.get_by_label("Code", exact=True).fill(_code(secret))
    _press(page, "Turn it on")
    heading(page, "It is on")
    recovery = page.locator("#codes code").all_inner_texts()
    assert len(recovery) == 10
    look(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 of 10 are left")).to_be_visible()
    look(page)
    _give_codes(page, product, slug, email, door, secret, recovery, look)
    _turn_off(page, product, slug, first, recovery, look)


def _give_codes(
    page: Page, product: Product, slug: str, email: str, door: str, secret: str, recovery: list[str], look: Look
) -> None:
    page.context.clear_cookies()
    sign_in(page, product, slug, email, door)
    heading(page, "One more step")
    look(page)
    page.get_by_text("I do not have my app").click()
    page.get_by_label("Recovery code").fill("AAAA")
    _press(page, "Sign in with it")
    expect(page.get_by_text("This code is not right, or was used already.")).to_be_visible()
    look(page)
    page.get_by_label("Recovery code").fill(recovery[0])
    _press(page, "Sign in with it")
    expect(page).to_have_url(product.url(slug, "/team/"))
    page.context.clear_cookies()
    sign_in(page, product, slug, email, door)
    page.get_by_label("Code", exact=True).fill(_code(secret, steps=1))  # each is good once
    _press(page, "Sign in")
    expect(page).to_have_url(product.url(slug, "/team/"))


def _turn_off(page: Page, product: Product, slug: str, first: str, recovery: list[str], look: Look) -> None:
    page.goto(product.url(slug, f"{first}recovery-codes/"))
    look(page)
    page.get_by_label("Code", exact=True).fill(recovery[1])
    _press(page, "Make new ones")
    heading(page, "Your new recovery codes")
    again = page.locator("#codes code").all_inner_texts()
    page.goto(product.url(slug, f"{first}off/"))
    look(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(again[0])
    _press(page, "Turn it off")
    expect(page.get_by_text("Two-factor sign-in is off.")).to_be_visible()
    look(page)


@pytest.mark.parametrize(("door", "width"), [("team", 390), ("account", 1280)])
def test_set_up_given_and_turned_off(product: Product, open_page: OpenPage, door: str, width: int) -> None:
    walk(open_page(width), product, slug="house-of-hair", email="amara@house-of-hair.example", door=door, look=check)


def test_without_javascript(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, java_script_enabled=False)
    email = "noor@mind-department.example"
    walk(page, product, slug="mind-department", email=email, door="account", look=lambda _: None)


def test_the_codes_can_be_copied(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280, permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, product, "valclean", "val@valclean.example", "account")
    page.goto(product.url("valclean", "/account/security/two-factor/"))
    _press(page, "Set it up")
    page.get_by_text("Or type it in").click()
    _press(page, "Copy")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#secret").inner_text()
