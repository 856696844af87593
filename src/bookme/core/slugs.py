"""Readable, unique names in addresses."""

from collections.abc import Container

from django.db.models import Model
from django.utils.text import slugify

LONGEST = 64


def free_slug(model: type[Model], name: str) -> str:
    """`Cut & finish` as `cut-finish`, with a number if that is taken. A race ends at the unique constraint."""
    stem = slugify(name)[: LONGEST - 6].strip("-") or str(model._meta.model_name)
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    return free_among(taken, stem)


def free_among(taken: Container[str], stem: str) -> str:
    """The stem, else with the first number from 2 on that is not taken."""
    found, number = stem, 1
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found
