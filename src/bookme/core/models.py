"""Abstract bases of our tables. No table of its own."""

from typing import Any

from django.db import models

from bookme.core.ids import uuid7


class Row(models.Model):
    """Every row: a UUIDv7 made in Python, and when it was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Keyed(models.Model):
    """A row that a config file may name: `key` is the file's own, unique in its table, null for rows made elsewhere."""

    key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)

    class Meta:
        abstract = True


class Translated(models.Model):
    """Texts are columns in the business's first language; `translations` holds the others: `{"ar": {"name": "…"}}`."""

    translations = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    def text(self, field: str, language: str) -> str:
        """The field in that language, else in the business's first."""
        told: dict[str, Any] = self.translations.get(language) or {}
        return str(told.get(field) or getattr(self, field))
