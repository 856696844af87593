"""The bars (`bars.py`), held against every page and state that customers see, in both directions of writing."""

from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.bars import NOWHERE, URLS, WIDTHS, Bars
from tests.browser.conftest import OpenPage
from tests.browser.product import Product
from tests.browser.walking import SHOP
from tests.browser.walks import WALKS, Walk

NO_PAGES = {"robots.txt", "sitemap.xml", "manifest.webmanifest", "card.png", "worker.js", "embed.js"}
NO_PAGES |= {"icon-192.png", "icon-512.png"}
NO_PAGES |= {"manage/<str:token>/booking.ics", "account/export/", "account/sign-out/"}  # files, and what only acts
NO_PAGES |= {"account/news/"}
NO_PAGES |= {"account/security/sign-ins/", "account/security/sign-ins/<uuid:sign_in_id>/"}
NO_PAGES |= {
    f"classes/<uuid:session_id>/{each}" for each in ("book/", "course/", "wait/", "card.png")
}  # lead on to steps

# Looked at on the way of another test, which has what it takes to come there.
ELSEWHERE = {
    "ui/": "test_guide.py",
    "manage/<str:token>/again/": "test_again.py",
    "unsubscribe/<str:token>/": "test_unsubscribing.py",
    "account/leave-team/": "test_people.py",
    "account/left/": "test_people.py",
    "account/sign-in/code/": "test_two_factor.py",
    "account/security/two-factor/setup/": "test_two_factor.py",
    "account/security/two-factor/recovery-codes/": "test_two_factor.py",
    "account/security/two-factor/off/": "test_two_factor.py",
    "account/social/finish/": "test_social.py",
    "account/social/<slug:provider>/": "test_social.py",
    "account/security/social/<uuid:identity_id>/remove/": "test_social.py",
    "account/security/social/<slug:provider>/": "test_social.py",
    "account/email/<str:token>/": "test_account.py",
    "account/email-undo/<str:token>/": "test_account.py",
}


def routes_of_business(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> set[str]:
    """Every address of a business's own domain but those of its team."""
    found: set[str] = set()
    for each in patterns if patterns is not None else get_resolver(URLS).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            found.add(route)
        elif route != "team/":
            found |= routes_of_business(each.url_patterns, route)
    return found


def test_every_page_has_been_asked_for() -> None:
    """A new address fails here until a walk leads there, or it is said why none does."""
    walked = set().union(*WALKS.values())
    assert routes_of_business() - NO_PAGES - set(ELSEWHERE) == walked - {NOWHERE}
    tests = Path(__file__).parent.parent
    for name in ELSEWHERE.values():
        assert list(tests.glob(f"*/{name}")), name


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_it_holds_on(product: Product, open_page: OpenPage, walk: Walk, language: str) -> None:
    at = Bars(open_page(390, color_scheme="light"))
    walk(at, product, language)
    direction = "rtl" if language == "ar" else "ltr"
    assert at.page.evaluate("document.documentElement.dir") == direction
    assert at.seen == WALKS[walk]


# Below every bar: too wide, too small, a picture without words, a focus that is not shown and one that is covered; what
# has no room for more text than it has, and what grows with the text and sticks.
BAD = """<!doctype html><html lang="en"><head><title>Bad</title><link rel="stylesheet" href="/big.css"><style>
  :root { color-scheme: light dark } p { color: light-dark(#000, #ccc); background: #ddd } a:focus { outline: none }
  .bar { position: fixed; inset: 0 0 auto; height: 7em; background: #fff } .wide { width: 2000px }
  button { width: 10px; height: 10px; padding: 0 } .cut { width: 200px; height: 24px; overflow: hidden }
  .low { width: 200px; height: 24px; margin: 0 } .low + p { margin: 0 }
</style><script src="/big.js"></script></head><body><div class="bar"></div><main><p><a href="/">Home</a></p><h1>Bad</h1>
  <p class="wide">Wide, and pale in the dark</p><p><button></button></p>
  <p class="cut">Thirty letters as wide as this</p>
  <p class="low">One line, more when larger</p><p>Right below</p></main></body></html>"""


def test_each_bar_notices(product: Product, open_page: OpenPage) -> None:
    """The control of all that follows: a page below each of them."""
    page = open_page(390)
    at = Bars(page)
    page.route("**/privacy/", lambda route: route.fulfill(body=BAD, content_type="text/html"))
    for name, kind in (("big.css", "text/css"), ("big.js", "text/javascript")):
        page.route(f"**/{name}", lambda route, kind=kind: route.fulfill(body=" " * 95_000, content_type=kind))
    page.goto(product.url(SHOP, "/privacy/"))
    with pytest.raises(AssertionError) as found:
        at()
    told = str(found.value)
    for name in ("in all", "Script", "Stylesheet"):
        assert f"bytes {name}, more than" in told
    for width in (*WIDTHS, 640):
        assert f"at {width} px: {2008 - width} px too wide" in told
    for fault in (
        "10 x 10 px: <button",
        "button-name",
        "does not show its focus: <a",
        "has the focus and is hidden: <a",
        "large text: at 320 px: 1688 px too wide",
        "large text: at 320 px: 224 of 640 px stick",
        'large text: at 390 px: cut off: <p class="cut"',
        'large text: at 390 px: out of its box: <p class="low"',
        "large text: at 390 px: over other text: <p",
        'spaced text: cut off: <p class="cut"',
    ):
        assert fault in told
    assert "px, dark: color-contrast" in told
    assert "px, light: color-contrast" not in told
