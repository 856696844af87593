"""What the team does in a day, in a real browser on the real product."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, heading
from tests.browser.product import Product
from tests.browser.team_steps import book, choose_a_time, sign_in
from tests.browser.walking import roomy_class

API = "/t/valclean/api/v1/"


def test_a_caller_is_booked_moved_cancelled_and_back(product: Product, open_page: OpenPage, width: int) -> None:
    page, name = open_page(width), f"Cleo {width}"
    page.goto(product.url("house-of-hair", "/team/"))
    check(page)
    sign_in(page, product)
    check(page)
    book(page, product, name)
    expect(page.get_by_text(f"{name} is booked.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Move").click()
    check(page)
    page.locator(".slot").last.click()
    page.get_by_role("button", name="Move booking").click()
    expect(page.get_by_text(re.compile("^Moved by"))).to_be_visible()
    page.locator("summary").filter(has_text="Cancel booking").click()
    page.get_by_label("Reason").fill("She called: ill")
    page.locator(".why-f").get_by_role("button", name="Cancel booking").click()
    expect(page.locator(".head-card .pill")).to_have_text("Cancelled")
    check(page)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".head-card .pill")).to_have_text("Confirmed")


def test_a_time_that_is_not_offered_is_confirmed_and_ends_later(
    product: Product, open_page: OpenPage, width: int
) -> None:
    page, name = open_page(width), f"Fay {width}"
    hour = 20 + (width > 600)  # each in an evening hour of their own
    sign_in(page, product)
    choose_a_time(page, product, "Dry trim")
    page.locator("summary").filter(has_text="Another time").click()
    page.get_by_label("Time", exact=True).fill(f"{hour}:05")
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_text("This time is not offered.")).to_be_visible()
    page.get_by_label("Name").last.fill(name)
    check(page)
    page.get_by_label("Outside of the offered hours, on purpose").check()
    page.get_by_role("button", name="Book all the same").click()
    heading(page, name)
    page.locator("summary").filter(has_text="Ends at another time").click()
    page.get_by_label("Ends at", exact=True).fill(f"{hour}:50")
    check(page)
    page.get_by_role("button", name="Change the end").click()
    expect(page.get_by_text("Not in the hours of the person and the place.").first).to_be_visible()
    check(page)
    page.get_by_label("Outside of the offered hours, on purpose").check()
    page.get_by_role("button", name="Change all the same").click()
    expect(page.get_by_text(re.compile("^Lengthened by"))).to_be_visible()
    page.goto(product.url("house-of-hair", "/team/"))
    page.get_by_role("link", name="Block time").click()
    expect(page.get_by_label("Who", exact=True)).to_be_visible()
    check(page)


def test_somebody_known_is_found_while_typing(product: Product, open_page: OpenPage, width: int) -> None:
    page, name = open_page(width), f"Dora {width}"
    sign_in(page, product)
    book(page, product, name)
    choose_a_time(page, product, "Cut & finish")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Find a customer").press_sequentially(name.lower())
    page.locator("#found").get_by_role("link", name=name).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    check(page)


def test_time_off_names_what_still_stands(product: Product, open_page: OpenPage, width: int) -> None:
    page, name = open_page(width), f"Emma {width}"
    sign_in(page, product)
    book(page, product, name)
    day = page.locator(".head-card time").first.get_attribute("datetime") or ""
    page.goto(product.url("house-of-hair", "/team/away/"))
    page.locator("summary").filter(has_text="Add a closure").click()
    form = page.locator("details[open] form")
    form.get_by_label("Reason").fill(f"Painters {width}")
    form.get_by_label("First day").fill(day[:10])
    form.get_by_role("button", name="Save closure").click()
    entry = page.locator(".away-i").filter(has_text=f"Painters {width}")
    entry.locator("summary").click()
    expect(entry.get_by_role("link", name=name)).to_be_visible()
    check(page)
    entry.get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"Painters {width}")).to_have_count(0)


@pytest.mark.parametrize("path", ["requests/", "new/", "prices/", "hours/"])
def test_every_other_page_is_sound(product: Product, open_page: OpenPage, width: int, path: str) -> None:
    page = open_page(width)
    sign_in(page, product)
    page.goto(product.url("house-of-hair", f"/team/{path}"))
    check(page)
    for name in ("Change", "Dry trim"):
        link = page.locator("main").get_by_role("link", name=re.compile(f"^{name}"))
        if path in {"prices/", "hours/"} and link.count():
            link.first.click()
            check(page)
            break


def test_hours_are_changed_and_put_back(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/hours/"))
    page.get_by_role("link", name="Change Priya Nair").click()
    end = page.locator("[name=d2-0-end]")
    was = end.input_value()
    for value in ("06:00", was):
        end.fill(value)
        page.get_by_role("button", name="Save hours").click()
        expect(page.get_by_text("The hours of Priya Nair are saved.")).to_be_visible()
        page.get_by_role("link", name="Change Priya Nair").click()
        expect(end).to_have_value(value)


def test_a_class_and_who_comes(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product, "mind-department")
    session = roomy_class(page, product)
    page.goto(product.url("mind-department", f"/team/classes/?day={session['start'][:10]}"))
    page.locator(f"#s-{session['id']}").get_by_role("link", name="Add somebody").click()
    page.get_by_label("Name", exact=True).fill(f"Finn {width}")
    page.get_by_role("button", name="Book", exact=True).click()
    heading(page, f"Finn {width}")
    page.goto(product.url("mind-department", "/team/classes/"))
    check(page)


def test_it_works_without_javascript(product: Product, open_page: OpenPage, width: int) -> None:
    page, name = open_page(width, java_script_enabled=False), f"Gus {width}"
    sign_in(page, product)
    book(page, product, name)
    choose_a_time(page, product, "Cut & finish")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Find a customer").fill(name)
    page.get_by_role("button", name="Find").click()
    page.locator("#found").get_by_role("link", name=name).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)


def ask_for_a_clean(page: Page, product: Product, name: str) -> None:
    """A request of a customer's, by the API: this business confirms each by hand."""
    services = page.request.get(product.url(path=f"{API}services/")).json()["results"]
    today = dt.datetime.now(dt.UTC).date()
    query = f"service={services[0]['id']}&from={today + dt.timedelta(days=3)}&to={today + dt.timedelta(days=10)}"
    answer = page.request.get(product.url(path=f"{API}bookings/available-slots/?{query}&postcode=M1 1RG")).json()
    wanted = {
        "service": services[0]["id"],
        "start": next(slot["start"] for day in answer["days"] for slot in day["slots"]),
        "customer": {"name": name, "email": f"{name.lower().replace(' ', '-')}@mail.example", "phone": ""},
        "address": {"line1": "12 Elm Road", "city": "Manchester", "postcode": "M1 1RG"},
        "answers": {"bedrooms": 3, "access": "I will be home"},
        "consents": {"terms": True, "privacy": True},
        "notes": "The bell does not work.",
    }
    made = page.request.post(product.url(path=f"{API}bookings/"), data=wanted)
    assert made.status == 201, made.text()


def test_requests_are_answered(product: Product, open_page: OpenPage, width: int) -> None:
    page, name = open_page(width), f"Hana {width}"
    ask_for_a_clean(page, product, f"{name} yes")
    ask_for_a_clean(page, product, f"{name} no")
    sign_in(page, product, "valclean")
    page.get_by_role("link", name="Requests").locator("visible=true").click()
    expect(page.locator(".req").filter(has_text=name)).to_have_count(2)
    check(page)
    page.locator(".req").filter(has_text=f"{name} yes").get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(f"{name} yes is confirmed.")).to_be_visible()
    request = page.locator(".req").filter(has_text=f"{name} no")
    request.locator("summary").click()
    request.get_by_label("Reason").fill("We are full that week")
    request.get_by_role("button", name="Decline").click()
    expect(page.locator(".req").filter(has_text=name)).to_have_count(0)
    check(page)
