"""Readable, unique names in addresses."""

from django.db.models import Model
from django.utils.text import slugify

LONGEST = 64


def free_slug(model: type[Model], name: str) -> str:
    """`Cut & finish` as `cut-finish`, with a number if that is taken. A race ends at the unique constraint."""
    stem = slugify(name)[: LONGEST - 6].strip("-") or str(model._meta.model_name)
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    found = stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found
