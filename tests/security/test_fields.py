"""Promise 28, of fields: `fields.py` says who reads which; `test_matrix` compares, with each answer that it gets."""

import pytest

from tests.security.fields import SHAPES
from tests.security.matrix import ROWS

# A file has no fields, and where no provider is set up there is none to tell of.
WITHOUT = {"GET bookings/export/", "GET auth/social/"}


def test_every_read_has_its_shape_and_every_shape_a_read() -> None:
    reads = {each.operation for each in ROWS if each.operation.startswith("GET ")}
    assert reads - WITHOUT == SHAPES.keys()


@pytest.mark.parametrize("word", ["password", "secret", "digest", "token", "hash"])
def test_no_shape_has_a_field_for_a_secret(word: str) -> None:
    """`has_password` says whether there is one."""
    named = {name for shape in SHAPES.values() for each in shape.values() for name in each.split()}
    assert {name for name in named if word in name} <= {"has_password"}
