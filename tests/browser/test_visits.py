"""Several services in one go, and what repeats, in a real browser: booked, looked at, moved and cancelled so far."""

import datetime as dt
import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.product import Product
from tests.browser.team_steps import choose_a_time, sign_in

API = "/t/house-of-hair/api/v1/"
CONSENTS = {"terms": True, "privacy": True}


def get(page: Page, product: Product, path: str) -> dict[str, object]:
    answer = page.request.get(product.url(path=API + path))
    assert answer.ok, answer.text()
    found: dict[str, object] = answer.json()
    return found


def visit_booked(page: Page, product: Product, email: str) -> str:
    """A dry trim and a fringe trim, by the API, on the first day that has both; the address behind its link."""
    found = get(page, product, "services/?page_size=100")["results"]
    assert isinstance(found, list)
    services = [each["id"] for key in ("dry-trim", "fringe") for each in found if each["key"] == key]
    first = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)
    span = f"from={first}&to={first + dt.timedelta(days=20)}"
    slots = get(page, product, f"visits/available-slots/?service={services[0]}&service={services[1]}&{span}")
    assert isinstance(slots["days"], list)
    start = next(slot["start"] for day in slots["days"] for slot in day["slots"])
    body = {
        "items": [{"service": each} for each in services],
        "start": start,
        "customer": {"name": "Mia Laurent", "email": email},
        "consents": CONSENTS,
    }
    url = product.url(path=f"{API}visits/")
    answer = page.request.post(url, data=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status == 201, answer.text()
    return product.url("house-of-hair", f"/manage/{answer.json()['manage_token']}/")


def test_a_visit_is_moved_as_one_and_cancelled_in_part(product: Product, open_page: OpenPage) -> None:
    page = open_page(390)
    page.goto(visit_booked(page, product, "visit@mail.example"))
    heading(page, "Your visit")
    expect(page.locator(".svcs li")).to_have_count(2)
    check(page)
    page.get_by_role("link", name="Move").click()
    heading(page, "When suits you better?")
    check(page)
    page.locator(".slot").last.click()
    go_on(page)
    expect(page.get_by_text("Moved. This is your new time.")).to_be_visible()
    page.get_by_role("link", name="Cancel", exact=True).click()
    check(page)
    page.get_by_label("Only Fringe trim").check(force=True)
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator(".svcs .is-gone")).to_have_count(1)
    check(page)


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
def test_a_caller_comes_every_week(product: Product, open_page: OpenPage, width: int, *, with_script: bool) -> None:
    page, name = open_page(width, java_script_enabled=with_script), f"Ivy {width} {with_script}"
    sign_in(page, product)
    choose_a_time(page, product, "Dry trim")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Repeat").click()
    page.get_by_label("How many dates").fill("3")
    page.get_by_role("button", name="Show the dates").click()
    expect(page.locator(".rep-i")).to_have_count(3)
    if with_script:
        check(page)
    picked = page.locator(".rep input[type=checkbox]").count()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").last.fill(name)
    if with_script:
        check(page)
    page.get_by_role("button", name=re.compile(r"^Book \d date")).click()
    heading(page, name)
    expect(page.get_by_text(re.compile(rf"{name} is booked on {picked} date"))).to_be_visible()
    expect(page.get_by_role("heading", name="Series")).to_be_visible()
    if not with_script:
        return
    check(page)
    page.get_by_role("link", name="Move").click()
    page.get_by_role("link", name=re.compile("still to come$")).click()
    check(page)
    page.goto(page.url.partition("move-visit")[0])
    page.locator("summary").filter(has_text="Cancel booking").click()
    page.get_by_label(re.compile("still to come")).check()
    check(page)
    page.locator(".why-f").get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_text(f"{picked} dates of {name} are cancelled.")).to_be_visible()
