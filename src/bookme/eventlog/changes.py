"""Rows that people keep by hand: saved, and what changed told as one fact, so that the history has every price."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from bookme.core.actor import Actor
from bookme.core.errors import FieldError, Invalid
from bookme.eventlog.actions import publish
from bookme.eventlog.events import Event

M = TypeVar("M", bound=Model)
# What is wrong with a row, by its columns: a foreign key is the id under the field's name.
Rule = Callable[[Mapping[str, Any]], Iterable[FieldError]]


def no_rule(_: Mapping[str, Any]) -> Iterable[FieldError]:
    return ()


class Change(StrEnum):
    MADE = "made"
    CHANGED = "changed"
    ARCHIVED = "archived"
    RESTORED = "restored"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowChanged(Event):
    """The base of an app's fact about its rows. `changes` maps a field to `[before, after]`, as plain values.

    Hours, time off and areas are told of the place or person that they belong to: `id` is theirs.
    """

    subject = "id"
    kind: str
    id: UUID
    change: str
    changes: dict[str, Any]


def make_row(
    *,
    row: M,
    values: Mapping[str, Any],
    event: type[RowChanged],
    actor: Actor,
    rule: Rule = no_rule,
    unsaid: Iterable[str] = (),
) -> M:
    """Give an unsaved row its values, many-to-many ones included, save it and publish.

    Raises Invalid with what `rule` says of the row as it would be. Fields in `unsaid` are told by name only: contact
    data of people does not belong into a history that is kept.
    """
    links = _assign(row, values)
    Invalid.unless_good(rule(_columns(row)))
    row.save(force_insert=True)
    for name, rows in links.items():
        getattr(row, name).set(rows)
    changes = {name: [None, plain(value)] for name, value in values.items()}
    publish_change(event, row=row, change=Change.MADE, changes=_said(changes, unsaid), actor=actor)
    return row


def change_row(
    *,
    row: M,
    values: Mapping[str, Any],
    event: type[RowChanged],
    actor: Actor,
    rule: Rule = no_rule,
    unsaid: Iterable[str] = (),
) -> M:
    """Lock the row, set what differs, save and publish; nothing happens if nothing differs. Returns the locked row.

    Raises Invalid with what `rule` says of the row as it would be.
    """
    locked = _locked(row)
    before = {name: _value(locked, name) for name in values}
    differing = {name: value for name, value in values.items() if before[name] != plain(value)}
    if not differing:
        return locked
    links = _assign(locked, differing)
    Invalid.unless_good(rule(_columns(locked)))
    locked.save()
    for name, rows in links.items():
        getattr(locked, name).set(rows)
    changes = {name: [before[name], plain(value)] for name, value in differing.items()}
    publish_change(event, row=locked, change=_kind_of(differing), changes=_said(changes, unsaid), actor=actor)
    return locked


def archive_row(*, row: M, event: type[RowChanged], actor: Actor) -> M:
    """Set `is_active` false: no longer offered, its history stays."""
    return change_row(row=row, values={"is_active": False}, event=event, actor=actor)


def publish_change(
    event: type[RowChanged], *, row: Model, change: Change, changes: dict[str, Any], actor: Actor
) -> None:
    publish(event(kind=kind_of(type(row)), id=row.pk, change=change.value, changes=changes), actor=actor)


def publish_change_of_parent(
    event: type[RowChanged], *, kind: str, parent: Model, before: Any, after: Any, actor: Actor
) -> None:
    """What hangs on a row, such as a person's hours, became another: told of that row."""
    changes = {kind: [plain(before), plain(after)]}
    publish(event(kind=kind, id=parent.pk, change=Change.CHANGED.value, changes=changes), actor=actor)


def kind_of(model: type[Model]) -> str:
    """The word for a row of this table: `service`, `working_hours`."""
    return str(model._meta.verbose_name).replace(" ", "_")


def plain(value: Any) -> Any:
    """A value as JSON: rows as ids, many of them as a sorted list, amounts without trailing zeros."""
    match value:
        case Model():
            return str(value.pk)
        case Decimal():
            return format(value.normalize(), "f")
        case UUID():
            return str(value)
        case dt.date():
            return value.isoformat()
        case [Model(), *_]:
            return sorted(str(each.pk) for each in value)
        case list():
            return [plain(each) for each in value]
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case _:
            return value


def _kind_of(differing: Mapping[str, Any]) -> Change:
    if "is_active" not in differing:
        return Change.CHANGED
    return Change.RESTORED if differing["is_active"] else Change.ARCHIVED


def _locked(row: M) -> M:
    found: M = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    return found


def _assign(row: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Sets the columns; returns the many-to-many values, which need a saved row."""
    links = {name: value for name, value in values.items() if row._meta.get_field(name).many_to_many}
    for name, value in values.items():
        if name not in links:
            setattr(row, name, value)
    return links


def _columns(row: Model) -> dict[str, Any]:
    return {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}


def _value(row: Model, name: str) -> Any:
    if row._meta.get_field(name).many_to_many:
        return sorted(str(pk) for pk in getattr(row, name).values_list("pk", flat=True))
    return plain(getattr(row, name))


def _said(changes: dict[str, Any], unsaid: Iterable[str]) -> dict[str, Any]:
    hidden = frozenset(unsaid)
    return {name: None if name in hidden else values for name, values in changes.items()}
