"""Every key of the file's format, as a path: `services[].requires[].kind`."""

from collections.abc import Iterator
from typing import Any

from bookme.onboarding.openapi import _inlined
from bookme.onboarding.validation.shape import config_schema


def keys_of_format() -> list[str]:
    schema = config_schema()
    return list(dict.fromkeys(_keys(_inlined({"type": "object", "properties": schema["properties"]}, schema["$defs"]))))


def _keys(part: Any, path: str = "") -> Iterator[str]:
    for name, inner in part.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here
        yield from _keys(inner, here)
    if "items" in part:
        yield from _keys(part["items"], f"{path}[]")
