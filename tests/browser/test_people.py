"""Inviting somebody, joining, changing what they may, and going from one business to another, in a real browser."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, heading
from tests.browser.product import Product
from tests.browser.team_steps import OWNERS, sign_in

PASSWORD = "chosen-by-themselves-1"
Look = Callable[[Page], None]


def link_to(page: Page, product: Product, email: str) -> str:
    """The link of the last mail to that address, from the mailbox of the local product."""
    page.goto(product.url(path="/mailbox/"))
    page.locator("a", has_text=email).first.click()
    found = re.search(r"http://\S+/team/invitation/[^\s\"<]+/", page.content())
    assert found
    return found[0]


def invite(page: Page, product: Product, email: str, *, slug: str, look: Look) -> None:
    page.goto(product.url(slug, "/team/people/"))
    heading(page, "People")
    look(page)
    page.get_by_text("Invite somebody").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("radio", name="Manager").check()
    page.get_by_text("What they may do, and where").click()
    look(page)
    page.get_by_role("checkbox", name=re.compile("Export bookings")).uncheck()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"We have written to {email}.")).to_be_visible()
    look(page)


def walk(page: Page, guest: Page, product: Product, *, email: str, look: Look) -> None:
    """Amara invites somebody, who joins; she changes what they may, removes them, and asks them again."""
    sign_in(page, product)
    invite(page, product, email, slug="house-of-hair", look=look)
    guest.goto(link_to(page, product, email))
    look(guest)
    guest.get_by_label("Your name").fill("Nia New")
    guest.get_by_label("Password").fill("short")
    guest.get_by_role("button", name="Join the team").click()
    look(guest)
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Join the team").click()
    guest.wait_for_url("**/team/")
    page.goto(product.url("house-of-hair", "/team/people/"))
    page.locator(".member", has_text=email).get_by_role("link", name="Change").click()
    look(page)
    page.get_by_role("radio", name="Team member").check()
    expect(page.get_by_role("checkbox", name=re.compile("Keep the team"))).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".member", has_text=email).get_by_role("link", name="Change").click()
    page.get_by_text("Remove from the team").click()
    look(page)
    page.get_by_role("button", name="Remove Nia New").click()
    look(page)
    guest.goto(product.url("house-of-hair", "/team/"))
    heading(guest, "Team sign-in")
    page.get_by_role("link", name="Invite again").click()
    expect(page.get_by_label("E-mail")).to_have_value(email)


def switch(page: Page, product: Product, *, look: Look) -> None:
    """Val asks Amara to join hers: she does, and goes there and back."""
    amara = OWNERS["house-of-hair"]
    sign_in(page, product, "valclean")
    invite(page, product, amara, slug="valclean", look=lambda _page: None)
    page.goto(link_to(page, product, amara))
    look(page)
    page.get_by_role("button", name="Join the team").click()
    page.wait_for_url("**/team/")
    menu = page.get_by_text("Your other businesses")
    if menu.is_visible():
        menu.click()
    else:
        page.get_by_text("More", exact=True).click()
    look(page)
    page.get_by_role("button", name="House of Hair").locator("visible=true").click()
    page.wait_for_url("**/team/continue/**")
    look(page)
    page.get_by_role("button", name="Continue as").click()
    page.wait_for_url("**/team/")
    assert page.url.startswith(product.url("house-of-hair", "/team/"))


def test_somebody_is_invited_joins_and_leaves(product: Product, open_page: OpenPage, width: int) -> None:
    walk(open_page(width), open_page(width), product, email=f"nia{width}@people.example", look=check)


def test_one_person_in_two_businesses(product: Product, open_page: OpenPage) -> None:
    switch(open_page(1280), product, look=check)
