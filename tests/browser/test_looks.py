"""Pages look as they did. After a change that is meant, `make gallery` keeps how they look (docs/design.md)."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.looks.measure import differences, kept, look_of
from tests.browser.looks.pages import PAGES, Looked
from tests.browser.product import Product

BREAKS = {
    "no stylesheet": "document.querySelectorAll('link[rel=stylesheet]').forEach((each) => each.remove())",
    "invisible text": "document.documentElement.style.setProperty('--ink', 'var(--bg)')",
    "a layout that falls apart": "document.querySelector('.hero').style.display = 'inline-block'",
}


@pytest.mark.parametrize("looked", PAGES, ids=lambda looked: looked.name)
def test_pages_look_as_they_did(product: Product, open_page: OpenPage, width: int, looked: Looked) -> None:
    page = open_page(width, **{"color_scheme": "light"} | dict(looked.options))
    looked.lead(page, product)
    seen = look_of(page, looked.landmarks)
    assert list(differences(kept(f"{looked.name}-{width}"), seen)) == []


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_page_is_noticed(product: Product, open_page: OpenPage, broken: str) -> None:
    page, looked = open_page(1280), PAGES[0]
    looked.lead(page, product)
    before = look_of(page, looked.landmarks)
    assert list(differences(before, look_of(page, looked.landmarks))) == []
    page.evaluate(BREAKS[broken])
    assert len(list(differences(before, look_of(page, looked.landmarks)))) >= 1
