"""The ways through the pages that customers see: each leads to some of them, in every state, in any language."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from tests.browser.bars import NOWHERE, Bars
from tests.browser.customer_steps import mails_to, phone_of
from tests.browser.product import Product

SHOP, CLASSES, MOBILE, CLINIC = "house-of-hair", "mind-department", "valclean", "rivermead-clinic"
PASSWORD = "correct-horse-battery"


def to_start(page: Page, product: Product, slug: str, language: str, path: str = "/") -> None:
    """The cookie of the language is set on the way, as the links between languages set it."""
    page.goto(product.url(slug, f"{path}{'&' if '?' in path else '?'}lang={language}"))


def press(page: Page, selector: str) -> None:
    """Presses what leads to another page, and waits for that."""
    with page.expect_navigation():
        page.locator(selector).filter(visible=True).first.click()


def on(page: Page) -> None:
    press(page, "#step-form button[type=submit]")


def to_step(page: Page, name: str) -> None:
    """Goes on by what is chosen already, until a step."""
    for _ in range(4):
        if f"/book/{name}/" in page.url:
            return
        on(page)
    raise AssertionError(f"no step {name} after {page.url}")


def fill(page: Page, email: str, **more: str) -> None:
    """By the names of the fields: the labels are in another language each time."""
    for name, value in {"name": "Mia Thompson", "email": email, "phone": phone_of(email), **more}.items():
        page.locator(f"[name='{name}']").fill(value)
    for name in ("terms", "privacy"):
        page.locator(f"input[name={name}]").check()


def take_a_time(page: Page, *, last: bool = False) -> None:
    times = page.locator(".slot")
    (times.last if last else times.first).click()


def link_in_mail(page: Page, product: Product, email: str, part: str, *, count: int = 1) -> str:
    for mail in mails_to(page, product, email, count=count):
        if found := re.search(rf"http://\S+{part}\S+/", mail["text"]):
            return found[0]
    raise AssertionError(f"no {part} in a mail to {email}")


def ask(page: Page, product: Product, slug: str, path: str, body: object = None) -> Any:
    """The public API, for what would take too many pages."""
    url, options = product.url(path=f"/t/{slug}/api/v1/{path}"), {"Content-Type": "application/json"}
    answer = page.request.get(url) if body is None else page.request.post(url, data=json.dumps(body), headers=options)
    assert answer.ok, answer.text()
    return answer.json()


def book_by_api(page: Page, product: Product, slug: str, number: int, **what: object) -> None:
    email = f"full{number}-{slug}@mail.example"
    customer = {"name": "Fay Full", "email": email, "phone": phone_of(email)}
    consents = {"terms": True, "privacy": True}
    ask(page, product, slug, "bookings/", {**what, "customer": customer, "consents": consents})


def fill_a_day(page: Page, product: Product) -> tuple[str, str]:
    """Jo's next free day for highlights, with all of it taken; the day and the id of Jo."""
    services = ask(page, product, SHOP, "services/?page_size=100")["results"]
    service = next(each["id"] for each in services if each["key"] == "full-head")
    jo = next(each["id"] for each in ask(page, product, SHOP, "staff/")["results"] if each["key"] == "jo")
    today = dt.datetime.now(dt.UTC).date()
    path = f"bookings/available-slots/?service={service}&staff={jo}"
    days = ask(page, product, SHOP, f"{path}&from={today}&to={today + dt.timedelta(days=20)}")["days"]
    day = next(each["date"] for each in days if each["slots"])
    for number in range(9):
        slots = ask(page, product, SHOP, f"{path}&from={day}&to={day}")["days"]
        starts = [slot["start"] for each in slots for slot in each["slots"]]
        if not starts:
            break
        book_by_api(page, product, SHOP, number, service=service, staff=jo, start=starts[0])
    return day, jo


def fill_a_class(page: Page, product: Product) -> str:
    """The id of a session with no place left."""
    sessions = ask(page, product, CLASSES, "sessions/")["results"]
    session = next(each for each in sessions if each["service_name"] == "Breathwork")
    for number, taken in enumerate(range(0, session["seats_left"], 4)):
        people = min(session["seats_left"] - taken, 4)
        book_by_api(page, product, CLASSES, number, session=session["id"], party_size=people)
    return str(session["id"])


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
        take_a_time(each)
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
    take_a_time(page)
    on(page)
    fill(page, email)
    on(page)
    page.goto(link_in_mail(page, product, email, "/m/"))
    at()
    press(page, "main a[href$='/move/']")
    at()
    take_a_time(page, last=True)
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
    take_a_time(page)
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
    take_a_time(page)
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
    take_a_time(page)
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


def register(page: Page, product: Product, email: str, *, look: Callable[[], None]) -> None:
    page.goto(product.url(SHOP, "/account/register/"))
    look()
    page.locator("main [name=name]").fill("Noa Levi")
    page.locator("main [name=email]").fill(email)
    press(page, "main form [type=submit]")
    look()
    page.goto(link_in_mail(page, product, email, "/account/verify/"))
    look()
    page.locator("main [name=password]").fill(PASSWORD)
    press(page, "main form [type=submit]")


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
    take_a_time(page)
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
