"""Rows that a caller may see. Fetching is authorising: whoever gets a row through here was allowed to."""

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from bookme.core.actor import Actor
from bookme.core.errors import NotFound

M = TypeVar("M", bound=Model)


def offered_to(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    """All rows for the team, only those with `is_active` for everybody else."""
    return rows if actor.is_team else rows.filter(is_active=True)


def one(rows: QuerySet[M], wanted: UUID, **filters: Any) -> M:
    """The row with that id among these; raises NotFound, also for a row of another business."""
    found = rows.filter(pk=wanted, **filters).first()
    if found is None:
        raise NotFound
    return found


def all_of(rows: QuerySet[M], wanted: Collection[UUID]) -> dict[UUID, M]:
    """The rows with these ids, by id, in one query; unknown ids are left out."""
    return rows.in_bulk(list(wanted)) if wanted else {}
