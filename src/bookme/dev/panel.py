"""What a developer wants to know when BookMe is ready: where everything is, and who can sign in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PASSWORD = "bookme-demo"
OPERATOR = "admin@bookme.example"


def read_tenants(listing: Path) -> list[dict[str, Any]]:
    """The answer of `tenant list --format json`; empty when it is none."""
    try:
        tenants = json.loads(listing.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [tenant for tenant in tenants if isinstance(tenant, dict) and tenant.get("slug")]


def panel(tenants: list[dict[str, Any]], *, port: int) -> str:
    platform = f"http://localhost:{port}"
    rows = [(str(tenant.get("name") or tenant["slug"]), _address(tenant, port)) for tenant in tenants]
    rows += [("Platform", f"{platform}/"), ("Admin", f"{platform}/admin/"), ("Mailbox", f"{platform}/mailbox/")]
    if not tenants:
        rows += [("API docs", f"{platform}/api/docs/")]
    else:
        first = _address(tenants[0], port)
        rows += [("API docs", f"{first}api/docs/ and so at each business")]
        rows += [("Team sign-in", f"{first}team/ and so at each business"), *_sign_ins(tenants, port)]
    width = max(len(label) for label, _ in rows)
    lines = ["", "BookMe is ready. Ctrl-C ends it.", "", *(f"  {label:<{width}}  {value}" for label, value in rows)]
    return "\n".join([*lines, "", ""])


def _address(tenant: dict[str, Any], port: int) -> str:
    address = str(tenant.get("url") or f"http://{tenant['slug']}.localhost:{port}")
    return address.rstrip("/") + "/"


def _sign_ins(tenants: list[dict[str, Any]], port: int) -> list[tuple[str, str]]:
    """Demo people exist only where demo businesses do."""
    owners = [str(tenant["owner"]) for tenant in tenants if tenant.get("owner")]
    rows = [("Demo password", f"{PASSWORD} (for everybody below, and all staff of the demo businesses)")]
    rows += [("Owners" if number == 0 else "", owner) for number, owner in enumerate(owners)]
    return [
        *rows,
        ("Customer", f"customer@{tenants[0]['slug']}.example and so at each business,"),
        ("", f"at {_address(tenants[0], port)}account/sign-in/"),
        ("Operator", OPERATOR),
    ]
