"""Whatever a file holds: it is applied, or refused with its faults. Never anything else."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookme.core.actor import SYSTEM
from bookme.onboarding.actions import apply_config
from bookme.onboarding.validation import BadConfig, check_config, read_config
from bookme.tenants.models import Tenant
from tests.onboarding.files import SLUGS, demo, small

pytestmark = pytest.mark.no_cover

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", "0", "99:99", "24:00", "48:00", "2026-02-30", "main", "cut", "\u0000", "1.001", "-1.00", "\ud800"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for step, value in inner for place in places(value, (*path, step)))]


def told(check: Callable[[], object]) -> list[str]:
    """The faults that a check tells, none if it is content; anything else that it raises goes on."""
    try:
        check()
    except BadConfig as error:
        return [fault.text for fault in error.faults] or ["refused without a fault\n"]
    return []


def mutated(data: Any, draw: st.DataObject) -> Any:
    """One to three values replaced, removed or doubled."""
    for _ in range(draw.draw(st.integers(1, 3))):
        path = draw.draw(st.sampled_from([place for place in places(data) if place]))
        parent = data
        for step in path[:-1]:
            parent = parent[step]
        match draw.draw(st.sampled_from(["replace", "remove", "double", "swap"])):
            case "replace":
                parent[path[-1]] = draw.draw(values)
            case "remove":
                del parent[path[-1]]
            case "double" if isinstance(parent, list):
                parent.append(parent[path[-1]])
            case "swap" if isinstance(parent, dict):
                other = draw.draw(st.sampled_from(sorted(parent)))
                parent[path[-1]], parent[other] = parent[other], parent[path[-1]]
    return data


@settings(max_examples=150, deadline=None)
@given(draw=st.data())
def test_a_changed_demo_file_is_good_or_told_why_not(draw: st.DataObject) -> None:
    data = mutated(demo(draw.draw(st.sampled_from(SLUGS))), draw)
    assert all(text.isprintable() for text in told(lambda: check_config(data)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_a_changed_file_is_applied_or_refused(salon: Tenant, draw: st.DataObject) -> None:
    data = mutated(small(), draw)
    with transaction.atomic():
        if not told(lambda: apply_config(data=data, actor=SYSTEM, now=NOW)):
            assert apply_config(data=data, actor=SYSTEM, now=NOW).changes_total == 0
        transaction.set_rollback(True)


@settings(max_examples=150, deadline=None)
@given(content=st.one_of(st.binary(max_size=60), values.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert all(text.isprintable() for text in told(lambda: check_config(read_config(content))))
