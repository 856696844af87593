"""The checks of `invariants.sql`, run in one business."""

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection

from bookme.tenants.context import require_tenant

_HEADING = re.compile(r"^-- check: (.+)$", re.MULTILINE)


@lru_cache(maxsize=1)
def checks() -> dict[str, str]:
    """The query of each check by what it counts, in the order of the file."""
    text = Path(__file__).with_name("invariants.sql").read_text(encoding="utf-8")
    _, *parts = _HEADING.split(text)
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))


def broken_invariants(*, now: dt.datetime) -> dict[str, int]:
    """What each check counts in the current business; all are 0 in a sound one."""
    values: dict[str, Any] = {"now": now, "tenant": require_tenant().pk}
    found = {}
    with connection.cursor() as cursor:
        for name, query in checks().items():
            cursor.execute(query, values)
            found[name] = int(cursor.fetchone()[0])
    return found
