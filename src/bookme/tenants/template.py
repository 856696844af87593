"""`template.sql`: the statements that make a tenant's schema, as Django sent them while it migrated a fresh one.

Written by `bookme tenant template`, compared in CI. Its first line holds the version: an md5 over the migrations of the
tenant apps. Names are unqualified: they run with the new schema first on the search path.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

TEMPLATE_PATH = Path(__file__).with_name("template.sql")
_SEPARATOR = ";\n--\n"
_VERSION_MARK = "-- version: "


@lru_cache(maxsize=1)
def template_text() -> str:
    return TEMPLATE_PATH.read_text(encoding="utf-8")


def template_version() -> str:
    """The version of the schema that this code needs."""
    return template_text().partition("\n")[0].removeprefix(_VERSION_MARK)


def template_statements() -> list[str]:
    """The statements, in order; each is sent by itself (Citus takes no more than one at a time)."""
    return template_text().partition("\n")[2].removesuffix(_SEPARATOR).split(_SEPARATOR)


def template_document(*, version: str, statements: Iterable[str]) -> str:
    """What belongs in `TEMPLATE_PATH`."""
    return f"{_VERSION_MARK}{version}\n" + "".join(statement + _SEPARATOR for statement in statements)


def migrations_version(applied: Iterable[tuple[str, str]]) -> str:
    """The version of a schema in which these `(app, migration)` of the tenant apps have run."""
    named = "\n".join(sorted(f"{app}.{name}" for app, name in applied))
    return hashlib.md5(named.encode(), usedforsecurity=False).hexdigest()
