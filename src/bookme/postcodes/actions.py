"""Filling the table of postcodes from a file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from bookme.core.errors import Invalid
from bookme.postcodes.models import Postcode
from bookme.postcodes.selectors import MAX_CODE, normalized

MOST_FAULTS = 20
OUTWARD_CODES = Path(__file__).parent / "outward.csv"  # around the demo businesses, and some far from them
_COLUMNS = {
    "code": ("postcode", "code", "pcd", "pcds"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "long", "lon", "lng"),
}


@dataclass(frozen=True)
class Line:
    """One row of the file, read."""

    code: str
    latitude: float
    longitude: float


def import_postcodes(lines: Iterable[str]) -> int:
    """Add or correct the postcodes of a CSV file with a header; returns how many lines it has. All or nothing.

    Its columns `postcode`, `latitude` and `longitude` (or what is usual for them) are read, in any order, others are
    left alone. Nothing is removed. It is streamed: the file may have millions of lines. Raises Invalid with the first
    20 faults, each naming its line.
    """
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE incoming (line bigint, code text, latitude float8, longitude float8)")
        with cursor.copy("COPY incoming FROM STDIN") as copy:
            for line in _checked(lines):
                count += 1
                copy.write_row((count, line.code, line.latitude, line.longitude))
        cursor.execute(_TAKE_OVER.format(table=Postcode._meta.db_table))
        cursor.execute("DROP TABLE incoming")
    return count


# Of a code that a file has twice, the last line counts.
_TAKE_OVER = """
INSERT INTO {table} (code, latitude, longitude)
SELECT DISTINCT ON (code) code, latitude, longitude FROM incoming ORDER BY code, line DESC
ON CONFLICT (code) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude
"""


def _checked(lines: Iterable[str]) -> Iterator[Line]:
    rows = csv.reader(lines)
    try:
        header = [name.strip().lower().lstrip("\ufeff") for name in next(rows, [])]
        at = {name: _column(header, names) for name, names in _COLUMNS.items()}
        faults: list[str] = []
        for row in rows:
            if not row:
                continue
            try:
                yield _line({name: row[index] for name, index in at.items()})
            except (ValueError, IndexError) as error:
                faults.append(f"line {rows.line_num}: {error}")
            if len(faults) == MOST_FAULTS:
                break
    except csv.Error as error:
        raise Invalid(f"line {rows.line_num}: this is not CSV: {error}", code="bad_file") from error
    if faults:
        raise Invalid("\n".join(faults), code="bad_file")


def _column(header: list[str], names: tuple[str, ...]) -> int:
    for name in names:
        if name in header:
            return header.index(name)
    raise Invalid(f"The first line has no column {names[0]}.", code="bad_file")


def _line(cells: dict[str, str]) -> Line:
    code = normalized(cells["code"])
    if not (code.isascii() and code.isalnum() and len(code) <= MAX_CODE):
        raise ValueError(f"{cells['code'][:40]!r} is not a postcode")
    return Line(code, _degrees(cells["latitude"], 90), _degrees(cells["longitude"], 180))


def _degrees(text: str, most: int) -> float:
    value = float(text)
    if not -most <= value <= most:
        raise ValueError(f"{text[:40]!r} is not between -{most} and {most}")
    return value
