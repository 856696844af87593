"""`template.sql`: the statements that make a tenant's schema. Written by `bookme tenant template`, compared in CI.

One statement a block, blocks parted by a line `--;`, with `{schema}` for the quoted schema name. Its first line holds
the version: an md5 over the migrations that it stands for.
"""

from functools import lru_cache
from pathlib import Path

TEMPLATE_PATH = Path(__file__).with_name("template.sql")
SEPARATOR = "\n--;\n"
PLACEHOLDER = "{schema}"
_VERSION_MARK = "-- version: "


@lru_cache(maxsize=1)
def template_text() -> str:
    return TEMPLATE_PATH.read_text(encoding="utf-8") if TEMPLATE_PATH.exists() else f"{_VERSION_MARK}none\n"


def template_version() -> str:
    """The version of the schema that this code needs."""
    return template_text().partition("\n")[0].removeprefix(_VERSION_MARK)


def template_statements(schema: str) -> list[str]:
    """The statements, in order, for a schema of that name (`t_` and hex digits only, so it needs no escaping)."""
    body = template_text().partition("\n")[2]
    return [statement.replace(PLACEHOLDER, f'"{schema}"') for statement in body.strip().split(SEPARATOR)]


def template_document(version: str, statements: list[str]) -> str:
    """What to write to `TEMPLATE_PATH`; the statements hold `PLACEHOLDER`."""
    return f"{_VERSION_MARK}{version}\n{SEPARATOR.join(statements)}\n"
