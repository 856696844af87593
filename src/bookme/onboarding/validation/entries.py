"""Looking into data whose shape may be wrong: what is not as it should be is passed over, for the schema tells it."""

from collections.abc import Iterator
from typing import Any

from bookme.onboarding.validation.faults import Path

Entry = tuple[Path, dict[str, Any]]


def entries(parent: object, name: str, path: Path = ()) -> Iterator[Entry]:
    """The objects of a list, each with its path."""
    for place, value in items(parent, name, path):
        if isinstance(value, dict):
            yield place, value


def items(parent: object, name: str, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values of a list, each with its path."""
    values = parent.get(name) if isinstance(parent, dict) else None
    if isinstance(values, list):
        for index, value in enumerate(values):
            yield (*path, name, index), value


def part(parent: object, name: str) -> dict[str, Any]:
    """An object in an object, else an empty one."""
    value = parent.get(name) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}


def word(entry: dict[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return value if isinstance(value, str) else None


def number(entry: dict[str, Any], name: str) -> int | None:
    value = entry.get(name)
    return value if type(value) is int else None


def by_key(data: object, section: str) -> dict[str, dict[str, Any]]:
    """The entries of a section by their key."""
    return {key: entry for _, entry in entries(data, section) if (key := word(entry, "key")) is not None}


def services_of(person: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The keys of what a person does, with what is their own."""
    for _, given in items(person, "services"):
        if isinstance(given, str):
            yield given, {}
        elif isinstance(given, dict) and isinstance(given.get("service"), str):
            yield given["service"], given
