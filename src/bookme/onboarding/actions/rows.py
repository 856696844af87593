"""Bringing rows to what a file says, with as few writes as the difference asks for."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.utils import timezone

from bookme.core.slugs import free_among
from bookme.onboarding.ledger import Ledger

M = TypeVar("M", bound=models.Model)
Computed = Callable[[Any], Any]


@dataclass
class Wanted:
    """A row as a file wants it. A callable value is given the column's old value (None in a new row).

    `texts` are translations: language, column, text; they replace those of the same columns.
    """

    key: str
    values: dict[str, Any]
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    text_columns: tuple[str, ...] = ()


def sync_keyed(*, model: type[M], section: str, wanted: list[Wanted], ledger: Ledger) -> dict[str, M]:
    """Create, change and revive the rows of a section; the keyed rows by key, those that are not wanted included."""
    manager: Any = model._default_manager
    rows: dict[str, Any] = {row.key: row for row in manager.filter(key__isnull=False)}
    new = []
    has_slugs = any(each.name == "slug" for each in model._meta.fields)
    taken = (
        set(manager.values_list("slug", flat=True))
        if has_slugs and any(each.key not in rows for each in wanted)
        else set()
    )
    for each in wanted:
        path = f"{section}.{each.key}"
        row: Any = rows.get(each.key)
        if row is None:
            row = model(key=each.key, **{name: _value(value, None) for name, value in each.values.items()})
            row.translations = _translated({}, each)
            if has_slugs:
                row.slug = free_among(taken, each.key)
                taken.add(row.slug)
            rows[each.key] = row
            new.append(row)
            ledger.created(path)
        else:
            update_row(row, {**each.values, "translations": _texts_of(each)}, path=path, ledger=ledger)
    if new:
        manager.bulk_create(new)
    return rows


def update_row(row: Any, values: Mapping[str, Any], *, path: str, ledger: Ledger) -> None:
    """Save the columns that differ, and only if one does."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name, value in values.items():
        before = getattr(row, name)
        after = _value(value, before)
        if before != after:
            changes[name] = (before, after)
            setattr(row, name, after)
    if not changes:
        ledger.unchanged()
        return
    stamp = ["updated_at"] if hasattr(row, "updated_at") else []
    row.save(update_fields=[*changes, *stamp])
    ledger.changed(path, changes)


def sync_children(
    *,
    model: type[models.Model],
    owner: str,
    wanted: Mapping[UUID, Iterable[dict[str, Any]]],
    paths: Mapping[UUID, str],
    ledger: Ledger,
) -> None:
    """Rows without a name of their own, replaced as a set: of each owner, extra ones go and missing ones come."""
    manager: Any = model._default_manager
    columns = sorted({name for rows in wanted.values() for row in rows for name in row})
    there: dict[UUID, list[Any]] = defaultdict(list)
    for row in manager.filter(**{f"{owner}__in": list(wanted)}):
        there[getattr(row, owner)].append(row)
    new, gone = [], []
    for owner_id, rows in wanted.items():
        missing = Counter(_frozen(row) for row in rows)
        values = {_frozen(row): row for row in rows}
        too_many = []
        for row in there[owner_id]:
            same = _frozen({name: getattr(row, name) for name in columns})
            if columns and missing[same]:
                missing[same] -= 1
            else:
                too_many.append(row)
        to_make = [values[one] for one in missing.elements()]
        new += [model(**{owner: owner_id}, **each) for each in to_make]
        gone += [row.pk for row in too_many]
        ledger.replaced(paths[owner_id], [_told(row, owner) for row in too_many], to_make)
    if gone:
        manager.filter(pk__in=gone).delete()
    if new:
        manager.bulk_create(new)


def sync_links(
    *,
    through: Any,
    source: str,
    target: str,
    wanted: Mapping[UUID, set[UUID]],
    paths: Mapping[UUID, str],
    keys: Mapping[UUID, str],
    ledger: Ledger,
) -> None:
    """Many-to-many rows of keyed rows, whose targets have these keys. Links to rows without a key are left alone."""
    target_is_keyed = {f"{target.removesuffix('_id')}__key__isnull": False}
    there: dict[UUID, set[UUID]] = defaultdict(set)
    found = through.objects.filter(**{f"{source}__in": list(wanted)}, **target_is_keyed)
    for source_id, target_id in found.values_list(source, target):
        there[source_id].add(target_id)
    new = []
    for source_id, targets in wanted.items():
        gone, missing = there[source_id] - targets, targets - there[source_id]
        if gone:
            through.objects.filter(**{source: source_id, f"{target}__in": gone}).delete()
        new += [through(**{source: source_id, target: each}) for each in sorted(missing)]
        ledger.replaced(paths[source_id], sorted(keys[each] for each in gone), sorted(keys[each] for each in missing))
    if new:
        through.objects.bulk_create(new)


def retire(model: type[models.Model], rows: Iterable[Any], *, section: str, ledger: Ledger) -> None:
    """Switch off the rows whose entry is gone."""
    manager: Any = model._default_manager
    gone = [row for row in rows if row.is_active]
    for row in gone:
        row.is_active = False
        ledger.retired(f"{section}.{row.key}")
    if gone:
        manager.filter(pk__in=[row.pk for row in gone]).update(is_active=False, updated_at=timezone.now())


def _value(value: Any, before: Any) -> Any:
    return value(before) if callable(value) else value


def _texts_of(wanted: Wanted) -> Computed:
    return lambda before: _translated(before or {}, wanted)


def _translated(before: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The translations with the wanted columns replaced; those of other columns stay."""
    languages = [*before, *(each for each in wanted.texts if each not in before)]
    merged = {}
    for language in languages:
        kept = {name: text for name, text in before.get(language, {}).items() if name not in wanted.text_columns}
        merged[language] = kept | wanted.texts.get(language, {})
    return {language: texts for language, texts in merged.items() if texts}


def _told(row: Any, owner: str) -> dict[str, Any]:
    """What a row without a name says, for the history."""
    kept = {"id", owner, "created_at", "updated_at"}
    return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if each.attname not in kept}


def _frozen(value: Any) -> Hashable:
    if isinstance(value, dict):
        return tuple(sorted((name, _frozen(each)) for name, each in value.items() if each is not None))
    if isinstance(value, list | tuple):
        return tuple(_frozen(each) for each in value)
    return value  # type: ignore[no-any-return]
