"""The first steps: where to, how often, and in whose time."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.customer_steps import FREE_DAYS, fill_in, phone_of, pick_a_time, start, start_at_home
from tests.browser.product import Product
from tests.browser.walking import roomy_class

CALL = "Introductory call"


def to_times(page: Page) -> None:
    go_on(page)
    heading(page, "Who would you like to see?")
    go_on(page)
    heading(page, "When suits you?")


def test_every_two_weeks_in_one_go(product: Product, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(width, color_scheme=scheme)
    start_at_home(page, product, "valclean", "Regular clean", postcode="M1 1RG")
    page.get_by_role("button", name=re.compile("^M1 1RG")).click()
    page.get_by_label("Your postcode").fill("M2 5DB")
    go_on(page)
    heading(page, "What would you like?")
    expect(page.get_by_role("checkbox", name=re.compile("^Regular clean"))).to_be_checked()
    to_times(page)
    page.get_by_role("link", name="Every 2 weeks").click()
    expect(page.get_by_role("link", name="Every 2 weeks")).to_have_attribute("aria-current", "true")
    pick_a_time(page)
    go_on(page)
    heading(page, "Do these dates suit you?")
    expect(page.locator(".date-list > li")).to_have_count(4)
    page.get_by_role("link", name="One visit fewer").click()
    expect(page.locator(".date-list > li")).to_have_count(3)
    check(page)
    left_out = page.locator(".date-list > li").last
    if left_out.get_by_role("checkbox").count():
        left_out.get_by_role("checkbox").uncheck()
        expect(page.locator("#sr-status")).to_contain_text("Regular clean")
    go_on(page)
    expect(page.locator(".dates li")).to_have_count(2)
    check(page)
    page.get_by_label("Address").fill("1 Piccadilly")
    page.get_by_label("Town").fill("Manchester")
    page.get_by_label("Bedrooms").fill("2")
    page.get_by_label("How do we get in?").select_option("Key safe")
    fill_in(page, email=f"often-{width}-{scheme}@mail.example")
    go_on(page)
    heading(page, "Requested")
    expect(page.get_by_text(re.compile("^2 visits, every 2 weeks on")).first).to_be_visible()
    check(page)


def test_online_in_the_visitor_s_own_time(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width, timezone_id="Europe/Helsinki")
    start(page, product, "mind-department", CALL)
    to_times(page)
    expect(page.get_by_text("Your time: Helsinki time")).to_be_visible()
    check(page)
    pick_a_time(page)
    label = page.locator(".slot:has(:checked)").inner_text().split()
    own, there = (int(each.partition(":")[0]) for each in label[:2])
    assert own - there == 2
    page.locator(".zone summary").click()
    page.get_by_label("Where are you?").select_option(label="Tokyo")
    check(page)
    page.get_by_role("button", name="Show my times").click()
    expect(page.get_by_text("Your time: Tokyo time")).to_be_visible()
    shared = page.url
    pick_a_time(page)
    go_on(page)
    heading(page, "Almost there")
    expect(page.locator(".recap")).to_contain_text("for you (Tokyo)")
    fill_in(page, email=f"far-{width}@mail.example")
    go_on(page)
    heading(page, "See you soon, Mia")
    expect(page.locator(".facts")).to_contain_text("for you (Tokyo)")
    check(page)
    friend = open_page(width, timezone_id="Europe/Paris")
    friend.goto(shared)
    expect(friend.get_by_text("Your time: Paris time")).to_be_visible()
    at_home = open_page(width, timezone_id="Europe/London")
    at_home.goto(shared)
    expect(at_home.locator(".zone summary")).to_contain_text("London time")
    expect(at_home.locator(".slot small")).to_have_count(0)


def test_a_zone_is_picked_without_javascript(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, java_script_enabled=False, timezone_id="Europe/Helsinki")
    start(page, product, "mind-department", CALL)
    to_times(page)
    expect(page.locator(".zone summary")).to_contain_text("London time")
    page.locator(".zone summary").click()
    page.get_by_label("Where are you?").select_option(label="Helsinki")
    page.get_by_role("button", name="Show my times").click()
    expect(page.locator(".zone summary")).to_contain_text("Your time: Helsinki time")
    page.locator(FREE_DAYS).last.click()
    page.wait_for_url(re.compile("date="))
    page.locator(".slot").first.click()
    go_on(page)
    expect(page.locator(".recap")).to_contain_text("for you (Helsinki)")


def test_the_chips_tell_which_category_is_read(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.goto(product.url("house-of-hair", "/book/"))
    chips = page.get_by_role("navigation", name="Categories").get_by_role("link")
    page.wait_for_load_state("load")
    chips.nth(1).click()
    expect(chips.nth(1)).to_have_attribute("aria-current", "true")
    expect(chips.first).not_to_have_attribute("aria-current", "true")
    check(page)


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_another_language_keeps_what_was_typed(product: Product, open_page: OpenPage, *, has_script: bool) -> None:
    page = open_page(390, java_script_enabled=has_script)
    page.goto(product.url("house-of-hair", "/book/?service=fringe"))
    for name in ("professional", "time"):
        go_on(page)
        expect(page).to_have_url(re.compile(f"/book/{name}/"))
    page.locator(".strip a.is-plenty").nth(3).click()
    page.locator(".slot").first.click()
    wanted = page.locator(".slot:has(:checked) input").get_attribute("value")
    page.locator("button[name=lang][value=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".slot:has(:checked) input")).to_have_value(str(wanted))
    if has_script:
        check(page)
    go_on(page)
    page.locator("[name=name]").fill("Mia Thompson")
    page.locator("[name=email]").fill("tongues@mail.example")
    page.locator("input[name=terms]").check()
    page.get_by_role("button", name="English").click()
    heading(page, "Almost there")
    expect(page.get_by_label("Your name")).to_have_value("Mia Thompson")
    expect(page.get_by_label("I agree to the terms")).to_be_checked()
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    page.get_by_label("My details may be used").check()
    page.get_by_label("Phone").fill(phone_of("tongues@mail.example"))
    go_on(page)
    heading(page, "See you soon, Mia")


def test_another_language_of_a_class_keeps_how_many_come(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280)
    page.goto(product.url("mind-department", f"/classes/{roomy_class(page, product)['id']}/"))
    page.locator("#more").click()
    expect(page.locator(".places .count b")).to_have_text("2")
    page.locator("a[hreflang=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".places .count b")).to_have_text("2")
