"""What answers are made of is written as DRF writes it."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict

from bookme.bookings.states import Status
from bookme.core.http.renderers import FastJSONRenderer

ID = UUID("01b8faf5-7300-7000-bacc-106cc65eb129")


@pytest.mark.parametrize(
    "data",
    [
        {"text": 'Zoë “Ö” \u2028 \\ " \n مرحبا 🎉', "none": None, "number": 2**63 - 1, "less": -(2**63), "part": 0.1},
        {"id": ID, "price": Decimal("12.50"), "lazy": lazystr("told"), "status": Status.HELD},
        {"day": dt.date(2030, 3, 31), "at": dt.datetime(2030, 3, 31, 1, 30, tzinfo=dt.UTC), "wall": dt.time(9, 5)},
        {"tuple": (1, "two"), "fault": [ErrorDetail("No.", code="no")], "own": ReturnDict({"a": 1}, serializer=None)},
        {Status.HELD: 1, "more": {3: 2**64, None: -(10**30)}},
        [],
        "text",
    ],
)
def test_it_says_what_drf_says(data: Any) -> None:
    assert json.loads(FastJSONRenderer().render(data)) == json.loads(JSONRenderer().render(data))


def test_nothing_is_nothing() -> None:
    assert FastJSONRenderer().render(None) == b""


def test_whoever_asks_gets_it_indented() -> None:
    told = FastJSONRenderer().render({"a": 1}, "application/json; indent=4", {})
    assert told == b'{\n    "a": 1\n}'
