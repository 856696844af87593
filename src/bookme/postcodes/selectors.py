"""From a postcode to a point."""

import re

from bookme.core.errors import Invalid
from bookme.postcodes.distance import Point
from bookme.postcodes.models import Postcode

MAX_CODE = 16
_INWARD = re.compile(r"\d[A-Z]{2}$")  # the second half of a British postcode; the first names its area


def normalized(postcode: str) -> str:
    """In capitals, without spaces and hyphens: as it is stored."""
    return re.sub(r"[\s-]", "", postcode).upper()


def locate(postcode: str, *, pointer: str = "/postcode") -> Point:
    """Where it is, as exactly as is known: the code itself, else its outward part. One query.

    Raises Invalid `postcode_unknown` with that pointer.
    """
    code = normalized(postcode)
    codes = {code, _INWARD.sub("", code)} if code.isascii() and code.isalnum() and len(code) <= MAX_CODE else set()
    found = {row.code: row for row in Postcode.objects.filter(code__in=codes - {""})}
    if not found:
        raise Invalid.field(pointer, "We do not know this postcode.", code="postcode_unknown")
    nearest = found.get(code) or next(iter(found.values()))
    return Point(nearest.latitude, nearest.longitude)
