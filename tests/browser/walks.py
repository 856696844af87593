"""The ways through the pages that customers see: each leads to some of them, in every state, in any language."""

import re
from collections.abc import Callable
from pathlib import Path

from django.template.loader import render_to_string
from playwright.sync_api import expect

from tests.browser.bars import NOWHERE, Bars
from tests.browser.customer_steps import pick_a_time
from tests.browser.product import Product
from tests.browser.walking import (
    CLASSES,
    CLINIC,
    MOBILE,
    PASSWORD,
    SHOP,
    fill,
    fill_a_class,
    fill_a_day,
    link_in_mail,
    on,
    press,
    register,
    to_start,
    to_step,
)


def site(at: Bars, product: Product, language: str) -> None:
    for path in ("/", "/privacy/", "/terms/", "/offline/"):
        to_start(at.page, product, SHOP, language, path)
        at()
    for slug in (CLASSES, MOBILE):
        to_start(at.page, product, slug, language)
        at()


def faults(at: Bars, product: Product, language: str) -> None:
    """What is not there, what is our own fault (as it looks: nobody asks for it), and what was open for too long."""
    page = at.page
    to_start(page, product, SHOP, language, "/nothing/")
    at()
    served = re.findall(r'href="([^"]+\.css)"', page.content())
    body = render_to_string("errors/500.html")
    for name in re.findall(r'href="(/static/[^"]+\.css)"', body):
        body = body.replace(name, next(each for each in served if Path(name).stem in each))
    page.route("**/privacy/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(product.url(SHOP, "/privacy/"))
    at()
    to_start(page, product, SHOP, language, "/account/sign-in/")
    page.locator("main form [name=csrfmiddlewaretoken]").first.evaluate("each => each.value = 'no'")
    press(page, "main form [type=submit]")
    at()


def booking(at: Bars, product: Product, language: str) -> None:
    page = at.page
    to_start(page, product, SHOP, language, "/book/")
    at()
    to_start(page, product, SHOP, language, "/book/?service=cut-finish")
    page.locator(".choice:has(:checked) .extra input").first.check()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(".choice-l input[name=service]").nth(1).check()
    at()
    on(page)
    at()
    to_step(page, "time")
    at()
    page.locator(".month-b").click()
    at()


def details(at: Bars, product: Product, language: str) -> None:
    """From what has to be told to the end, with each thing that may go wrong on the way."""
    page, email = at.page, f"bars-{language}@mail.example"
    other = page.context.new_page()
    for each in (page, other):
        to_start(each, product, SHOP, language, "/book/?service=dry-trim")
        on(each)
        each.locator("input[name=staff]").nth(1).check(force=True)
        to_step(each, "time")
        pick_a_time(each, days_ahead=2)
        on(each)
    asked = other.url
    at()
    on(page)
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    at()
    fill(other, f"quick-{email}")
    on(other)
    fill(page, email)
    on(page)
    expect(page.get_by_role("alert")).to_be_visible()
    at()
    page.locator("input[name=start]").first.check(force=True)
    on(page)
    at()
    done = page.url
    page.goto(asked)
    at()
    page.goto(done)
    press(page, "main a[href*='/manage/']:not([href$='.ics'])")
    at()


def manage(at: Bars, product: Product, language: str) -> None:
    page, email = at.page, f"manage-{language}@mail.example"
    to_start(page, product, SHOP, language, "/book/?service=fringe")
    to_step(page, "time")
    pick_a_time(page, days_ahead=2)
    on(page)
    fill(page, email)
    on(page)
    page.goto(link_in_mail(page, product, email, "/m/"))
    at()
    press(page, "main a[href$='/move/']")
    at()
    pick_a_time(page, days_ahead=2, last=True)
    on(page)
    at()
    press(page, "main a[href$='/cancel/']")
    at()
    press(page, "main form [type=submit]")
    at()


def no_times(at: Bars, product: Product, language: str) -> None:
    """A day on which all is taken, one that is closed, and the line for the former."""
    page = at.page
    day, jo = fill_a_day(page, product)
    to_start(page, product, SHOP, language, "/book/?service=full-head")
    on(page)
    page.locator(f"input[name=staff][value='{jo}']").check(force=True)
    to_step(page, "time")
    page.goto(f"{page.url}&date={day}")
    expect(page.locator(".empty")).to_be_visible()
    at()
    press(page, "a[href*='/waitlist/join/']")
    at()
    press(page, "main form [type=submit]")
    at()
    fill(page, f"wait-{language}@mail.example")
    press(page, "main form [type=submit]")
    at()
    page.goto(link_in_mail(page, product, f"wait-{language}@mail.example", "/w/"))
    at()
    press(page, "main form [type=submit]")
    at()


def visit(at: Bars, product: Product, language: str) -> None:
    """Two services with somebody for each: in the steps, when done, and cancelled in part."""
    page = at.page
    to_start(page, product, SHOP, language, "/book/?service=dry-trim")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(".choice-l input[name=service]:not(:checked)").nth(1).check()
    on(page)
    page.locator("input[name=staff][value=each]").check(force=True)
    at()
    to_step(page, "time")
    at()
    pick_a_time(page, days_ahead=2)
    on(page)
    fill(page, f"visit-{language}@mail.example")
    on(page)
    at()
    press(page, "main a[href*='/manage/']:not([href$='.ics'])")
    at()
    press(page, "main a[href$='/cancel/']")
    at()
    page.locator("input[name=what]").last.check(force=True)
    press(page, "main form [type=submit]")
    at()


def clinic(at: Bars, product: Product, language: str) -> None:
    """Where only who is registered may book."""
    page = at.page
    to_start(page, product, CLINIC, language, "/book/")
    page.locator("input[name=service]").first.check()
    to_step(page, "time")
    at()
    pick_a_time(page, days_ahead=2)
    on(page)
    at()


def mobile(at: Bars, product: Product, language: str) -> None:
    """Where somebody comes to the customer: the postcode first, and how often."""
    page = at.page
    to_start(page, product, MOBILE, language, "/book/where/")
    at()
    page.locator("#f-postcode").fill("PL1 1AA")
    on(page)
    at()
    page.locator("#f-postcode").fill("M1 1RG")
    on(page)
    at()
    page.locator("input[name=service]").first.check()
    on(page)
    at()
    to_step(page, "time")
    press(page, ".often li:nth-child(2) a")
    at()
    pick_a_time(page, days_ahead=2)
    on(page)
    at()
    on(page)
    at()
    on(page)
    at()


def classes(at: Bars, product: Product, language: str) -> None:
    page = at.page
    full = fill_a_class(page, product)
    to_start(page, product, CLASSES, language, "/classes/")
    at()
    page.goto(product.url(CLASSES, "/classes/?from=2099-01-01"))
    expect(page.locator(".empty")).to_be_visible()
    at()
    page.goto(product.url(CLASSES, f"/classes/{full}/"))
    at()
    press(page, "main a[href*='/wait/']")
    at()
    for kind in ("sleep-course", "mindful-monday"):
        page.goto(product.url(CLASSES, f"/classes/?service={kind}"))
        press(page, ".ses h3 a")
        at()
    press(page, "main a[href*='/book/']")
    at()


def door(at: Bars, product: Product, language: str) -> None:
    """In: by password, by a link, by a new password, and for the first time."""
    page, email = at.page, f"door-{language}@mail.example"
    to_start(page, product, SHOP, language, "/account/sign-in/")
    at()
    page.locator("main [name=email]").fill(email)
    page.locator("main [name=password]").fill("wrong-horse")
    press(page, "main form [type=submit]")
    at()
    register(page, product, email, look=at)
    page.context.clear_cookies(name="sessionid")
    for count, path in enumerate(("/account/link/", "/account/reset/"), start=2):
        to_start(page, product, SHOP, language, path)
        at()
        page.locator("main [name=email]").fill(email)
        press(page, "main form [type=submit]")
        at()
        page.goto(link_in_mail(page, product, email, path, count=count))
        at()


def account(at: Bars, product: Product, language: str) -> None:
    page, email = at.page, f"own-{language}@mail.example"
    to_start(page, product, SHOP, language, "/account/register/")
    register(page, product, email, look=lambda: None)
    paths = ("", "profile/", "security/", "security/password/", "security/email/")
    for path in (*paths, "security/two-factor/", "erase/"):
        page.goto(product.url(SHOP, f"/account/{path}"))
        at()
    page.goto(product.url(SHOP, "/book/?service=fringe"))
    to_step(page, "time")
    pick_a_time(page, days_ahead=2)
    on(page)
    at()
    for name in ("terms", "privacy"):
        page.locator(f"input[name={name}]").check()
    on(page)
    for path in ("", "erase/"):
        page.goto(product.url(SHOP, f"/account/{path}"))
        at()


def erasure(at: Bars, product: Product, language: str) -> None:
    page = at.page
    to_start(page, product, SHOP, language, "/account/register/")
    register(page, product, f"gone-{language}@mail.example", look=lambda: None)
    page.goto(product.url(SHOP, "/account/erase/?sure=1"))
    press(page, "#again [type=submit]")
    at()
    page.locator("input[name=sure]").check()
    page.locator("#again [name=current_password]").fill(PASSWORD)
    press(page, "#again [type=submit]")
    at()


Walk = Callable[[Bars, Product, str], None]
OF_MANAGING = {"manage/<str:token>/", "manage/<str:token>/cancel/"}
OF_ACCOUNT = {f"account/{each}" for each in ("", "profile/", "security/", "security/password/", "security/email/")}
WALKS: dict[Walk, set[str]] = {
    site: {"", "privacy/", "terms/", "offline/"},
    faults: {NOWHERE, "account/sign-in/", "privacy/"},
    booking: {"book/", "book/professional/", "book/time/"},
    details: {"book/details/", "book/done/<str:token>/", "manage/<str:token>/"},
    manage: {"m/<str:token>/", "manage/<str:token>/move/", *OF_MANAGING},
    no_times: {"book/time/", "waitlist/join/", "waitlist/<str:token>/", "w/<str:token>/"},
    visit: {"book/professional/", "book/time/", "book/done/<str:token>/", *OF_MANAGING},
    clinic: {"book/time/", "book/details/"},
    mobile: {f"book/{each}" for each in ("", "where/", "professional/", "time/", "dates/", "details/")},
    classes: {"classes/", "classes/<uuid:session_id>/", "waitlist/join/", "book/details/"},
    door: {"account/sign-in/", "account/register/", "account/verify/<str:token>/"}
    | {f"account/{each}/{rest}" for each in ("link", "reset") for rest in ("", "<str:token>/")},
    account: OF_ACCOUNT | {"account/security/two-factor/", "account/erase/", "book/details/"},
    erasure: {"account/erase/", "account/erased/"},
}
