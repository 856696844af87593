"""Cuts small Latin subsets out of the Inter files that django-unfold ships: 111 KB become about 20 KB a weight.

Works for `runserver`-like serving and `collectstatic` alike. If the source moves, pages fall back to the system's
font; Arabic always uses the system's.
"""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage, Storage
from fontTools import subset

PREFIX = "bm/fonts"
WEIGHTS = {"400": "Regular", "600": "SemiBold"}
UNICODES = "U+0020-007E,U+00A0-017F,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2190-2193,U+2212"
# It tells every glyph that it keeps.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FEATURES = ["kern", "liga", "calt", "tnum", "ccmp", "locl", "mark"]


class SubsetFontFinder(finders.BaseFinder):
    """Finds `bm/fonts/inter-400.woff2` and `bm/fonts/inter-600.woff2`, making them on first use."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.folder = Path(settings.FONT_CACHE_DIR)
        self.storage = FileSystemStorage(location=str(self.folder))
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        folder, _, name = path.rpartition("/")
        weight = next((each for each in WEIGHTS if _file_name(each) == name), None)
        if folder != PREFIX or weight is None:
            return []
        self._make(weight)
        found = self.folder / name
        if not found.exists():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for weight in WEIGHTS:
            self._make(weight)
            if (self.folder / _file_name(weight)).exists():
                yield _file_name(weight), self.storage

    def _make(self, weight: str) -> None:
        target = self.folder / _file_name(weight)
        if target.exists():
            return
        source = finders.find(f"unfold/fonts/inter/Inter-{WEIGHTS[weight]}.woff2")
        if source:
            _cut(Path(str(source)), target)


def _file_name(weight: str) -> str:
    return f"inter-{weight}.woff2"


def _cut(source: Path, target: Path) -> None:
    """Written aside and renamed: two processes may do this at once, and none may serve half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    options = subset.Options(flavor="woff2", layout_features=FEATURES)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(UNICODES))
    handle, aside = tempfile.mkstemp(dir=target.parent, suffix=".woff2")
    os.close(handle)
    with subset.load_font(str(source), options) as font:
        cutter.subset(font)
        subset.save_font(font, aside, options)
    os.chmod(aside, 0o644)
    os.replace(aside, target)
