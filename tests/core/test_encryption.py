"""Secrets at rest: unreadable in the database, readable under every key that is still given."""

from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection

from bookme.users.models import TwoFactor
from tests.factories.users import TwoFactorFactory


def _stored(row: TwoFactor) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM users_twofactor WHERE user_id = %s", [row.pk])
        return str(cursor.fetchone()[0])


def test_the_database_does_not_know_it(db: None) -> None:
    one, other = TwoFactorFactory(secret="KEEPTHISSAFE"), TwoFactorFactory(secret="KEEPTHISSAFE")
    assert "KEEPTHISSAFE" not in _stored(one)
    assert _stored(one) != _stored(other)
    assert TwoFactor.objects.get(pk=one.pk).secret == "KEEPTHISSAFE"


def test_a_new_key_writes_and_the_old_one_still_reads(db: None, settings: Any) -> None:
    old = list(settings.ENCRYPTION_KEYS)
    row = TwoFactorFactory(secret="KEEPTHISSAFE")
    settings.ENCRYPTION_KEYS = ["a-new-key", *old]
    assert TwoFactor.objects.get(pk=row.pk).secret == "KEEPTHISSAFE"
    TwoFactor.objects.get(pk=row.pk).save()
    settings.ENCRYPTION_KEYS = ["a-new-key"]
    assert TwoFactor.objects.get(pk=row.pk).secret == "KEEPTHISSAFE"


def test_without_the_key_it_is_lost(db: None, settings: Any) -> None:
    row = TwoFactorFactory()
    settings.ENCRYPTION_KEYS = ["another-key"]
    with pytest.raises(InvalidToken):
        TwoFactor.objects.get(pk=row.pk)
