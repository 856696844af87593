"""The first config file of a new business, by kind: short, valid, and meant to be edited. Pure."""

from decimal import Decimal
from typing import Any

from bookme.core.money import amount_text, digits

_WEEK = ("mon", "tue", "wed", "thu", "fri")


def starter_config(
    *, slug: str, kind: str, name: str, owner: str, currency: str = "EUR", **known: Any
) -> dict[str, Any]:
    """A whole file with one of everything that this kind of business lives from.

    `known` replaces what it says otherwise: `country`, `timezone`, `languages`, `domains`.
    """
    base: dict[str, Any] = {
        "version": 1,
        "slug": slug,
        "name": name,
        "kind": kind,
        "timezone": "UTC",
        "currency": currency,
        "languages": ["en"],
        "contact": {"email": owner},
        "branding": {"primary_color": "#3b5bdb", "accent_color": "#e7ecff"},
        "policies": {
            "slot_interval_minutes": 15,
            "min_notice_minutes": 60,
            "max_days_ahead": 90,
            "guest_booking": True,
            "auto_confirm": True,
            "cancellation": {"free_until_minutes": 1440, "late_fee_percent": 0, "no_show_fee_percent": 0},
            "any_staff": "least_busy",
        },
        "features": {"sms": False, "whatsapp": False, "online_payment": False, "waitlist": False},
        "reminders": [{"channel": "email", "minutes_before": 1440}],
        "locations": [{"key": "main", "name": "Main"}],
    }
    rows = _PARTS.get(kind, _salon)(_owner(owner))
    for row in (*rows["services"], *rows.get("extras", [])):
        row["price"] = _price(row["price"], currency)
    return base | rows | known


def _price(text: str, currency: str) -> str:
    """An amount of two digits after the point, or, where there are none, of two more before it."""
    return amount_text(Decimal(text) * (1 if digits(currency) else 100), currency)


def _owner(email: str) -> dict[str, Any]:
    return {
        "key": "owner",
        "name": email.partition("@")[0].replace(".", " ").title() or "Owner",
        "email": email,
        "role": "owner",
        "hours": [{"day": day, "start": "09:00", "end": "17:00"} for day in _WEEK],
    }


def _salon(owner: dict[str, Any]) -> dict[str, Any]:
    return {
        "categories": [{"key": "hair", "name": "Hair"}],
        "services": [
            {"key": "cut", "category": "hair", "name": "Cut", "duration_minutes": 45, "price": "40.00"},
            {"key": "colour", "category": "hair", "name": "Colour", "duration_minutes": 90, "price": "80.00"},
        ],
        "extras": [{"key": "treatment", "name": "Treatment", "price": "10.00", "services": ["cut", "colour"]}],
        "staff": [owner | {"services": ["cut", "colour"]}],
    }


def _classes(owner: dict[str, Any]) -> dict[str, Any]:
    group = {"key": "group", "name": "Group class", "kind": "class", "capacity": 10}
    return {
        "resources": [{"key": "room", "name": "Room", "kind": "room", "location": "main"}],
        "services": [group | {"duration_minutes": 60, "price": "15.00", "requires": [{"kind": "room"}]}],
        "staff": [owner | {"services": ["group"]}],
        "sessions": [
            {
                "service": "group",
                "staff": "owner",
                "location": "main",
                "weekly": {"day": "mon", "start": "18:00"},
                "weeks": 8,
            }
        ],
    }


def _mobile(owner: dict[str, Any]) -> dict[str, Any]:
    visit = {"key": "visit", "name": "Visit", "duration_minutes": 120, "padding_after_minutes": 30, "price": "60.00"}
    access = {"key": "access", "label": "How do we get in?", "kind": "text", "required": True}
    return {"services": [visit], "custom_fields": [access], "staff": [owner | {"services": ["visit"]}]}


def _clinic(owner: dict[str, Any]) -> dict[str, Any]:
    first = {"key": "first", "name": "First appointment", "duration_minutes": 60, "padding_after_minutes": 10}
    again = {"key": "follow-up", "name": "Follow-up", "duration_minutes": 30, "padding_after_minutes": 10}
    needs = {"requires": [{"kind": "room"}]}
    return {
        "resources": [{"key": "room-1", "name": "Room 1", "kind": "room", "location": "main"}],
        "services": [first | needs | {"price": "90.00"}, again | needs | {"price": "60.00"}],
        "staff": [owner | {"services": ["first", "follow-up"]}],
    }


_PARTS = {"salon": _salon, "classes": _classes, "mobile": _mobile, "clinic": _clinic}
