"""Deleting what is too old to be kept."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

AT_ONCE = 1000


def forget(rows: QuerySet[M]) -> int:
    """Delete these rows, with what hangs on them, and return how many: a thousand at a time, each by itself.

    Outside of a transaction nobody waits long for what is locked, and what was deleted before a failure stays so. A row
    that has changed in between, and is not among them any more, stays.
    """
    label, forgotten = rows.model._meta.label, 0
    while some := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        forgotten += rows.filter(pk__in=some).delete()[1].get(label, 0)
    return forgotten
