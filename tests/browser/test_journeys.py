"""What customers do, from the first step to the last, in a real browser on the real product."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.customer_steps import FREE_DAYS, fill_in, fill_in_home, mails_to, pick_a_time, start, start_at_home
from tests.browser.product import Product


def test_a_stranger_books_reads_the_mail_moves_and_cancels(product: Product, open_page: OpenPage, width: int) -> None:
    page, email = open_page(width), f"mia-{width}@mail.example"
    page.goto(product.url("house-of-hair"))
    when = choose_all(page, product)
    fill_the_form_wrong_and_right(page, email)
    heading(page, "See you soon, Mia")
    expect(page.get_by_text("Bond repair")).to_be_visible()
    assert when.partition(", ")[2] in page.locator(".facts").inner_text()
    reference = page.locator(".ref b").inner_text()
    with page.expect_download() as file:
        page.get_by_role("link", name="Add to calendar").click()
    assert "BEGIN:VEVENT" in file.value.path().read_text()
    page.goto(manage_link(page, product, email, reference))
    move(page)
    assert len(mails_to(page, product, email, count=2)) == 2, "of a move that is cancelled at once nobody is told"
    cancel(page)
    assert len(mails_to(page, product, email, count=3)) == 3


def test_several_services_in_one_visit(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280)
    start(page, product, "house-of-hair", "Cut & finish")
    total = page.locator(".total, .bar-t").filter(visible=True)
    page.get_by_role("checkbox", name=re.compile("^Dry trim")).check()
    expect(total).to_contain_text("£76")
    page.get_by_role("checkbox", name=re.compile("Bond repair")).check()
    expect(total).to_contain_text("£96")
    expect(page.locator("#sr-status")).to_contain_text("2 services (from £96)")
    go_on(page)
    page.get_by_role("radio", name=re.compile("^Choose for each service")).check()
    page.get_by_label("Cut & finish").select_option("Mateo Ruiz · £78 · 1 h 15 min")
    page.get_by_label("Dry trim").select_option("Priya Nair")
    go_on(page)
    pick_a_time(page, days_ahead=1)
    go_on(page)
    expect(page.locator(".recap")).to_contain_text("with Mateo Ruiz")
    expect(page.locator(".recap")).to_contain_text("with Priya Nair")
    fill_in(page, email="both@mail.example")
    go_on(page)
    heading(page, "See you soon, Mia")
    expect(page.get_by_text("Dry trim")).to_be_visible()


def choose_all(page: Page, product: Product) -> str:
    """Service with an extra, anyone, a time; returns the time."""
    start(page, product, "house-of-hair", "Cut & finish")
    page.get_by_role("checkbox", name=re.compile("Bond repair")).check()
    go_on(page)
    heading(page, "Who would you like to see?")
    expect(page.get_by_role("radio", name=re.compile("^Anyone available"))).to_be_checked()
    go_on(page)
    heading(page, "When suits you?")
    when = pick_a_time(page)
    assert "date=" in page.url
    go_on(page)
    return when


def fill_the_form_wrong_and_right(page: Page, email: str) -> None:
    heading(page, "Almost there")
    go_on(page)
    expect(page.locator(".error")).to_have_count(4)
    expect(page.get_by_label("Your name")).to_be_focused()
    fill_in(page, email=email)
    go_on(page)


def manage_link(page: Page, product: Product, email: str, reference: str) -> str:
    """The link in the confirmation, which is also on the mailbox page."""
    mail = mails_to(page, product, email, count=1)[0]
    assert mail["tenant"] == "house-of-hair"
    assert reference in mail["text"]
    page.goto(product.url(path="/mailbox/"))
    expect(page.get_by_text(email).first).to_be_visible()
    link = re.search(r"http://\S+/m/\S+/", mail["text"])
    assert link
    return link[0]


def move(page: Page) -> None:
    page.get_by_role("link", name="Move").click()
    heading(page, "When suits you better?")
    pick_a_time(page, days_ahead=1)
    go_on(page)
    expect(page.get_by_text("Moved. This is your new time.")).to_be_visible()


def cancel(page: Page) -> None:
    page.get_by_role("link", name="Cancel", exact=True).click()
    expect(page.get_by_text("It costs nothing.")).to_be_visible()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator(".pill").first).to_have_text(re.compile("Cancelled"))


def _places_left(card: Locator) -> int:
    found = re.search(r"(\d+) of 10 place", card.inner_text())
    return int(found[1]) if found else 0


def test_a_place_in_a_class(product: Product, open_page: OpenPage) -> None:
    page, email = open_page(390), "class@mail.example"
    page.goto(product.url("mind-department"))
    check(page)
    page.get_by_role("link", name="See classes").click()
    heading(page, "Classes")
    check(page)
    kinds = page.get_by_role("navigation", name="Kind of class")
    kinds.get_by_role("link", name=re.compile("^Breathwork")).click()
    cards = page.locator(".ses").filter(has=page.get_by_role("link", name=re.compile("^Book Breathwork")))
    left = [_places_left(each) for each in cards.all()]
    chosen = next(index for index, places in enumerate(left) if places >= 2)
    link = cards.nth(chosen).get_by_role("link", name=re.compile("^Book Breathwork"))
    address, session = page.url, (link.get_attribute("href") or "").removesuffix("book/")
    link.click()
    heading(page, "Almost there")
    page.get_by_label("How many people?").select_option("2")
    check(page)
    fill_in(page, email=email)
    go_on(page)
    heading(page, "See you soon, Mia")
    expect(page.get_by_text("2 people")).to_be_visible()
    expect(page.get_by_text("£32 is due").first).to_be_visible()
    check(page)
    page.goto(address)
    card = page.locator(".ses").filter(has=page.locator(f"a[href='{session}']"))
    assert _places_left(card) == left[chosen] - 2


def test_a_mobile_trade_comes_to_an_address_and_answers_a_request(product: Product, open_page: OpenPage) -> None:
    page, email = open_page(390), "clean@mail.example"
    page.goto(product.url("valclean"))
    page.get_by_role("link", name="Book now").click()
    heading(page, "Where should we come?")
    check(page)
    page.get_by_label("Your postcode").fill("PL1 1AA")
    go_on(page)
    expect(page.get_by_text("We do not know this postcode")).to_be_visible()
    check(page)
    page.get_by_label("Your postcode").fill("EH1 1YZ")
    go_on(page)
    expect(page.get_by_text("Nobody comes to EH1 1YZ yet.")).to_be_visible()
    expect(page.get_by_text("ask us: perhaps we can still arrange it")).to_be_visible()
    check(page)
    start_at_home(page, product, "valclean", "Regular clean", postcode="M1 1RG")
    check(page)
    go_on(page)
    check(page)
    go_on(page)
    pick_a_time(page)
    go_on(page)
    check(page)
    fill_in_home(page)
    fill_in(page, email=email)
    page.get_by_role("button", name="Send request").locator("visible=true").click()
    heading(page, "Requested")
    expect(page.get_by_text("1 Piccadilly, Manchester, M1 1RG")).to_be_visible()
    expect(page.get_by_text("£20 is due").first).to_be_visible()
    check(page)


def test_a_clinic_asks_to_register_and_keeps_what_was_chosen(product: Product, open_page: OpenPage) -> None:
    page, email = open_page(1280), "nora@mail.example"
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


def test_right_to_left(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, locale="ar-MA")
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


def test_many_services_are_searched_and_gone_through_by_category(
    product: Product, open_page: OpenPage, width: int
) -> None:
    page = open_page(width)
    page.goto(product.url("atlas-barbers", "/book/?lang=en"))
    chips = page.get_by_role("navigation", name="Categories").get_by_role("link")
    expect(chips).to_have_text(["Hair", "Beard", "Care", "Packages"])
    chips.last.click()
    expect(chips.last).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("heading", name="Packages")).to_be_in_viewport()
    check(page)
    page.get_by_role("searchbox", name="Search services").fill("Clay")
    expect(page.locator(".choice:visible")).to_have_count(1)
    page.get_by_role("checkbox", name=re.compile("^Clay facial")).check()
    check(page)
    go_on(page)
    heading(page, "Who would you like to see?")


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


def test_the_sum_follows_the_time_that_is_picked(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    start(page, product, "house-of-hair", "Cut & finish")
    go_on(page)
    go_on(page)
    total = page.locator("#sum .total" if width == 1280 else ".bar-t")
    expect(total).to_contain_text("from £44")
    when = pick_a_time(page, days_ahead=2)
    expect(page.locator("#sum .lines small")).to_contain_text(re.compile("· with (Amara Okafor|Mateo Ruiz|Priya Nair)"))
    expect(total).not_to_contain_text("from")
    expect(page.locator("[data-chosen=when]:visible")).to_have_text(when)
    check(page)
    page.locator(FREE_DAYS).nth(1).click()
    expect(total).to_contain_text("from £44")
    expect(page.locator("#sum .when span")).to_have_text("No time chosen yet")
    pick_a_time(page, days_ahead=2)
    expect(total).not_to_contain_text("from")
    price = (total.text_content() or "").partition("£")[2].partition(" ")[0]
    go_on(page)
    expect(total).to_contain_text(f"£{price.strip()}")


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


def test_what_is_pressed_to_go_on_is_not_taken_away_by_the_sum(
    product: Product, open_page: OpenPage, width: int
) -> None:
    page = open_page(width)
    start(page, product, "house-of-hair", "Cut & finish")
    go_on(page)
    go_on(page)
    page.wait_for_load_state()
    sums: list[Route] = []
    page.route("**/book/time/**", lambda route: sums.append(route))  # noqa: PLW0108 - it wants a function of Python
    page.locator(".slot").first.click()
    expect(page.locator("[data-chosen=when]:visible")).not_to_have_text("No time chosen yet")
    page.locator("#step-form button[type=submit]:visible").hover()
    page.mouse.down()
    sums[0].continue_()
    expect(page.locator("#sum .lines small")).to_contain_text(re.compile("· with (Amara Okafor|Mateo Ruiz|Priya Nair)"))
    page.unroute_all()
    page.mouse.up()
    heading(page, "Almost there")
