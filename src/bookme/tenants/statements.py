"""Statements that take longer to plan than to run, or to put together than to plan."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import GenericIPAddressField, JSONField, Model

M = TypeVar("M", bound=Model)


def prepared_rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that this connection keeps prepared, and planned for the business it is set to.

    For what most requests ask, in words that are always the same: `%(name)s` stands for what differs.
    """
    with _cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def prepared_instances(model: type[M], statement: str, parameters: Mapping[str, Any]) -> list[M]:
    """The same, as rows of a model: `columns_of` it come first, what else is selected becomes an attribute by name."""
    names = [field.attname for field in model._meta.concrete_fields]
    with _cursor() as cursor:
        cursor.execute(statement, parameters)
        more = [column.name for column in cursor.description[len(names) :]]
        found = []
        for values in cursor.fetchall():
            row = model.from_db(DEFAULT_DB_ALIAS, names, values[: len(names)])
            vars(row).update(zip(more, values[len(names) :], strict=True))
            found.append(row)
    return found


def columns_of(model: type[Model]) -> str:
    """All columns of a model, for a SELECT: a plan that is kept must not change what it yields, as `*` would."""
    return ", ".join(f"{model._meta.db_table}.{field.column}" for field in model._meta.concrete_fields)


def insert(*rows: Model) -> None:
    """Write new rows by one statement, which this connection keeps prepared for their kinds in this order.

    As `bulk_create` does it, without signals; for the few rows, of several kinds, that one step makes. They may refer
    to each other: references are looked at when the statement is done. Values are plain, no expressions; and unless
    the field is of `_BOUND_BY_DJANGO`, as the driver binds them. Raises IntegrityError, and nothing is written.
    """
    if not rows:
        return
    with _cursor() as cursor:
        cursor.execute(_insertion(tuple(map(type, rows))), [value for row in rows for value in _values(row)])
    for row in rows:
        _is_stored(row)


def insert_unless_there(row: Model) -> bool:
    """As `insert`, of one row; False, and the transaction goes on, where a unique constraint has one like it.

    Waits for whoever is about to write that one.
    """
    with _cursor() as cursor:
        cursor.execute(f"{_insertion((type(row),))} ON CONFLICT DO NOTHING", [*_values(row)])
        if not cursor.rowcount:
            return False
    _is_stored(row)
    return True


def _is_stored(row: Model) -> None:
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


_BOUND_BY_DJANGO = (JSONField, GenericIPAddressField)


@cache
def _insertion(kinds: tuple[type[Model], ...]) -> str:
    *others, last = map(_insertion_of_one, kinds)
    before = ", ".join(f"row_{number} AS ({each})" for number, each in enumerate(others))
    return f"WITH {before} {last}" if before else last


def _insertion_of_one(kind: type[Model]) -> str:
    names = [connection.ops.quote_name(str(field.column)) for field in kind._meta.concrete_fields]
    table = connection.ops.quote_name(kind._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"


def _values(row: Model) -> Iterator[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    for field in row._meta.concrete_fields:
        value = field.pre_save(row, add=True)
        yield field.get_db_prep_save(value, database) if isinstance(field, _BOUND_BY_DJANGO) else value


def _cursor() -> CursorWrapper:
    cursor: CursorWrapper = connection.prepared_cursor()  # type: ignore[attr-defined]  # of our own backend
    return cursor
