"""Ways to a booking: by keyboard alone, by few taps and in little time, and without JavaScript."""

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, go_on, heading
from tests.browser.customer_steps import FREE_DAYS, fill_in, fill_in_home, phone_of, start, start_at_home
from tests.browser.product import Product
from tests.browser.walking import CLASSES, MOBILE, SHOP, link_in_mail, register

TAPS, SECONDS = 9, 60

# What people take for a page and for a tap, by the keystroke-level model (Card, Moran and Newell, 1983): to make up
# one's mind 1.35 s, to reach what one wants 1.1 s, to tap 0.2 s. A page is looked over before the first tap on it.
TO_DECIDE, TO_REACH, TO_TAP, TO_LOOK_OVER = 1.35, 1.1, 0.2, 2.0

# What has the focus shows it, and nothing lies over it.
HAS_FOCUS = """() => {
    const each = document.activeElement;
    if (!each || each === document.body) return "nothing has the focus";
    const lit = [each, each.nextElementSibling, each.closest(".choice")].filter(Boolean).some((one) => {
        const style = getComputedStyle(one);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
            || (one.matches(".input") && style.boxShadow !== "none");
    });
    const box = each.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const mine = [each, ...(each.labels ?? [])];
    const seen = hit && mine.some((one) => one.contains(hit) || hit.contains(one));
    if (each.matches(":focus-visible") && lit && seen) return "";
    return `${lit ? "" : "does not show its focus "}${seen ? "" : "is hidden "}${each.outerHTML.slice(0, 200)}`;
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """By the tabulator alone; whatever has the focus on the way shows it."""
    page.wait_for_load_state()
    for _step in range(150):
        page.keyboard.press("Tab")
        fault = page.evaluate(HAS_FOCUS)
        assert not fault, f"{page.url} {fault}"
        if wanted.evaluate_all("all => all.includes(document.activeElement)"):
            return
    raise AssertionError(f"the keyboard does not come to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, page.locator(f"[name={name}]"))
    page.keyboard.type(text)


def test_by_keyboard_alone(product: Product, open_page: OpenPage) -> None:
    """From the start page to the end of it: booked, moved and cancelled, with no pointer."""
    page, email = open_page(1280), "keys@mail.example"
    forward = page.locator("#step-form button[type=submit]:visible")
    page.goto(product.url(SHOP))
    press(page, page.locator("a.row", has_text="Dry trim"))
    heading(page, "What would you like?")
    press(page, forward)
    heading(page, "Who would you like to see?")
    tab_to(page, page.get_by_role("radio", name=re.compile("^Anyone available")))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    press(page, forward)
    heading(page, "When suits you?")
    day = page.locator(".day:is(.is-few, .is-plenty):not([aria-current])").first
    chosen = day.get_attribute("id")
    press(page, day)
    expect(page.locator(f"#{chosen}")).to_have_attribute("aria-current", "date")
    expect(page.locator(f"#{chosen}")).to_be_focused()
    tab_to(page, page.locator(".slot input"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".slot input").nth(1)).to_be_checked()
    press(page, forward)
    heading(page, "Almost there")
    for name, text in {"name": "Kit Keys", "email": email, "phone": phone_of(email)}.items():
        write(page, name, text)
    for name in ("terms", "privacy"):
        press(page, page.locator(f"input[name={name}]"), "Space")
    press(page, forward)
    heading(page, "See you soon, Kit")
    press(page, page.get_by_role("link", name="manage this booking"))
    heading(page, "Your booking")
    press(page, page.get_by_role("main").get_by_role("link", name="Move"))
    heading(page, "When suits you better?")
    tab_to(page, page.locator(".slot input"))
    page.keyboard.press("ArrowRight")
    press(page, forward)
    expect(page.get_by_text("Moved. This is your new time.")).to_be_visible()
    press(page, page.get_by_role("main").get_by_role("link", name="Cancel", exact=True))
    heading(page, "Cancel this booking?")
    press(page, page.get_by_role("button", name="Yes, cancel it"))
    expect(page.locator(".pill").first).to_have_text(re.compile("Cancelled"))


@dataclass
class Finger:
    """Taps on a phone, and the time that somebody takes for them. What is waited for is measured."""

    page: Page
    taps: int = 0
    human: float = 0.0
    began: float = field(default_factory=time.monotonic)
    _seen: str = ""

    def tap(self, wanted: Locator) -> None:
        page = self.page
        page.wait_for_load_state()
        if page.url.partition("?")[0] != self._seen:
            self._seen, self.human = page.url.partition("?")[0], self.human + TO_LOOK_OVER
        wanted.tap()
        self.taps, self.human = self.taps + 1, self.human + TO_DECIDE + TO_REACH + TO_TAP

    @property
    def seconds(self) -> float:
        return self.human + time.monotonic() - self.began


def test_who_has_been_here_books_with_nine_taps_in_a_minute(product: Product, open_page: OpenPage) -> None:
    """Somebody known is signed in, so that nothing has to be typed: the fields are filled already.

    They begin at the start page, take another day than the first, and agree to what has to be agreed to.
    """
    page, email = open_page(390, has_touch=True, is_mobile=True), "again@mail.example"
    register(page, product, email, look=lambda: None)
    page.goto(product.url(SHOP))
    finger = Finger(page)
    forward = page.locator("#step-form button[type=submit]:visible")
    finger.tap(page.locator("a.row", has_text="Cut & finish"))
    heading(page, "What would you like?")
    finger.tap(forward)
    heading(page, "Who would you like to see?")
    finger.tap(forward)
    heading(page, "When suits you?")
    day = page.locator(".strip-day:is(.is-few, .is-plenty):not([aria-current])").first
    chosen = day.get_attribute("id")
    finger.tap(day)
    expect(page.locator(f"#{chosen}")).to_have_attribute("aria-current", "date")
    finger.tap(page.locator(".slot").first)
    finger.tap(forward)
    expect(page.get_by_label("E-mail")).to_have_value(email)
    for name in ("terms", "privacy"):
        finger.tap(page.locator(f"label:has([name={name}]), label[for=f-{name}]").first)
    finger.tap(forward)
    heading(page, "See you soon, Noa")
    assert finger.taps <= TAPS
    assert finger.seconds <= SECONDS, f"{finger.human:.0f} s of it by hand"


def plain(open_page: OpenPage, width: int = 390) -> Page:
    return open_page(width, java_script_enabled=False)


def take_a_free_time(page: Page) -> None:
    page.wait_for_load_state()
    page.locator(FREE_DAYS).last.click()
    page.wait_for_url(re.compile("date="))
    page.locator(".slot").first.click()
    go_on(page)


def cancel(page: Page, product: Product, email: str) -> None:
    """By the link in the mail."""
    page.goto(link_in_mail(page, product, email, "/m/"))
    cancel_it(page)


def cancel_it(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator(".pill").first).to_have_text(re.compile("Cancelled"))


def test_one_service_without_javascript(product: Product, open_page: OpenPage) -> None:
    page, email = plain(open_page), "plain-one@mail.example"
    start(page, product, SHOP, "Dry trim")
    go_on(page)
    page.get_by_role("radio", name=re.compile("^Mateo")).check()
    go_on(page)
    take_a_free_time(page)
    go_on(page)
    expect(page.locator(".error")).to_have_count(4)
    fill_in(page, email=email)
    go_on(page)
    heading(page, "See you soon, Mia")
    page.goto(link_in_mail(page, product, email, "/m/"))
    page.get_by_role("main").get_by_role("link", name="Move").click()
    page.locator(".slot").last.click()
    go_on(page)
    expect(page.get_by_text("Moved. This is your new time.")).to_be_visible()
    cancel(page, product, email)


def test_a_cart_of_two_without_javascript(product: Product, open_page: OpenPage) -> None:
    page, email = plain(open_page, 1280), "plain-two@mail.example"
    start(page, product, SHOP, "Cut & finish")
    page.get_by_role("checkbox", name=re.compile("^Dry trim")).check()
    page.get_by_role("checkbox", name=re.compile("Bond repair")).check()
    go_on(page)
    page.get_by_role("radio", name=re.compile("^Choose for each service")).check()
    page.get_by_label("Dry trim").select_option("Priya Nair")
    go_on(page)
    take_a_free_time(page)
    expect(page.locator(".recap")).to_contain_text("with Priya Nair")
    fill_in(page, email=email)
    go_on(page)
    heading(page, "See you soon, Mia")
    expect(page.locator(".svcs li")).to_have_count(2)
    cancel(page, product, email)


def test_a_class_without_javascript(product: Product, open_page: OpenPage) -> None:
    page, email = plain(open_page), "plain-class@mail.example"
    page.goto(product.url(CLASSES))
    page.get_by_role("link", name="See classes").click()
    page.locator(".ses a[href$='/book/']").last.click()
    heading(page, "Almost there")
    page.get_by_label("How many people?").select_option("2")
    fill_in(page, email=email)
    go_on(page)
    expect(page.get_by_text("2 people")).to_be_visible()
    cancel(page, product, email)


def test_an_address_first_without_javascript(product: Product, open_page: OpenPage) -> None:
    page, email = plain(open_page), "plain-home@mail.example"
    start_at_home(page, product, MOBILE, "Regular clean", postcode="M1 1RG")
    go_on(page)
    go_on(page)
    take_a_free_time(page)
    fill_in_home(page)
    fill_in(page, email=email)
    go_on(page)
    heading(page, "Requested")
    page.get_by_role("link", name="manage this booking").click()
    cancel_it(page)
