"""What customers do, from the first step to the last, in a real browser on the real product."""

import re
import time
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.product import Product

MAIL_SECONDS = 30
FREE_DAYS = "#picker a:is(.is-few, .is-plenty):visible"


def start(page: Page, product: Product, slug: str, service: str) -> None:
    """From the start page of a business to the chosen service."""
    page.goto(product.url(slug))
    page.get_by_role("link", name=re.compile(f"^{re.escape(service)}")).click()
    expect(page.get_by_role("radio", name=re.compile(f"^{re.escape(service)}"))).to_be_checked()
    page.wait_for_load_state()  # without its style, a page shows what it hides


def pick_a_time(page: Page, *, days_ahead: int = 3) -> str:
    """A time some free days ahead, in the next month where this one has too few; returns it as the summary shows it."""
    page.wait_for_load_state()
    if page.locator(FREE_DAYS).count() <= days_ahead:
        shown = page.locator("#cal-h").inner_text()
        page.locator("#month-on").click()
        expect(page.locator("#cal-h")).not_to_have_text(shown)
    day = page.locator(FREE_DAYS).nth(days_ahead)
    name = day.get_attribute("id")
    day.click()
    expect(page.locator(f"#{name}")).to_have_attribute("aria-current", "date")
    page.locator(".slot input").first.check(force=True)
    return str(page.locator("[data-chosen=when]:visible").inner_text())


