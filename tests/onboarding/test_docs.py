"""What is said of the format is the format."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookme.onboarding.named import DEFAULTS
from bookme.onboarding.openapi import inlined
from bookme.onboarding.validation.shape import SETTINGS, config_schema

DOCUMENT = Path(__file__).parents[2] / "docs" / "client-config.md"


def _keys(part: Any, path: str = "") -> Iterator[str]:
    for name, inner in part.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here
        yield from _keys(inner, here)
    if "items" in part:
        yield from _keys(part["items"], f"{path}[]")


def test_every_key_is_documented_and_none_besides() -> None:
    schema = config_schema()
    keys = set(_keys(inlined({"properties": schema["properties"]}, schema["$defs"])))
    told = re.findall(r"^\| `([^`]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(keys)


def test_every_optional_key_of_an_entry_has_a_default() -> None:
    properties = config_schema()["properties"]
    for section, defaults in DEFAULTS.items():
        name = properties[section]["items"]["$ref"].removeprefix("#/$defs/")
        part = config_schema()["$defs"][name]
        assert set(defaults) == set(part["properties"]) - set(part["required"]), section


def test_every_setting_can_be_patched() -> None:
    rows = {name for name, part in config_schema()["properties"].items() if "$ref" in part.get("items", {})}
    assert set(config_schema()["properties"]) - rows - {"version", "slug", "kind", "domains", "reminders"} == set(
        SETTINGS
    ) - {"reminders"}
