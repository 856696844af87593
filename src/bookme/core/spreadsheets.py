"""Lines of a CSV file that a spreadsheet opens as texts, and runs nothing of."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

# The last four are the wide forms that some spreadsheets read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PHONE = re.compile(r"\+[0-9]{4,15}", re.ASCII)


class _Echo:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A line for each row, its cells as `safe_cell` makes them."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def safe_cell(value: Any) -> str:
    """The value as a text; None is empty. One that begins like a formula gets an apostrophe in front.

    A phone number, `+` and its digits, stays as it is: other programs read these files, too.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _PHONE.fullmatch(text) else text
