"""The pages that are compared, and the landmarks of each: what is there on every day, at the same place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.conftest import WIDTHS, go_on, viewport
from tests.browser.looks.measure import keep, look_of
from tests.browser.product import Product
from tests.browser.team_steps import sign_in

SALON, CLASSES, BARBERS = "house-of-hair", "mind-department", "atlas-barbers"
_TOP = {"top": ".top-in", "brand": ".brand", "headline": "h1"}
_STEP = {**_TOP, "steps": ".steps", "summary": ".sum", "way on": "#step-form button[type=submit]"}
_TEAM = {"headline": "h1", "menu": ".side", "new": ".side .btn-primary", "tabs": ".tabs"}


@dataclass(frozen=True)
class Looked:
    """`lead` brings a visitor to the page; `options` are those of a browser context."""

    name: str
    lead: Callable[[Page, Product], None]
    landmarks: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)


def _to(slug: str, path: str) -> Callable[[Page, Product], None]:
    def lead(page: Page, product: Product) -> None:
        page.goto(product.url(slug, path))

    return lead


def _to_professional(page: Page, product: Product) -> None:
    page.goto(product.url(SALON, "/book/?service=cut-finish"))
    go_on(page)
    page.wait_for_url("**/professional/**")


def _to_time(page: Page, product: Product) -> None:
    _to_professional(page, product)
    go_on(page)
    page.wait_for_url("**/time/**")


def _to_details(page: Page, product: Product) -> None:
    """With somebody who was asked for: of anyone it may have to be said that they cost more than the lowest."""
    _to_professional(page, product)
    page.locator("input[name=staff]").nth(1).check(force=True)
    go_on(page)
    page.wait_for_url("**/time/**")
    if not page.locator(".slot").count():
        page.locator("#picker a:is(.is-few, .is-plenty):visible").first.click()
    page.locator(".slot input").first.check(force=True)
    go_on(page)
    page.wait_for_url("**/details/**")


PAGES = (
    Looked(
        "home",
        _to(SALON, "/"),
        {**_TOP, "cover": ".hero", "book": ".hero .btn", "services": "main h2", "service": ".rows a"},
    ),
    Looked(
        "home-dark-arabic",
        _to(BARBERS, "/"),
        {**_TOP, "cover": ".hero", "book": ".hero .btn", "services": "main h2"},
        {"locale": "ar-MA", "color_scheme": "dark"},
    ),
    Looked("services", _to(SALON, "/book/?service=cut-finish"), {**_STEP, "chips": ".chips", "service": ".choice"}),
    Looked("professional", _to_professional, {**_STEP, "anyone": ".choice", "picture": ".choice .av"}),
    Looked("time", _to_time, {**_STEP, "who": ".who", "month": ".month", "days": ".strip-wrap", "day": ".times-head"}),
    Looked("details", _to_details, {**_STEP, "recap": ".recap", "name": "#f-name", "email": "#f-email"}),
    Looked(
        "classes",
        _to(CLASSES, "/classes/?service=mindful-monday"),  # of one kind: which is the next depends on the day
        {**_TOP, "kinds": ".chips", "day": ".sday-h", "class": ".ses"},
    ),
    Looked(
        "frame",
        _to(SALON, "/embed/?service=cut-finish"),
        {"headline": "h1", "summary": ".sum", "service": ".choice", "way on": _STEP["way on"]},
    ),
    Looked(
        "sign-in",
        _to(SALON, "/account/sign-in/"),
        {**_TOP, "card": "main .card", "email": "input[type=email]", "go": "main .btn-primary"},
    ),
    Looked("agenda", sign_in, {**_TEAM, "headline": ".page-top", "days": ".strip", "people": ".chips"}),
)


def keep_looks(browser: Browser, product: Product) -> None:
    """Lets the pages look from now on as they do now."""
    for width in WIDTHS:
        for looked in PAGES:
            usual = {"locale": "en-GB", "reduced_motion": "reduce", "color_scheme": "light"}
            context = browser.new_context(viewport=viewport(width), **usual | dict(looked.options))
            page = context.new_page()
            looked.lead(page, product)
            keep(f"{looked.name}-{width}", look_of(page, looked.landmarks))
            context.close()
