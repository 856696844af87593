"""What is hard to show: names that are one long word, and colours of the system's own."""

from playwright.sync_api import Page, expect

from tests.browser.bars import TOO_WIDE
from tests.browser.conftest import OpenPage
from tests.browser.customer_steps import fill_in, pick_a_time, start
from tests.browser.product import Product
from tests.browser.walking import SHOP, on, press, to_step

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

# Names that a business or a customer gives, wherever a page has them.
NAMES = (
    "h1, h3, .brand .b, .choice-t b, .choice-t small, .rows b, .svcs b, .facts b, .facts small, .recap b, label.label"
)


def named_at_length(page: Page) -> None:
    """As if everything here had such a name."""
    page.wait_for_load_state()
    found = page.evaluate(
        "([names, text]) => [...document.querySelectorAll(names)].filter((each) => !each.closest('.num')"
        " && !each.matches('.num')).map((each) => { each.textContent = text; }).length",
        [NAMES, LONG],
    )
    assert found
    assert page.evaluate(TOO_WIDE) <= 0, page.url
    for each in page.locator(".icb:visible").all():
        box = each.bounding_box()
        assert box is not None
        assert box["width"] >= 36


def test_a_name_of_one_long_word_is_broken_where_it_is_narrow(product: Product, open_page: OpenPage) -> None:
    page = open_page(320)
    page.goto(product.url(SHOP))
    named_at_length(page)
    start(page, product, SHOP, "Fringe trim")
    named_at_length(page)
    page.reload()
    for name in ("professional", "time"):
        to_step(page, name)
        named_at_length(page)
        page.reload()
    pick_a_time(page, days_ahead=2)
    on(page)
    named_at_length(page)
    page.reload()
    fill_in(page, email="long-word@mail.example")
    on(page)
    named_at_length(page)
    page.reload()
    press(page, "main a[href*='/manage/']:not([href$='.ics'])")
    named_at_length(page)
    press(page, "main a[href$='/cancel/']")
    named_at_length(page)


def test_in_colours_of_the_system_s_own_what_is_chosen_shows(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, forced_colors="active", color_scheme="light")
    start(page, product, SHOP, "Fringe trim")
    boxes = ".choice-l [type=checkbox]"
    differs(page, f"{boxes}:checked", f"{boxes}:not(:checked)")
    to_step(page, "time")
    pick_a_time(page, days_ahead=2)
    differs(page, ".slot :checked + span", ".slot :not(:checked) + span")
    differs(page, ".strip-day[aria-current]", ".strip-day[href]:not([aria-current])")
    expect(page.locator("#step-form button[type=submit]:visible")).to_have_css("border-top-width", "1px")


def differs(page: Page, chosen: str, other: str) -> None:
    look = "(each) => { const css = getComputedStyle(each); return css.backgroundColor + css.borderTopWidth; }"
    here, there = (page.locator(each).first.evaluate(look) for each in (chosen, other))
    assert here != there, chosen
    assert not there.endswith("0px"), other
