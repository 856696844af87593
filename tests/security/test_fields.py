"""Promise 28, of fields: which of them each kind of caller reads, as `fields.py` declares."""

import json
from typing import Any

import pytest

from tests.security.calls import answer_about_near, content_of
from tests.security.fields import GROUPS, SHAPES
from tests.security.matrix import ROWS, Row
from tests.security.test_matrix import world  # noqa: F401 - a fixture
from tests.security.world import World

# A file has no fields, and where no provider is set up there is none to tell of.
WITHOUT = {"GET bookings/export/", "GET auth/social/"}
READS = [each for each in ROWS if each.operation.startswith("GET ") and each.operation not in WITHOUT]


def fields_told(world: World, row: Row) -> dict[str, set[str]]:  # noqa: F811
    """By who is told of any row; of a list, those that any of its rows has."""
    told = {}
    for caller, cell in row.cells.items():
        if cell.startswith("200"):
            answer = answer_about_near(world, caller, row.operation)
            assert answer.status_code == 200, (caller, row.operation)
            if fields := _fields(json.loads(content_of(answer))):
                told[caller] = fields
    return told


def _fields(answer: Any) -> set[str]:
    rows = answer["results"] if isinstance(answer, dict) and "results" in answer else answer
    return set(rows) if isinstance(rows, dict) else {name for row in rows for name in row}


def test_every_field_is_read_by_whom_it_is_declared_for(world: World) -> None:  # noqa: F811
    found = {}
    for row in READS:
        declared = SHAPES[row.operation]
        told = fields_told(world, row)
        assert told, row.operation
        for caller, fields in told.items():
            expected = set(declared["all"].split())
            for group, callers in GROUPS.items():
                expected |= set(declared.get(group, "").split()) if caller in callers else set()
            if fields != expected:
                found[f"{caller}: {row.operation}"] = sorted(fields ^ expected)
    assert found == {}


def test_every_read_has_its_shape_and_every_shape_a_read() -> None:
    assert SHAPES.keys() == {each.operation for each in READS}


@pytest.mark.parametrize("word", ["password", "secret", "digest", "token", "hash"])
def test_no_shape_has_a_field_for_a_secret(word: str) -> None:
    """`has_password` says whether there is one."""
    named = {name for shape in SHAPES.values() for each in shape.values() for name in each.split()}
    assert {name for name in named if word in name} <= {"has_password"}
