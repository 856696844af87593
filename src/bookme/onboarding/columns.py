"""From an entry of the file to the columns of its row. Pure."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bookme.core.phones import phone_number
from bookme.core.time import DAY_NAMES, clock_minutes

Texts = dict[str, dict[str, Any]]

_TEXT_KEYS = ("name", "title", "bio", "description", "label", "help_text")
_PLAIN_KEYS = {
    "locations": (
        "address_line1",
        "address_line2",
        "city",
        "county",
        "postcode",
        "country",
        "latitude",
        "longitude",
        "timezone",
        "online",
        "meeting_url",
    ),
    "resources": ("kind",),
    "categories": ("metadata",),
    "custom_fields": ("kind", "required"),
    "services": (
        "kind",
        "duration_minutes",
        "padding_before_minutes",
        "padding_after_minutes",
        "capacity",
        "min_to_run",
        "course",
        "staff_needed",
        "color",
        "tags",
        "bookable_hours",
        "bookable_dates",
        "metadata",
    ),
    "extras": ("duration_minutes",),
    "staff": ("color", "metadata"),
}
_RENAMED = {"min": "minimum", "max": "maximum"}


def plain_columns(section: str, entry: dict[str, Any]) -> dict[str, Any]:
    """The columns that hold what the entry holds."""
    values = {name: entry[name] for name in _PLAIN_KEYS[section] if name in entry}
    values |= {column: entry[name] for name, column in _RENAMED.items() if name in entry}
    if "price" in entry:
        values["price"] = Decimal(entry["price"])
    if "phone" in entry:
        values["phone"] = phone_number(entry["phone"]) or ""
    return values


def text_columns(entry: dict[str, Any], language: str) -> tuple[dict[str, Any], Texts]:
    """First-language columns, and the other languages as `{"ar": {"name": …}}`."""
    values: dict[str, Any] = {}
    others: Texts = {}
    for name in _TEXT_KEYS:
        if name in entry:
            texts = _by_language(entry[name], language)
            values[name] = texts.pop(language)
            for other, text in texts.items():
                others.setdefault(other, {})[name] = text
    if "choices" in entry:
        values["choices"] = _choices(entry["choices"], language, others)
    return values, others


def _by_language(text: str | dict[str, str], language: str) -> dict[str, str]:
    return dict(text) if isinstance(text, dict) else {language: text}


def _choices(choices: list[str | dict[str, str]], language: str, others: Texts) -> list[str]:
    """The answers as they are stored; a language that lacks one shows it in the first."""
    texts = [_by_language(choice, language) for choice in choices]
    for other in {each for text in texts for each in text} - {language}:
        others.setdefault(other, {})["choices"] = [text.get(other, text[language]) for text in texts]
    return [text[language] for text in texts]


def policy_column(entry: dict[str, Any]) -> Callable[[dict[str, Any] | None], dict[str, Any]]:
    """The overrides of a service: `policy` replaces all but the deposit, `deposit` the deposit."""

    def replaced(before: dict[str, Any] | None) -> dict[str, Any]:
        old = before or {}
        rest = entry["policy"] if "policy" in entry else {key: old[key] for key in old if key != "deposit"}
        deposit = entry["deposit"] if "deposit" in entry else old.get("deposit")
        return dict(rest) | ({"deposit": deposit} if deposit is not None else {})

    return replaced


def hours_columns(shift: dict[str, Any]) -> dict[str, Any]:
    """Minutes since midnight; without them, shut on that date."""
    day = shift.get("day")
    return {
        "weekday": DAY_NAMES.index(day) if day else None,
        "on_date": dt.date.fromisoformat(shift["on_date"]) if "on_date" in shift else None,
        "start": clock_minutes(shift["start"]) if "start" in shift else None,
        "end": clock_minutes(shift["end"]) if "end" in shift else None,
    }


def breaks_column(shift: dict[str, Any]) -> list[list[int]]:
    return [[clock_minutes(pause["start"]), clock_minutes(pause["end"])] for pause in shift.get("breaks", [])]


def area_columns(area: dict[str, Any]) -> dict[str, Any]:
    return {
        "postcode": area["postcode"],
        "latitude": float(area["latitude"]),
        "longitude": float(area["longitude"]),
        "radius_km": float(area["radius_km"]),
        "days": [DAY_NAMES.index(day) for day in area.get("days", [])],
    }
