"""What is said of the format is the format."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bookme.onboarding.named import DEFAULTS
from bookme.onboarding.openapi import inlined
from bookme.onboarding.validation.shape import SETTINGS, config_schema
from bookme.services.models import MAX_DURATION, MAX_PADDING
from bookme.services.rules import MAX_BOOKABLE, MAX_CAPACITY, MAX_REQUIREMENTS, MAX_STAFF_NEEDED
from bookme.staff.rules import MOST_BREAKS
from bookme.tenants.rules import MAX_FEE_STEPS, POLICY_BOUNDS, STEP_BOUNDS

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


def _part(*path: str) -> Any:
    """What the schema says of a path, references resolved."""
    schema = config_schema()
    part: Any = inlined({"properties": schema["properties"]}, schema["$defs"])
    for name in path:
        part = part["items"]["properties"][name] if "items" in part else part["properties"][name]
    return part


def test_the_schema_has_the_bounds_of_the_rules() -> None:
    steps = {("cancellation", "fee_steps", name): bounds for name, bounds in STEP_BOUNDS.items()}
    for path, bounds in (POLICY_BOUNDS | steps).items():
        for place in (("policies", *path), ("services", "policy", *path)):
            assert (_part(*place)["minimum"], _part(*place)["maximum"]) == bounds, place
    told = {
        path
        for path in (tuple(each.replace("[]", "").split(".")) for each in _keys(_part("policies")))
        if _part("policies", *path).get("maximum")
    }
    assert told == {*POLICY_BOUNDS, *steps}
    most = {
        ("services", "duration_minutes"): MAX_DURATION,
        ("services", "padding_before_minutes"): MAX_PADDING,
        ("services", "padding_after_minutes"): MAX_PADDING,
        ("services", "capacity"): MAX_CAPACITY,
        ("services", "min_to_run"): MAX_CAPACITY,
        ("services", "staff_needed"): MAX_STAFF_NEEDED,
        ("extras", "duration_minutes"): MAX_PADDING,
    }
    assert {path: _part(*path)["maximum"] for path in most} == most
    assert _part("services", "requires")["maxItems"] == MAX_REQUIREMENTS
    assert _part("policies", "cancellation", "fee_steps")["maxItems"] == MAX_FEE_STEPS
    assert {_part("services", f"bookable_{name}")["maxItems"] for name in ("hours", "dates")} == {MAX_BOOKABLE}
    assert _part("staff", "hours", "breaks")["maxItems"] == MOST_BREAKS
