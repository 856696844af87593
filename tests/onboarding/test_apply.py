"""Applying a config file."""

import datetime as dt

import pytest

from bookme.core.actor import SYSTEM
from bookme.onboarding.actions import apply_config
from tests.onboarding.conftest import SLUGS, demo

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_file_applied_twice_changes_nothing(db: None, slug: str) -> None:
    first = apply_config(data=demo(slug), actor=SYSTEM, now=NOW)
    assert first.is_new
    second = apply_config(data=demo(slug), actor=SYSTEM, now=NOW)
    assert second.changes == []
