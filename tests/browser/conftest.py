"""A real browser on the real product. Every page that a test leaves is checked: no error on the console, no sideways
scroll."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from tests.browser.product import Product, running_product
from tests.openid import OpenIdProvider, running_provider

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTHS = {390: 844, 1280: 900}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# In the other scheme all is as it was but the colours: of these rules alone the answer can be another.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# Until everything that fades once has faded.
FADED = """Promise.all(document.getAnimations()
    .filter((each) => each.effect.getTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => null))).then(() => true)"""

# A refused form is answered with its page and a status that says so, which Chromium puts on the console.
# So it is where htmx asked, which says it once more.
EXPECTED = ("status of 422", "status of 409", "status of 404", "status of 403", "Response Status Error Code")

OpenPage = Callable[..., Page]

# Two products and two browsers share the processors: what is waited for comes, only later.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session", autouse=True)
def _later() -> Iterator[None]:
    """As the product has it (as_served.py): on another day, and at another time of it, all must hold as well."""
    ahead = dt.timedelta(hours=float(os.environ.get("HOURS_AHEAD", "0")))
    if not ahead:
        yield
        return
    with time_machine.travel(dt.datetime.now(dt.UTC) + ahead):
        yield


@pytest.fixture(scope="session")
def google() -> Iterator[OpenIdProvider]:
    """It asks by a form who goes on, as nobody is signed in there."""
    with running_provider("google") as running:
        running.account = None
        yield running


@pytest.fixture(scope="session")
def apple() -> Iterator[OpenIdProvider]:
    """Ada is signed in there; it answers by a form that it sends from its own page."""
    with running_provider("apple") as running:
        yield running


@pytest.fixture(scope="session")
def product(google: OpenIdProvider, apple: OpenIdProvider) -> Iterator[Product]:
    with running_product(google.environment | apple.environment) as running:
        for each in (google, apple):
            each.redirect_uri = running.url(path=f"/social/{each.name}/callback/")
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Makes a page of some width; options are those of a browser context, such as `java_script_enabled`.

    Light on a desk and dark on a phone, unless `color_scheme` says otherwise.
    """
    opened: list[tuple[Page, list[str]]] = []

    def make(width: int = 390, **options: Any) -> Page:
        usual = {"locale": "en-GB", "reduced_motion": "reduce", "color_scheme": "dark" if width < 600 else "light"}
        context = chromium.new_context(viewport=viewport(width), **usual | options)
        page = context.new_page()
        page.set_default_timeout(30_000)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.extend(_fault_of(message)))
        opened.append((page, faults))
        return page

    yield make
    for page, faults in opened:
        page.context.close()
        assert faults == []


@pytest.fixture(params=WIDTHS, ids=lambda width: f"{width}px")
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


def viewport(width: int) -> Any:
    return {"width": width, "height": WIDTHS.get(width, 900)}


def check(page: Page) -> None:
    """Nothing for axe to find, be it light or dark, and nothing to scroll sideways for."""
    page.wait_for_load_state("load")
    # What is being swapped or faded is not what people read.
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    scheme, other = ("dark", "light") if is_dark else ("light", "dark")
    for look, rules in ((scheme, AXE_RULES), (other, COLOUR_RULES)):
        page.emulate_media(color_scheme=look)
        page.evaluate(FADED)
        results = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
        assert results.violations_count == 0, f"{page.url} in the {look}\n{results.generate_report()}"
    page.emulate_media(color_scheme=scheme)


def go_on(page: Page) -> None:
    """Presses the one button that leads on: in the summary, or in the bar on phones."""
    page.wait_for_load_state()
    page.locator("#step-form button[type=submit]:visible").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def _fault_of(message: ConsoleMessage) -> list[str]:
    if message.type not in {"error", "warning"} or any(each in message.text for each in EXPECTED):
        return []
    return [f"{message.type}: {message.text}"]
