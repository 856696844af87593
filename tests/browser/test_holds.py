"""A place that is held for who waited, in a real browser: how it counts down, and what comes once it has run out."""

import datetime as dt
import json
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, heading
from tests.browser.product import Product

SLUG = "mind-department"
API = f"/t/{SLUG}/api/v1/"
CONSENTS = {"terms": True, "privacy": True}
SHIFTS = """
    window.shifts = 0;
    new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifts += each.value; })
        .observe({ type: "layout-shift", buffered: true });
"""
WIDTHS = """(text) => {
    const left = document.querySelector("[data-hold-left]");
    const before = left.textContent;
    left.textContent = text;
    const found = [...document.querySelectorAll(".held > *")].map((each) => each.offsetWidth);
    left.textContent = before;
    return found;
}"""


def offered(page: Page, product: Product) -> str:
    """The page of whoever waits for a full class, after somebody has cancelled."""
    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    path = f"{API}sessions/?from={first}&to={first + dt.timedelta(days=20)}"
    sessions = page.request.get(product.url(path=path)).json()["results"]
    session = next(each for each in sessions if each["course"] is None and 0 < each["seats_left"] <= 10)
    body = {
        "session": session["id"],
        "party_size": session["seats_left"],
        "customer": {"name": "Mia Laurent", "email": "all-of-them@mail.example"},
        "consents": CONSENTS,
    }
    url, headers = product.url(path=f"{API}bookings/"), {"Content-Type": "application/json"}
    booked = page.request.post(url, data=json.dumps(body), headers=headers)
    assert booked.status == 201, booked.text()
    page.goto(product.url(SLUG, f"/classes/{session['id']}/wait/"))
    page.get_by_label("Your name").fill("Ivy Lane")
    page.get_by_label("E-mail").fill("ivy-waits@mail.example")
    for box in page.locator(".consents input[required]").all():
        box.check()
    page.get_by_role("button", name="Join the waitlist").click()
    heading(page, "You are next in line")
    place = page.url.partition("?")[0]
    page.goto(product.url(SLUG, f"/manage/{booked.json()['manage_token']}/cancel/"))
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("Cancelled").first).to_be_visible()
    return place


def test_it_counts_down_and_says_what_comes_then(product: Product, open_page: OpenPage) -> None:
    place = offered(open_page(1280), product)
    page = open_page(390)
    page.add_init_script(SHIFTS)
    page.clock.install()
    page.goto(place)
    for _try in range(60):
        if page.get_by_role("heading", name="A place is free for you").is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    left, told = page.locator("[data-hold-left]"), page.locator("#sr-status")
    expect(left).to_have_text(re.compile(r"^\d:\d\d:\d\d$"))
    assert page.evaluate(WIDTHS, "1 h 59 min") == page.evaluate(WIDTHS, "1:59:59"), "nothing moves when it begins"
    check(page)
    page.evaluate("window.shifts = 0")  # what the look at other colours moved
    before = left.inner_text()
    page.clock.run_for(3000)
    assert left.inner_text() < before
    assert told.inner_text() == ""  # nobody is told of each second
    hours, minutes, seconds = (int(each) for each in left.inner_text().split(":"))
    rest = hours * 3600 + minutes * 60 + seconds
    page.clock.fast_forward((rest - 290) * 1000)
    expect(left).to_have_text(re.compile(r"^4:\d\d$"))
    expect(told).to_have_text("It is held for you for 5 minutes more.")
    assert page.evaluate("window.shifts") < 0.02
    page.clock.fast_forward(300_000)
    heading(page, "The offer ran out")
    expect(told).to_have_text("It is not held for you any more.")
    expect(page.get_by_role("button", name="Take the place")).to_be_hidden()
    expect(page.get_by_text("Held for you until")).to_be_hidden()
    check(page)
    page.get_by_role("link", name="Pick another time").click()
    expect(page).to_have_url(re.compile(r"/classes/\?service="))
    plain = open_page(390, java_script_enabled=False)
    plain.goto(place)
    expect(plain.get_by_text("Held for you until")).to_be_visible()
    expect(plain.locator("[data-hold-left]")).to_have_text("1 h 59 min")
    expect(plain.get_by_text("It is not held for you any more.")).to_be_hidden()
    plain.get_by_role("button", name="Turn it down").click()
    heading(plain, "You turned the place down")
