"""A real browser on the real product. Every page that a test leaves is checked: no error on the console, no sideways
scroll."""

import datetime as dt
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, expect, sync_playwright

from tests.browser.axe import AXE_RULES, COLOUR_RULES, violations
from tests.browser.product import Product, running_product
from tests.openid import OpenIdProvider, running_provider

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTHS = {390: 844, 1280: 900}

# Until everything that fades once has faded.
FADED = """Promise.all(document.getAnimations()
    .filter((each) => each.effect.getTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => null))).then(() => true)"""

# A refused form is answered with its page and a status that says so, which Chromium puts on the console.
# So it is where htmx asked, which says it once more.
EXPECTED = ("status of 422", "status of 409", "status of 404", "status of 403", "Response Status Error Code")

# How pages looked when a test failed; what stood there is in the test's output.
RESULTS = Path(__file__).resolve().parents[2] / "test-results"

OpenPage = Callable[..., Page]
_failed = pytest.StashKey[bool]()

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture
def open_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
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
    for number, (page, faults) in enumerate(opened, 1):
        if request.node.stash[_failed]:
            _keep(page, re.sub(r"\W+", "-", f"{request.node.name} {number}"))
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
        faults = violations(page, rules)
        assert not faults, "\n".join([f"{page.url} in the {look}", *faults])
    page.emulate_media(color_scheme=scheme)


def go_on(page: Page) -> None:
    """Presses the one button that leads on: in the summary, or in the bar on phones."""
    page.wait_for_load_state()
    page.locator("#step-form button[type=submit]:visible").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def _keep(page: Page, name: str) -> None:
    with suppress(Error):  # it may be closed, or not answer any more
        for frame in page.frames:
            print(frame.url, frame.locator("body").inner_text(timeout=2000)[:2000], sep="\n")  # noqa: T201 - pytest shows it
        page.screenshot(path=RESULTS / f"{name}.png", timeout=5000)


def _fault_of(message: ConsoleMessage) -> list[str]:
    if message.type not in {"error", "warning"} or any(each in message.text for each in EXPECTED):
        return []
    return [f"{message.type}: {message.text}"]
