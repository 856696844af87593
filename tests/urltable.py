"""Every operation of the API, read from the URL table: a new endpoint is in the tests that walk it by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

_ARGUMENT = re.compile(r"<(?:\w+:)?\w+>")


@dataclass(frozen=True)
class Operation:
    """`path` has `{}` in place of every argument, and begins without a slash."""

    method: str
    path: str
    view: type[Any]
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} /{self.path}"

    def url(self, *, ids: UUID, text: str = "unknown") -> str:
        """The path with that id in place of each UUID, and that text in place of each other argument."""
        return "/" + self.path.format(*(ids if kind == "uuid" else text for kind in self.arguments))


def operations(urlconf: str = settings.BUSINESS_URLCONF) -> list[Operation]:
    """Each method of each API view under `/api/v1/`."""
    found = [
        Operation(method, path, callback.cls, arguments)
        for path, arguments, callback in _callbacks(get_resolver(urlconf))
        if path.startswith("api/v1/") and issubclass(getattr(callback, "cls", object), APIView)
        for method in methods_of(callback.cls)
    ]
    return sorted(found, key=str)


def every_callback() -> Iterator[tuple[str, Any]]:
    """Path and callback of everything that any of our URL tables serves."""
    for urlconf in (settings.BUSINESS_URLCONF, settings.ROOT_URLCONF, settings.SWITCHED_URLCONF):
        for path, _arguments, callback in _callbacks(get_resolver(urlconf)):
            yield f"{urlconf}:{path}", callback


def methods_of(view: type[Any]) -> list[str]:
    return [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]


def _callbacks(
    resolver: URLResolver, before: str = "", kinds: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    for each in resolver.url_patterns:
        path, arguments = before, kinds
        for converter in each.pattern.converters.values():
            arguments = (*arguments, type(converter).__name__.removesuffix("Converter").lower())
        path += _ARGUMENT.sub("{}", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _callbacks(each, path, arguments)
        elif isinstance(each, URLPattern):
            yield path, arguments, each.callback
