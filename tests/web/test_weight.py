"""What the pages weigh: the stylesheets and scripts that each links, compressed as they are served."""

import re
from functools import lru_cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from whitenoise.compress import Compressor

from bookme import web
from tests.web.conftest import Shop, Visitor, page_of

TEMPLATES = Path(web.__file__).parent / "templates"
CSS_BYTES = 12 * 1024
JS_BYTES = 25 * 1024
_EXTENDS = re.compile(r"{%\s*extends\s+(\S+)\s*%}")
_LINKED = re.compile(r"{% static '([^']+\.(?:css|js))' %}")
_LAYOUTS = ("door.html", "shell.html", "page.html")


def pages() -> list[str]:
    """Every template that is a page, or a page's layout."""
    found = (each.relative_to(TEMPLATES) for each in TEMPLATES.rglob("*.html"))
    return sorted(str(each) for each in found if _EXTENDS.search((TEMPLATES / each).read_text()))


def linked(name: str) -> set[frozenset[str]]:
    """The stylesheets and scripts of a page; several sets where its layout is chosen when it is shown."""
    text = (TEMPLATES / name).read_text()
    extends = _EXTENDS.search(text)
    if extends is None:
        return {frozenset(_LINKED.findall(text))}
    layouts = [extends[1].strip("\"'")]
    if extends[1][0] not in "\"'":
        folder = Path(name).parent
        layouts = [str(folder / each) for each in _LAYOUTS if (TEMPLATES / folder / each).exists()]
    return {_with_blocks(text, above, layout) for layout in layouts for above in linked(layout)}


def weight(files: frozenset[str], suffix: str) -> int:
    return sum(_compressed(each) for each in files if each.endswith(suffix))


@pytest.mark.parametrize("name", pages())
def test_no_page_links_too_much(name: str) -> None:
    for files in linked(name):
        assert "bm/core.css" in files
        assert weight(files, ".css") <= CSS_BYTES, sorted(files)
        assert weight(files, ".js") <= JS_BYTES, sorted(files)


def test_what_is_counted_is_what_a_page_links(visitor: Visitor, shop: Shop) -> None:
    for path, name in (("/", "business/home.html"), ("/book/", "booking/services.html")):
        page = page_of(visitor.get(path))
        shown = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
        assert {frozenset(shown)} == linked(name)
        assert len(shown) == len(set(shown))
    assert weight(frozenset(shown), ".css") > 5000
    assert weight(frozenset(shown), ".js") > 10_000


def test_in_a_frame_it_is_not_too_much_either(visitor: Visitor, shop: Shop) -> None:
    for path in ("/embed/en/book/", "/embed/en/classes/"):
        shown = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page_of(visitor.get(path)))
        assert {"bm/frame.css", "bm/frame.js"} <= set(shown)
        assert weight(frozenset(shown), ".css") <= CSS_BYTES
        assert weight(frozenset(shown), ".js") <= JS_BYTES


def test_every_stylesheet_and_script_is_linked() -> None:
    of_pages = {each for name in pages() for files in linked(name) for each in files}
    of_pages |= set(_LINKED.findall((TEMPLATES / "widget/_head.html").read_text()))
    ours = {f"bm/{each.name}" for each in (Path(web.__file__).parent / "static/bm").glob("*.[cj]s*")}
    assert ours - of_pages == set()


def _with_blocks(text: str, above: frozenset[str], layout: str) -> frozenset[str]:
    """What the page has of its own, with what of its layout it keeps."""
    kept = above
    for suffix in ("css", "js"):
        block = re.search(r"{% block " + suffix + r" %}(.*?){% endblock %}", text, re.DOTALL)
        if block is None:
            continue
        own = frozenset(_LINKED.findall(block[1]))
        base = frozenset() if "block.super" in block[1] else _in_block(layout, suffix)
        kept = (kept - base) | own
    return kept


def _in_block(layout: str, suffix: str) -> frozenset[str]:
    """What the layouts above put into that block, which is replaced as a whole."""
    found: set[str] = set()
    name: str | None = layout
    while name is not None:
        text = (TEMPLATES / name).read_text()
        for block in re.findall(r"{% block " + suffix + r" %}(.*?){% endblock %}", text, re.DOTALL):
            found |= set(_LINKED.findall(block))
        extends = _EXTENDS.search(text)
        name = extends[1].strip("\"'") if extends else None
    return frozenset(found)


@lru_cache(maxsize=64)
def _compressed(path: str) -> int:
    found = finders.find(path)
    assert found, path
    return len(Compressor.compress_brotli(Path(found).read_bytes()))
