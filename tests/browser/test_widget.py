"""Booking on another site, in a real browser: one that the business lists, and one that it does not."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.browser.conftest import OpenPage, check
from tests.browser.customer_steps import FREE_DAYS, phone_of
from tests.browser.product import Product
from tests.browser.team_steps import sign_in

SLUG = "house-of-hair"
HEIGHT = "(element) => Math.ceil(element.getBoundingClientRect().height)"
ROUNDED_CLIPS = """(frame) => {
  const around = [];
  for (let each = frame; each; each = each.parentElement ?? each.getRootNode().host) around.push(each);
  return around.filter((each) => {
    const { borderRadius, overflow } = getComputedStyle(each);
    return borderRadius !== "0px" && (each === frame || overflow !== "visible");
  }).map((each) => each.className);
}"""
ADDRESS = "http://127.0.0.1"  # no site of ours: a cookie of the business's would be a third party's here


@contextmanager
def running_site(product: Product) -> Iterator[str]:
    """A site of its own, whose policy lets in the business's script and frame, and no inline style of anybody.

    What stands in its page is in the path of its address.
    """
    book = product.url(SLUG, "")
    policy = f"default-src 'none'; script-src {book} 'nonce-site'; frame-src {book}; style-src-elem 'none'"

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = f"<script async src='{book}/embed.js'"
            scripts = {
                "/inline/": f"{script} data-mode='inline'></script>",
                "/button/": f"{script} data-label='Book now' data-service='cut-finish'></script>"
                f"{script} data-position='right' data-lang='en'></script>",
            }
            listens = "addEventListener('bookme:booked', (e) => { document.title += ' booked:' + e.detail; })"
            page = (
                "<!doctype html><html lang=en><title>Linden</title><main><h1>Linden</h1>"
                f"<script nonce=site>{listens}</script>{scripts.get(self.path, '')}<a href='#'>Ours</a></main>"
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{ADDRESS}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def sites(product: Product) -> Iterator[tuple[str, str]]:
    """One that will be listed, and one that will not."""
    with ExitStack() as running:
        yield running.enter_context(running_site(product)), running.enter_context(running_site(product))


@pytest.fixture
def listed(sites: tuple[str, str], product: Product, open_page: OpenPage) -> str:
    """The site that the owner has listed, on the page that writes what the site carries."""
    page = open_page(1280)
    sign_in(page, product)
    page.get_by_role("link", name="On your website").click()
    page.get_by_label("Allowed sites").fill(sites[0])
    page.get_by_role("button", name="Save the sites").click()
    expect(page.get_by_text("The allowed sites are saved.")).to_be_visible()
    return sites[0]


def as_tall_as(shown: Locator, frame: Locator) -> None:
    """What is shown still settles, and the frame follows it: at last both are equal."""
    heights: list[list[int]] = []
    for _ in range(100):
        heights.append([each.evaluate(HEIGHT) for each in (shown, frame)])
        if heights[-1][0] == heights[-1][1]:
            return
        frame.page.wait_for_timeout(100)
    raise AssertionError(heights[-5:])


def settle(frame: FrameLocator) -> None:
    """Nobody is as fast as a script: what one presses while the frame grows or shrinks is on the move."""
    if frame.locator("html.in-place").count():
        as_tall_as(frame.locator("body"), frame.owner)


def go_on(frame: FrameLocator) -> None:
    settle(frame)
    frame.locator("#step-form button[type=submit]:visible").click()


def book(frame: FrameLocator, email: str) -> None:
    """From the services to the confirmation, within the frame."""
    expect(frame.get_by_role("heading", name="What would you like?")).to_be_visible()
    service = frame.get_by_role("checkbox", name=re.compile("^Cut & finish"))
    service.check()
    go_on(frame)
    expect(frame.get_by_role("heading", name="Who would you like to see?")).to_be_visible()
    go_on(frame)
    expect(frame.get_by_role("heading", name="When suits you?")).to_be_visible()
    day = frame.locator(FREE_DAYS).nth(1)
    name = day.get_attribute("id")
    day.click()
    expect(frame.locator(f"#{name}")).to_have_attribute("aria-current", "date")
    settle(frame)
    frame.locator(".slot input").first.check(force=True)
    go_on(frame)
    expect(frame.get_by_role("heading", name="Almost there")).to_be_visible()
    settle(frame)
    frame.get_by_label("Your name").fill("Mia Thompson")
    frame.get_by_label("E-mail").fill(email)
    frame.get_by_label("Phone").fill(phone_of(email))
    frame.get_by_label("I agree to the terms").check()
    frame.get_by_label("My details may be used").check()
    go_on(frame)
    expect(frame.get_by_role("heading", name="See you soon, Mia")).to_be_visible()


def no_cookie_and_nothing_left(page: Page) -> None:
    assert page.context.cookies() == []
    assert page.evaluate("Object.keys(window).filter((name) => /book/i.test(name))") == []


def test_a_listed_site_books_in_a_dialog(listed: str, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.goto(f"{listed}/button/")
    button = page.get_by_role("button", name="Book now")
    expect(page.get_by_role("button", name="Book", exact=True)).to_be_visible()
    expect(page.locator("iframe[src]")).to_have_count(0)
    button.click()
    dialog = page.get_by_role("dialog", name="Book with House of Hair")
    frame = dialog.frame_locator("iframe")
    expect(frame.get_by_role("checkbox", name=re.compile("^Cut & finish"))).to_be_checked()
    expect(dialog.get_by_text("One moment")).to_be_hidden()
    book(frame, f"dialog-{width}@mail.example")
    expect(page).to_have_title("Linden booked:null")
    link = frame.get_by_role("link", name="manage this booking")
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Your booking")
    opened.value.close()
    frame.get_by_role("heading", level=1).click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    no_cookie_and_nothing_left(page)


def test_a_listed_site_books_in_place(listed: str, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.goto(f"{listed}/inline/")
    element = page.locator("iframe")
    frame = page.frame_locator("iframe")
    expect(frame.locator("html.in-place")).to_be_attached()
    expect(frame.locator("html")).to_have_attribute("data-theme", "light")  # as the site, also on a dark phone
    book(frame, f"inline-{width}@mail.example")
    expect(page).to_have_title("Linden booked:null")
    as_tall_as(frame.locator("body"), element)
    no_cookie_and_nothing_left(page)


def test_in_place_nothing_waits_for_pictures_and_fonts(listed: str, open_page: OpenPage) -> None:
    """Where it did, the page was laid out anew once they had come, and what somebody pressed meanwhile was lost."""
    page = open_page(390)
    page.route(re.compile(r"\.(woff2|svg|png)"), lambda route: None)  # they never come
    page.goto(f"{listed}/inline/", wait_until="commit")
    frame = page.frame_locator("iframe")
    expect(frame.locator("html.in-place")).to_be_attached()
    expect(page.get_by_text("One moment")).to_be_hidden()
    as_tall_as(frame.locator("body"), page.locator("iframe"))
    page.unroute_all(behavior="ignoreErrors")


def test_in_place_no_rounded_clip_is_around_the_frame(listed: str, open_page: OpenPage) -> None:
    """Behind one, one press in twenty was lost while the frame got another height."""
    page = open_page(390)
    page.goto(f"{listed}/inline/")
    expect(page.get_by_text("One moment")).to_be_hidden()
    assert page.locator("iframe").evaluate(ROUNDED_CLIPS) == []


def test_the_dialog_by_keyboard_alone(listed: str, open_page: OpenPage) -> None:
    page = open_page(1280)
    page.goto(f"{listed}/button/")
    button = page.get_by_role("button", name="Book now")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    expect(dialog.get_by_text("One moment")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(dialog.locator("iframe")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_any_other_site_is_refused(listed: str, sites: tuple[str, str], chromium: Browser, product: Product) -> None:
    """The same page elsewhere, in a browser of which it is no fault to say so."""
    page, said = chromium.new_page(locale="en-GB"), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{sites[1]}/inline/")
    link = page.get_by_role("link", name="Book in a new tab")
    expect(link).to_have_attribute("href", f"{product.url(SLUG)}book/?lang=en")
    assert page.frame_locator("iframe").get_by_role("heading").count() == 0
    assert any("frame-ancestors 'self'" in each for each in said)
    page.close()


def test_the_steps_in_a_frame_are_sound(product: Product, open_page: OpenPage, width: int) -> None:
    """By themselves, as axe looks at a page."""
    page = open_page(width)
    page.goto(product.url(SLUG, "/embed/?service=cut-finish"))
    for name in ("What would you like?", "Who would you like to see?", "When suits you?"):
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        check(page)
        page.locator("#step-form button[type=submit]:visible").click()
    page.goto(product.url("mind-department", "/embed/en/classes/"))
    check(page)


def test_without_a_script_the_steps_are_there(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, java_script_enabled=False)
    page.goto(product.url(SLUG, "/embed/?service=cut-finish"))
    for name in ("What would you like?", "Who would you like to see?", "When suits you?"):
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        if name == "When suits you?":
            page.locator(".slot").first.click()
        page.locator("#step-form button[type=submit]:visible").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Almost there")
    assert "/embed/en/book/details/" in page.url


def test_the_page_that_writes_it(listed: str, product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product)
    page.goto(product.url(SLUG, "/team/website/"))
    expect(page.get_by_label("Allowed sites")).to_have_value(listed)
    check(page)
    page.get_by_label("What does the button say?").fill("Reserve")
    page.get_by_label("What does the button say?").press("Enter")
    page.get_by_role("button", name="Reserve").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text("What would you like?")
    check(page)
    dialog.get_by_role("button", name="Close").click()
    page.get_by_label("What is it?").select_option("inline")
    expect(page.locator("#snippet")).to_contain_text('data-mode="inline"')
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text("What would you like?")
    check(page)
