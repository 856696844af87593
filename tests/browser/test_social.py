"""Coming in by a provider, in a real browser: over three hosts, under our content policy, with and without JavaScript.

Every page that is left is looked at for what the policy stopped: a form that a redirect leads to another host would be
on the console (`form-action`).
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, heading
from tests.browser.product import Product
from tests.openid import OpenIdProvider

SALON = "house-of-hair"


def sign_in(page: Page, product: Product, provider: str, path: str = "/account/sign-in/", slug: str = SALON) -> None:
    page.goto(product.url(slug, f"{path}?next=/account/security/"))
    check(page)
    page.get_by_role("button", name=f"Sign in with {provider}").click()


def is_in(page: Page, product: Product) -> None:
    expect(page).to_have_url(product.url(SALON, "/account/security/"))
    heading(page, "Sign-in and security")
    expect(page.get_by_role("main").get_by_text("ada@people.example").first).to_be_visible()


def test_by_google_and_back_and_removed_again(
    product: Product, google: OpenIdProvider, open_page: OpenPage, width: int
) -> None:
    page = open_page(width)
    sign_in(page, product, "Google")
    page.get_by_role("button", name="Go on as Ada").click()
    is_in(page, product)
    check(page)
    page.get_by_role("button", name="Remove Google").click()
    expect(page.get_by_text("Google signs you in no more.")).to_be_visible()
    page.get_by_role("link", name="Add Google").click()
    check(page)
    page.get_by_role("button", name="Go on to Google").click()
    page.get_by_role("button", name="Go on as Ada").click()
    expect(page.get_by_text("From now on Google signs you in as well.")).to_be_visible()


def test_by_apple_whose_answer_comes_from_its_own_page(
    product: Product, apple: OpenIdProvider, open_page: OpenPage, width: int
) -> None:
    """A form of another site, to which the browser adds no cookie; at the business it is known again."""
    page = open_page(width)
    sign_in(page, product, "Apple", "/account/register/")
    is_in(page, product)


def test_without_javascript(product: Product, google: OpenIdProvider, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(product.url(SALON, "/account/sign-in/?next=/account/security/"))
    page.get_by_role("button", name="Sign in with Google").click()
    page.get_by_role("button", name="Go on as Ada").click()
    is_in(page, product)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_whoever_cancels_finds_a_way_on(
    product: Product, google: OpenIdProvider, open_page: OpenPage, width: int, lang: str
) -> None:
    page = open_page(width)
    page.goto(product.url("atlas-barbers", f"/account/social/google/?lang={lang}"))
    check(page)
    page.locator("main form button").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page).to_have_url(re.compile("/account/social/finish/"))
    check(page)
    page.locator("main a.btn").last.click()
    expect(page).to_have_url(re.compile("/account/sign-in/"))


def test_at_the_team_s_door_nobody_becomes_anything(
    product: Product, google: OpenIdProvider, open_page: OpenPage, width: int
) -> None:
    page = open_page(width)
    sign_in(page, product, "Google", "/team/sign-in/", "valclean")
    page.get_by_role("button", name="Go on as Ada").click()
    heading(page, "You are not in the team")
    check(page)


def test_the_way_back_leads_to_the_sign_in_page(product: Product, google: OpenIdProvider, open_page: OpenPage) -> None:
    """The page that leads on by itself is not kept in the browser's history: nobody is caught in it."""
    page = open_page()
    sign_in(page, product, "Google")
    page.get_by_role("button", name="Go on as Ada").wait_for()
    page.go_back()
    heading(page, "Sign in")
