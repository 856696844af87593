"""How a browser gets on through the pages that customers see, in any language: by names of fields, never by words."""

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

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


def roomy_class(page: Page, product: Product) -> dict[str, Any]:
    """The first session with places for several."""
    sessions = ask(page, product, CLASSES, "sessions/")["results"]
    found: dict[str, Any] = next(each for each in sessions if each["seats_left"] >= 4)
    return found


def fill_a_class(page: Page, product: Product) -> str:
    """The id of a session with no place left."""
    sessions = ask(page, product, CLASSES, "sessions/")["results"]
    session = next(each for each in sessions if each["service_name"] == "Breathwork")
    for number, taken in enumerate(range(0, session["seats_left"], 4)):
        people = min(session["seats_left"] - taken, 4)
        book_by_api(page, product, CLASSES, number, session=session["id"], party_size=people)
    return str(session["id"])


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
