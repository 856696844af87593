"""Secrets at rest: what the database keeps of them is worthless without the keys of the environment."""

import hashlib
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text that is encrypted in the database (Fernet), and plain in Python. It cannot be searched by.

    The first of `settings.ENCRYPTION_KEYS` writes, each of them reads: to change the key, put a new one first.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text is None else _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return value if value is None else _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(value.encode()).decode()


@lru_cache(maxsize=4)
def _fernet(secrets: tuple[str, ...]) -> MultiFernet:
    """Whatever length a secret has, its key is 32 bytes of its digest."""
    return MultiFernet([Fernet(urlsafe_b64encode(hashlib.sha256(each.encode()).digest())) for each in secrets])
