"""What the last file named. Pure.

The file wins for what it names; what it never named belongs to the business; and what it named once and names no more
goes back to its default. So each business keeps the names (not the values) of the file that was applied last.
"""

from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]

# Optional keys of the entries, with what they are when nobody says otherwise.
DEFAULTS: dict[str, dict[str, Any]] = {
    "locations": {
        "address_line1": "",
        "address_line2": "",
        "city": "",
        "county": "",
        "postcode": "",
        "country": "",
        "latitude": None,
        "longitude": None,
        "timezone": "",
        "phone": "",
        "online": False,
        "meeting_url": "",
        "opening_hours": [],
    },
    "resources": {},
    "categories": {"description": "", "metadata": {}},
    "custom_fields": {"help_text": "", "choices": [], "min": None, "max": None, "required": False, "services": []},
    "services": {
        "category": None,
        "description": "",
        "kind": "individual",
        "padding_before_minutes": 0,
        "padding_after_minutes": 0,
        "capacity": 1,
        "min_to_run": None,
        "course": "none",
        "staff_needed": 1,
        "color": "",
        "requires": [],
        "deposit": None,
        "policy": {},
        "locations": [],
        "tags": [],
        "bookable_hours": [],
        "bookable_dates": [],
        "metadata": {},
    },
    "extras": {"description": "", "duration_minutes": 0},
    "staff": {
        "title": "",
        "bio": "",
        "email": "",
        "phone": "",
        "role": "staff",
        "color": "",
        "services": [],
        "hours": [],
        "areas": [],
        "metadata": {},
    },
}
# Columns that a constraint ties together are always the file's.
TIED = {
    "services": ("kind", "capacity", "min_to_run", "staff_needed", "course"),
    "custom_fields": ("choices", "min", "max"),
}
SECTIONS = tuple(DEFAULTS)
# Objects that are one value, not a group of settings.
WHOLE: frozenset[Path] = frozenset({("policies", "deposit"), ("branding", "tagline")})


def names_in(config: dict[str, Any], settings: tuple[str, ...]) -> dict[str, Any]:
    """`{"settings": ["policies.hold_minutes", …], "services": {"cut": ["name", …]}, …}`, sorted.

    `domains` is there if the file has some.
    """
    chosen = {name: config[name] for name in settings if name in config}
    names: dict[str, Any] = {"settings": sorted(".".join(path) for path, _ in leaves(chosen))}
    for section in SECTIONS:
        names[section] = {entry["key"]: sorted(entry) for entry in config.get(section, [])}
    return names | ({"domains": True} if "domains" in config else {})


def padded(section: str, entry: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The entry, with the defaults of what the last file named and this one does not."""
    defaults = DEFAULTS[section]
    stopped = [name for name in names.get(section, {}).get(entry["key"], []) if name in defaults]
    return {name: defaults[name] for name in (*TIED.get(section, ()), *stopped)} | entry


def is_returning(section: str, key: str, names: dict[str, Any]) -> bool:
    """True for an entry that the last file did not have: new, or back again."""
    return key not in names.get(section, {})


def leaves(settings: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of the settings with its path; lists and the objects in WHOLE are values."""
    for name, value in settings.items():
        here = (*path, name)
        if isinstance(value, dict) and here not in WHOLE:
            yield from leaves(value, here)
        else:
            yield here, value


def merged_settings(stored: dict[str, Any], config: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The stored settings without what the last file named, under what this one says."""
    forgotten = set(names.get("settings", []))
    merged: dict[str, Any] = {}
    for path, value in leaves(stored):
        if ".".join(path) not in forgotten:
            _put(merged, path, value)
    for path, value in leaves(config):
        _put(merged, path, value)
    return merged


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """`(path, before, after)` of every setting that differs."""
    old, new = dict(leaves(before)), dict(leaves(after))
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            yield ".".join(path), old.get(path), new.get(path)


def _put(target: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value
