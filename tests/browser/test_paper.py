"""What is booked, on paper: a sheet of A4 or A5, black on white, with all that is needed and nothing to be tapped."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.product import Product
from tests.browser.test_visits import visit_booked

SHEET = re.compile(rb"/Type\s*/Page\b")
COLOURS = """() => [...document.querySelectorAll("main *")].filter((each) => each.checkVisibility())
    .flatMap((each) => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor])"""
NO_COLOURS = {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


def on_paper(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Add to calendar")).to_be_hidden()
    expect(page.get_by_text("21 Old Compton Street, London W1D 5JL")).to_be_visible()
    expect(page.get_by_text("Reference")).to_be_visible()
    expect(page.get_by_text("See, move or cancel it:")).to_be_visible()
    assert set(page.evaluate(COLOURS)) - NO_COLOURS == set()
    for size in ("A4", "A5"):
        assert len(SHEET.findall(page.pdf(format=size))) == 1


def test_a_visit_is_one_sheet(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, color_scheme="dark")
    url = visit_booked(page, product, "on-paper@mail.example")
    for each in (url, url.replace("/manage/", "/book/done/")):
        page.goto(each)
        expect(page.get_by_text("See, move or cancel it:")).to_be_hidden()
        on_paper(page)
        page.emulate_media(media="screen")
