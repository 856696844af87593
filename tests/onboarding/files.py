"""Config files as data to change: the demo's, and a small one for the salon of the tests."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from bookme import onboarding

DEMO = Path(onboarding.__file__).parent / "demo"
SLUGS = sorted(path.name.partition(".")[0] for path in DEMO.glob("*.json"))


@cache
def _read(slug: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DEMO / f"{slug}.client.config.json").read_text(encoding="utf-8"))
    return data


def demo(slug: str) -> dict[str, Any]:
    """A copy of a demo file's data."""
    return copy.deepcopy(_read(slug))


def small() -> dict[str, Any]:
    """Something of everything, for the salon that is there already: no schema has to be made."""
    return {
        "version": 1,
        "slug": "salon",
        "name": "Salon",
        "kind": "salon",
        "domains": ["salon.localhost"],
        "timezone": "Europe/London",
        "currency": "GBP",
        "languages": ["en", "fr"],
        "policies": {"hold_minutes": 20, "deposit": {"kind": "fixed", "value": "5.00"}},
        "locations": [
            {"key": "main", "name": "Main", "opening_hours": [{"day": "mon", "start": "09:00", "end": "18:00"}]},
            {"key": "annex", "name": {"en": "Annex", "fr": "Annexe"}},
        ],
        "resources": [
            {"key": "room-1", "name": "Room 1", "kind": "room", "location": "main"},
            {"key": "room-2", "name": "Room 2", "kind": "room", "location": "main"},
        ],
        "categories": [{"key": "hair", "name": "Hair"}],
        "services": [
            {"key": "cut", "category": "hair", "name": "Cut", "duration_minutes": 30, "price": "30.00"},
            {"key": "colour", "name": "Colour", "duration_minutes": 90, "price": "80.00", "padding_after_minutes": 15},
            {
                "key": "yoga",
                "name": "Yoga",
                "kind": "class",
                "capacity": 8,
                "duration_minutes": 60,
                "price": "10.00",
                "requires": [{"kind": "room"}],
            },
        ],
        "extras": [{"key": "mask", "name": "Mask", "price": "5.00", "services": ["cut"]}],
        "custom_fields": [
            {
                "key": "length",
                "label": "How long?",
                "kind": "choice",
                "choices": ["Short", {"en": "Long", "fr": "Longs"}],
            }
        ],
        "staff": [
            {
                "key": "ada",
                "name": "Ada",
                "email": "ada@salon.example",
                "role": "owner",
                "services": ["cut", {"service": "colour", "price": "95.00"}, "yoga"],
                "hours": [
                    {"day": "mon", "start": "09:00", "end": "17:00", "breaks": [{"start": "12:00", "end": "13:00"}]}
                ],
            },
            {"key": "bo", "name": "Bo", "email": "bo@salon.example", "services": ["cut", "yoga"]},
        ],
        "sessions": [
            {
                "service": "yoga",
                "staff": "ada",
                "location": "main",
                "resource": "room-1",
                "weekly": {"day": "tue", "start": "18:00"},
                "weeks": 4,
            }
        ],
        "closures": [{"name": "Christmas", "from": "2026-12-25", "to": "2026-12-26"}],
    }


def entry(data: dict[str, Any], section: str, key: str) -> dict[str, Any]:
    """The entry of that key."""
    found: dict[str, Any] = next(each for each in data[section] if each["key"] == key)
    return found


def without(data: dict[str, Any], section: str, key: str) -> dict[str, Any]:
    """The file without that entry, and without what refers to a person or a service of that key."""
    data[section] = [each for each in data[section] if each["key"] != key]
    return data
