"""What a developer wants to know when BookMe is ready: where everything is, and who can sign in."""

from __future__ import annotations

import json
from typing import Any

PASSWORD = "bookme-demo"
OPERATOR = "admin@bookme.example"


def read_tenants(listing: str) -> list[dict[str, Any]]:
    """The answer of `tenant list --format json`; empty when it is none."""
    try:
        tenants = json.loads(listing)
    except ValueError:
        return []
    return [tenant for tenant in tenants if isinstance(tenant, dict) and tenant.get("slug")]


def panel(tenants: list[dict[str, Any]], *, port: int) -> str:
    platform = f"http://localhost:{port}"
    rows = [(str(tenant.get("name") or tenant["slug"]), _address(tenant, port)) for tenant in tenants]
    rows.append(("Team sign-in", "the business's address, then /team/"))
    rows += [("Platform", f"{platform}/"), ("Admin", f"{platform}/admin/"), ("API docs", f"{platform}/api/docs/")]
    rows += [("Mailbox", f"{platform}/mailbox/"), *_sign_ins(tenants)]
    width = max(len(label) for label, _ in rows)
    lines = ["", "BookMe is ready. Ctrl-C ends it.", ""]
    lines += [f"  {label:<{width}}  {value}" for label, value in rows]
    return "\n".join([*lines, "", ""])


def _address(tenant: dict[str, Any], port: int) -> str:
    return str(tenant.get("url") or f"http://{tenant['slug']}.localhost:{port}/")


def _sign_ins(tenants: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Demo people exist only where demo businesses do."""
    if not tenants:
        return []
    first = tenants[0]
    rows = [("Password of all", PASSWORD), ("Operator", OPERATOR)]
    if first.get("owner"):
        rows.append((f"Owner of {first['slug']}", str(first["owner"])))
    rows.append(("Customer", f"customer@{first['slug']}.example"))
    return rows
