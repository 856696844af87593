"""What customers do with what they have booked, on their own page: move it, have it again, cancel it, and be forgotten.

What they had booked before is brought along by the team, as from another system: some of it is over.
"""

import csv
import datetime as dt
import re
from collections.abc import Sequence
from io import StringIO

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.customer_steps import pick_a_time
from tests.browser.product import Product
from tests.browser.team_steps import OWNERS
from tests.browser.walking import PASSWORD, SHOP, ask, register

# Of a visit of three services: each with its person, one after another.
VISIT = (("20:00", "Cut & finish", "Mateo Ruiz"), ("21:00", "Fringe trim", "Priya Nair"))
VISIT += (("21:15", "Gloss treatment", "Jo Lindqvist"),)
AN_HOUR = dt.timedelta(hours=1)


def bring_along(page: Page, product: Product, lines: Sequence[Sequence[str]], *, email: str) -> bool:
    """Bookings by start, service, person (or whoever is free) and reference; whether they fit in."""
    owner = {"email": OWNERS[SHOP], "password": "bookme-demo"}
    token = ask(page, product, SHOP, "auth/login/", owner)["access"]
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(["Start", "Service", "Staff", "Reference", "Name", "Email"])
    rows.writerows([*line, "Noa Levi", email] for line in lines)
    answer = page.request.post(
        product.url(path=f"/t/{SHOP}/api/v1/bookings/import/"),
        data=text.getvalue(),
        headers={"Content-Type": "text/csv", "Authorization": f"Bearer {token}"},
    )
    assert answer.status in {200, 400}, answer.text()
    return answer.status == 200


def bring_one(page: Page, product: Product, *, email: str, hours_ahead: int) -> None:
    """A dry trim then, or an hour or more before, as somebody is free."""
    first = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) + hours_ahead * AN_HOUR
    for earlier in range(12):
        if bring_along(page, product, [((first - earlier * AN_HOUR).isoformat(), "Dry trim", "", "")], email=email):
            return
    raise AssertionError("nobody is free")


def sign_in(page: Page, product: Product, email: str) -> None:
    """By password, as somebody who has registered and is back."""
    page.context.clear_cookies(name="sessionid")
    page.goto(product.url(SHOP, "/account/"))
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def customer(page: Page, product: Product, email: str) -> None:
    register(page, product, email, look=lambda: None)
    sign_in(page, product, email)
    heading(page, "Hello, Noa")


def test_a_customer_moves_the_next_booking(product: Product, open_page: OpenPage, width: int) -> None:
    page, email = open_page(width), f"moves-{width}@mail.example"
    bring_one(page, product, email=email, hours_ahead=72)
    customer(page, product, email)
    shown = page.locator("#next-h time")
    before = shown.get_attribute("datetime")
    page.locator(".next").get_by_role("link", name="Move").click()
    heading(page, "When suits you better?")
    expect(page.locator(f"main .head time[datetime='{before}']")).to_be_visible()
    pick_a_time(page, days_ahead=2)
    check(page)
    after = page.locator(".slot input:checked").get_attribute("value")
    assert after != before
    go_on(page)
    expect(page.get_by_text("Moved. This is your new time.")).to_be_visible()
    page.locator(".me > summary").click()
    page.get_by_role("link", name="My bookings").first.click()
    heading(page, "Hello, Noa")
    expect(shown).to_have_attribute("datetime", after or "")
    expect(page.locator(f"main time[datetime='{before}']")).to_have_count(0)


def test_a_visit_of_three_services_is_booked_again(product: Product, open_page: OpenPage, width: int) -> None:
    page, email = open_page(width), f"again-{width}@mail.example"
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3 if width < 600 else 4)
    lines = [(f"{day} {at}", service, person, f"AGAIN{width}") for at, service, person in VISIT]
    assert bring_along(page, product, lines, email=email)
    customer(page, product, email)
    expect(page.get_by_role("heading", name="Nothing coming up")).to_be_visible()
    check(page)
    past = page.get_by_role("region", name="Before").get_by_role("listitem")
    expect(past).to_contain_text("Cut & finish, Fringe trim, Gloss treatment")
    past.get_by_role("link", name=re.compile("^Book again")).click()
    heading(page, "When suits you?")
    cart = page.locator(".sum .lines li")
    expect(cart).to_have_count(3)
    for place, (_at, service, person) in enumerate(VISIT):
        expect(cart.nth(place)).to_contain_text(service)
        expect(cart.nth(place)).to_contain_text(f"with {person.partition(' ')[0]}")
    check(page)
    pick_a_time(page, days_ahead=1)
    go_on(page)
    heading(page, "Almost there")
    for name in ("terms", "privacy"):
        page.locator(f"#f-{name}").check()
    go_on(page)
    heading(page, "See you soon, Noa")
    booked = page.locator(".svcs li")
    expect(booked).to_have_count(3)
    for place, (_at, service, person) in enumerate(VISIT):
        expect(booked.nth(place)).to_contain_text(service)
        expect(booked.nth(place)).to_contain_text(f"with {person}")
    page.goto(product.url(SHOP, "/account/"))
    expect(page.get_by_text("Your next visit")).to_be_visible()
    expect(past).to_have_count(1)


def test_a_customer_cancels_and_is_forgotten(product: Product, open_page: OpenPage, width: int) -> None:
    page, email = open_page(width), f"goes-{width}@mail.example"
    bring_one(page, product, email=email, hours_ahead=22)
    bring_one(page, product, email=email, hours_ahead=96)
    customer(page, product, email)
    links = cancel_next(page, product, "It costs £16."), cancel_next(page, product, "It costs nothing.")
    expect(page.get_by_text("Fee:")).to_have_count(0)
    page.goto(product.url(SHOP, "/account/"))
    expect(page.get_by_role("heading", name="Nothing coming up")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Profile").click()
    page.get_by_role("link", name="Erase my data").click()
    for kept in ("What you have booked stays in the books", "As proof stays that you agreed", "At other businesses it"):
        expect(page.get_by_text(kept)).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    page.get_by_label(re.compile("^Yes, erase")).check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Erase for good").click()
    heading(page, "Your data is erased")
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    sign_in(page, product, email)
    expect(page.get_by_role("alert")).to_be_visible()
    heading(page, "Sign in")
    for link in links:
        page.goto(link)
        expect(page.locator(".pill")).to_have_count(0)


def cancel_next(page: Page, product: Product, cost: str) -> str:
    """The next of what is to come; what it costs is said before anything is done. Returns the address behind it."""
    page.goto(product.url(SHOP, "/account/"))
    page.locator(".next").get_by_role("link", name="Cancel").click()
    heading(page, "Cancel this booking?")
    expect(page.get_by_text(cost)).to_be_visible()
    check(page)
    page.get_by_role("link", name="Keep it").click()
    expect(page.locator(".pill").first).to_have_text(re.compile("Confirmed"))
    page.get_by_role("main").get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator(".pill").first).to_have_text(re.compile("Cancelled"))
    check(page)
    return page.url
