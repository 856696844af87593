"""What people see where a part of a page does not come, and how they go on."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, check, go_on, heading
from tests.browser.customer_steps import FREE_DAYS, start
from tests.browser.product import Product
from tests.browser.walking import SHOP, to_step


class Failing:
    """What htmx asks for fails, or is held until it is let go."""

    def __init__(self, page: Page) -> None:
        self.is_held = False
        self.held: list[Route] = []
        page.route("**/book/**", self._answer)

    def _answer(self, route: Route) -> None:
        if "hx-request" not in route.request.headers:
            route.continue_()
        elif self.is_held:
            self.held.append(route)
        else:
            route.fulfill(status=404, body="no")


def test_times_that_do_not_come_are_tried_again(product: Product, open_page: OpenPage) -> None:
    page = open_page(390)
    start(page, product, SHOP, "Fringe trim")
    to_step(page, "time")
    failing = Failing(page)
    days = page.locator(FREE_DAYS)
    wanted = days.nth(1).get_attribute("href")
    days.nth(1).click()
    error = page.get_by_role("alert").filter(has_text="This could not be loaded.")
    expect(error).to_be_visible()
    again = error.get_by_role("link", name="Try again")
    expect(again).to_be_focused()
    expect(again).to_have_attribute("href", str(wanted))
    check(page)
    failing.is_held = True
    days.nth(2).click()
    expect(error).to_be_hidden()
    failing.held[0].continue_()
    expect(days.nth(2)).to_have_attribute("aria-current", "date")


def test_a_sum_that_does_not_come_is_not_told_wrong(product: Product, open_page: OpenPage) -> None:
    page = open_page(390)
    start(page, product, SHOP, "Fringe trim")
    bar = page.locator("#bar")
    expect(bar).to_contain_text("£12")
    Failing(page)
    page.get_by_role("checkbox", name=re.compile("^Dry trim")).check()
    expect(bar).to_contain_text("The sum could not be fetched. Go on: the next step has it.")
    expect(bar.get_by_text("£12")).to_be_hidden()
    check(page)
    go_on(page)
    heading(page, "Who would you like to see?")
    expect(bar).to_contain_text("£44")