def fill_in(page: Page, *, name: str = "Mia Thompson", email: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Phone").fill("+44 20 7946 0123")
    page.get_by_label("I agree to the terms").check()
    page.get_by_label("My details may be used").check()


def mails_to(page: Page, product: Product, email: str, *, count: int) -> list[dict[str, Any]]:
    """The messages to an address, newest first, once there are so many."""
    until = time.monotonic() + MAIL_SECONDS
    while True:
        answer = page.request.get(product.url(path="/mailbox/"), headers={"Accept": "application/json"})
        found = [mail for mail in answer.json() if mail["to"] == email]
        if len(found) >= count or time.monotonic() > until:
            return found
        time.sleep(0.5)


def test_a_stranger_books_reads_the_mail_moves_and_cancels(
    product: Product, open_page: OpenPage, width: int, scheme: str
) -> None:
    page, email = open_page(width, color_scheme=scheme), f"mia-{width}-{scheme}@mail.example"
    page.goto(product.url("house-of-hair"))
    check(page)
    when = choose_all(page, product)
    fill_the_form_wrong_and_right(page, email)
    heading(page, "See you soon, Mia")
    expect(page.get_by_text("Bond repair")).to_be_visible()
    check(page)
    assert when.partition(", ")[2] in page.locator(".facts").inner_text()
    reference = page.locator(".ref b").inner_text()
    with page.expect_download() as file:
        page.get_by_role("link", name="Add to calendar").click()
    assert "BEGIN:VEVENT" in file.value.path().read_text()
    page.goto(manage_link(page, product, email, reference))
    check(page)
    move(page)
    cancel(page)
    assert len(mails_to(page, product, email, count=3)) == 3


def choose_all(page: Page, product: Product) -> str:
    """Service with an extra, anyone, a time; returns the time."""
    start(page, product, "house-of-hair", "Cut & finish")
    page.get_by_role("checkbox", name=re.compile("Bond repair")).check()
    check(page)
    go_on(page)
    heading(page, "Who would you like to see?")
    expect(page.get_by_role("radio", name=re.compile("^Anyone available"))).to_be_checked()
    check(page)
    go_on(page)
    heading(page, "When suits you?")
    check(page)
    when = pick_a_time(page)
    assert "date=" in page.url
    check(page)
    go_on(page)
    return when


def fill_the_form_wrong_and_right(page: Page, email: str) -> None:
    heading(page, "Almost there")
    check(page)
    go_on(page)
    expect(page.locator(".error")).to_have_count(4)
    expect(page.get_by_label("Your name")).to_be_focused()
    check(page)
    fill_in(page, email=email)
    go_on(page)


def manage_link(page: Page, product: Product, email: str, reference: str) -> str:
    """The link in the confirmation, which is also on the mailbox page."""
    mail = mails_to(page, product, email, count=1)[0]
    assert mail["tenant"] == "house-of-hair"
    assert reference in mail["text"]
    page.goto(product.url(path="/mailbox/"))
    expect(page.get_by_text(email).first).to_be_visible()
    link = re.search(r"http://\S+/manage/\S+/", mail["text"])
    assert link
    return link[0]


def move(page: Page) -> None:
    page.get_by_role("link", name="Move").click()
    heading(page, "When suits you better?")
    check(page)
    pick_a_time(page, days_ahead=5)
    go_on(page)
    expect(page.get_by_text("Moved. This is your new time.")).to_be_visible()
    check(page)


def cancel(page: Page) -> None:
    page.get_by_role("link", name="Cancel", exact=True).click()
    expect(page.get_by_text("It costs nothing.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator(".pill").first).to_have_text(re.compile("Cancelled"))
    check(page)


def test_a_place_in_a_class(product: Product, open_page: OpenPage, width: int) -> None:
    page, email = open_page(width), f"class-{width}@mail.example"
    page.goto(product.url("mind-department"))
    check(page)
    page.get_by_role("link", name="See classes").click()
    heading(page, "Classes")
    check(page)
    page.get_by_role("link", name="Breathwork", exact=True).click()
    page.get_by_role("link", name=re.compile("^Book Breathwork")).first.click()
    heading(page, "Almost there")
    page.get_by_label("How many people?").select_option("2")
    check(page)
    fill_in(page, email=email)
    go_on(page)
    heading(page, "See you soon, Mia")
    expect(page.get_by_text("2 people")).to_be_visible()
    expect(page.get_by_text("£32 is due").first).to_be_visible()
    check(page)
    page.goto(product.url("mind-department", "/classes/?service=breathwork"))
    expect(page.locator(".ses").first).to_contain_text(re.compile(r"of 10 places left"))


def test_without_javascript(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width, java_script_enabled=False)
    start(page, product, "house-of-hair", "Dry trim")
    go_on(page)
    page.get_by_role("radio", name=re.compile("^Mateo")).check()
    go_on(page)
    page.wait_for_load_state()
    page.locator(FREE_DAYS).last.click()
    page.wait_for_url(re.compile("date="))
    page.locator(".slot input").first.check(force=True)
    go_on(page)
    fill_in(page, email=f"plain-{width}@mail.example")
    go_on(page)
    heading(page, "See you soon, Mia")


def test_a_mobile_trade_comes_to_an_address_and_answers_a_request(product: Product, open_page: OpenPage) -> None:
    page, email = open_page(390), "clean@mail.example"
    start(page, product, "valclean", "Regular clean")
    go_on(page)
    page.get_by_label("Postcode").fill("PL1 1AA")
    go_on(page)
    expect(page.get_by_text("We do not know this postcode")).to_be_visible()
    check(page)
    page.get_by_label("Postcode").fill("M1 1RG")
    go_on(page)
    check(page)
    go_on(page)
    pick_a_time(page)
    go_on(page)
    check(page)
    page.get_by_label("Address").fill("1 Piccadilly")
    page.get_by_label("Town").fill("Manchester")
    expect(page.get_by_label("Postcode")).to_have_value("M1 1RG")
    page.get_by_label("Bedrooms").fill("2")
    page.get_by_label("How do we get in?").select_option("Key safe")
    fill_in(page, email=email)
    page.get_by_role("button", name="Send request").locator("visible=true").click()
    heading(page, "Requested")
    expect(page.get_by_text("1 Piccadilly, Manchester, M1 1RG")).to_be_visible()
    expect(page.get_by_text("£20 is due").first).to_be_visible()
    check(page)


def test_a_clinic_asks_to_register_and_keeps_what_was_chosen(product: Product, open_page: OpenPage, width: int) -> None:
    page, email = open_page(width), f"nora-{width}@mail.example"
    start(page, product, "rivermead-clinic", "First assessment")
    go_on(page)
    go_on(page)
    expect(page.get_by_role("link", name="Harbor")).to_be_visible()
    check(page)
    pick_a_time(page)
    go_on(page)
    heading(page, "Sign in to book")
    check(page)
    page.get_by_role("link", name="Register").click()
    check(page)
    page.get_by_label("Your name").fill("Nora Vance")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Register").click()
    heading(page, "Check your mail")
    check(page)
    link = re.search(r"http://\S+/account/verify/\S+/", mails_to(page, product, email, count=1)[0]["text"])
    assert link is not None
    page.goto(link[0])
    heading(page, "Is this you?")
    check(page)
    page.get_by_label("Password").fill("tidal-harbour-9")
    page.get_by_role("button", name="Yes, this is my account").click()
    heading(page, "Almost there")
    expect(page.get_by_label("E-mail")).to_have_value(email)
    page.get_by_label("I agree to the terms").check()
    page.get_by_label("My details may be used").check()
    go_on(page)
    heading(page, "See you soon, Nora")


def test_right_to_left(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width, locale="ar-MA")
    page.goto(product.url("atlas-barbers"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_text("قص شعر رجالي")).to_be_visible()
    check(page)
    page.goto(product.url("atlas-barbers", "/book/?service=coupe"))
    go_on(page)
    go_on(page)
    check(page)
    page.goto(product.url("atlas-barbers"))
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_taken_by_somebody_else_meanwhile(product: Product, open_page: OpenPage) -> None:
    first, second = open_page(390), open_page(390)
    for page in (first, second):
        start(page, product, "house-of-hair", "Full-head highlights")
        go_on(page)
        page.get_by_role("radio", name=re.compile("^Jo")).check()
        go_on(page)
        pick_a_time(page, days_ahead=6)
        go_on(page)
        heading(page, "Almost there")
    fill_in(first, email="quick@mail.example")
    go_on(first)
    heading(first, "See you soon, Mia")
    fill_in(second, name="Too Late", email="late@mail.example")
    go_on(second)
    expect(second.get_by_role("alert")).to_contain_text("just been taken")
    expect(second.get_by_label("Your name")).to_have_value("Too Late")
    check(second)
    second.locator("input[name=start]").first.check(force=True)
    go_on(second)
    heading(second, "See you soon, Too")


def test_back_and_forth_between_months(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280)
    start(page, product, "house-of-hair", "Fringe trim")
    go_on(page)
    go_on(page)
    first = page.locator("#times-h").inner_text()
    page.locator("#month-on").click()
    expect(page.locator("#times-h")).not_to_have_text(first)
    expect(page.locator("#sr-status")).to_contain_text("time")
    assert "date=" in page.url
    page.go_back()
    expect(page.locator("#times-h")).to_have_text(first)


def test_pages_of_the_platform_and_of_what_goes_wrong(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    for address in (product.url(), product.url("house-of-hair", "/nothing/"), product.url("nobody")):
        page.goto(address)
        check(page)
    page.goto(product.url())
    page.get_by_role("link", name="Open House of Hair").click()
    heading(page, "Good hair, no waiting room")


def test_nothing_is_cut_off_on_the_smallest_phone(product: Product, open_page: OpenPage) -> None:
    page = open_page(390)
    page.set_viewport_size({"width": 320, "height": 640})
    start(page, product, "house-of-hair", "Cut & finish")
    check(page)
    go_on(page)
    check(page)
    go_on(page)
    check(page)
    pick_a_time(page)
    go_on(page)
    check(page)
