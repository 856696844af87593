"""The style guide shows the parts that pages are made of, in the look that one asks for, on a local machine."""

import re
from typing import Any

import pytest
from django.test import Client

from bookme.web.brand import brand_of
from bookme.web.guide.page import icons
from bookme.web.guide.parts import PARTS, TEMPLATES
from bookme.web.guide.tokens import PAIRS
from tests.web.conftest import Shop, Visitor, page_of

# Parts of other parts, and the trap that no one is to see.
_WITHIN = {"error", "guard", "icon", "toasts"}


@pytest.fixture
def platform(client: Client, settings: Any) -> Client:
    settings.LOCAL_MODE = True
    client.defaults["HTTP_HOST"] = settings.PLATFORM_HOST
    return client


def test_it_is_there_only_in_local_mode(visitor: Visitor, platform: Client, settings: Any) -> None:
    for get in (platform.get, visitor.get):
        settings.LOCAL_MODE = True
        assert get("/ui/").status_code == 200
        settings.LOCAL_MODE = False
        assert get("/ui/").status_code == 404
    assert platform.post("/ui/").status_code == 404


def test_it_has_the_look_of_its_host_or_of_what_is_asked_for(visitor: Visitor, platform: Client, shop: Shop) -> None:
    own = shop.tenant.config.branding.primary_color
    page = page_of(visitor.get("/ui/"))
    assert brand_of(own).light.brand in page
    assert 'dir="ltr" data-theme="auto"' in page
    asked = {"color": "#AA3366", "dir": "rtl", "theme": "dark"}
    for page in (page_of(visitor.get("/ui/", **asked)), page_of(platform.get("/ui/", asked))):
        assert brand_of("#aa3366").css() in page
        assert 'lang="en" dir="rtl" data-theme="dark"' in page
        assert 'value="#AA3366"' in page


@pytest.mark.parametrize("color", ["", "red", "#fff", "#aa3366;}", "#aa3366}</style><script>", "#gggggg", "#" * 5000])
def test_what_is_no_colour_changes_nothing(platform: Client, color: str) -> None:
    usual = page_of(platform.get("/ui/"))
    page = page_of(platform.get("/ui/", {"color": color, "theme": "x", "dir": "<b>"}))
    assert _look(page) == _look(usual)


def test_every_part_is_shown_with_the_markup_to_copy(platform: Client) -> None:
    page = page_of(platform.get("/ui/"))
    parts = {each.stem for each in (TEMPLATES / "cotton").glob("*.html")}
    written = " ".join(example.markup for part in PARTS for example in part.examples)
    assert {each for each in parts - _WITHIN if f"<c-{each}" not in written} == set()
    assert page.count('class="ui-demo') == sum(len(part.examples) for part in PARTS)
    assert "&lt;c-button&gt;Book&lt;/c-button&gt;" in page
    assert "<c-" not in page
    files = {each.stem for each in (TEMPLATES / "guide/parts").glob("*.html")}
    assert files == {example.name for part in PARTS for example in part.examples}


def test_contrasts_are_measured_and_icons_are_those_in_use(platform: Client) -> None:
    page = page_of(platform.get("/ui/"))
    assert len(re.findall(r'class="ui-pair[ "]', page)) == len(PAIRS)
    assert {"arrow-left", "calendar-days"} <= set(icons())
    assert all(f">{name}</code>" in page for name in icons())


def test_a_form_that_is_shown_does_nothing(platform: Client) -> None:
    answer = platform.post("/ui/?dir=rtl")
    assert (answer.status_code, answer["Location"]) == (302, "/ui/?dir=rtl")


def _look(page: str) -> list[str]:
    return re.findall(r"<html[^>]*>|:root{.*?}", page)
