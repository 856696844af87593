"""Statements that take longer to plan than to run, or to put together than to plan."""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def prepared_rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that this connection keeps prepared, and planned for the business it is set to.

    For what most requests ask, in words that are always the same: `%(name)s` stands for what differs.
    """
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]  # of our own backend
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
