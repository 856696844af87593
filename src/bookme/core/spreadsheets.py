"""CSV files: written so that a spreadsheet runs nothing of them, and read as people have them."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bookme.core.errors import FieldError, Invalid, pointer_part

MOST_LINES = 5_000
LONGEST_CELL = 8_000
MOST_FAULTS = 100
MOST_IGNORED = 100

# The last four are the wide forms that some spreadsheets read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PHONE = re.compile(r"\+[0-9]{4,15}", re.ASCII)
_LINE_END = re.compile(r"\r\n|\r|\n")
_NO_LETTER = re.compile(r"[\W_]+")
_DELIMITERS = (",", ";", "\t")


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


@dataclass(frozen=True)
class CsvLine:
    """One row of a file. `number` is that of its first line in the file, whose names are line 1.

    `cells` has every column that was asked for, stripped; what the row or the file lacks is empty.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class CsvTable:
    """What a file says. `ignored` are the names of its columns that nobody asked for: of very many, the first."""

    lines: tuple[CsvLine, ...]
    ignored: tuple[str, ...]


def read_csv(
    data: bytes, *, columns: Collection[str], required: Collection[str] = (), most_lines: int = MOST_LINES
) -> CsvTable:
    """The rows of a CSV file in UTF-8, by the names in its first line; rows without a word are left out.

    Names are the same whatever their case, spaces and hyphens; commas, semicolons or tabs part the cells; any line end
    and a byte order mark will do. Of a cell that `safe_cell` made safe, its apostrophe is taken off again.
    Raises Invalid, its faults pointing at `/lines/<number>` or `/lines/<number>/<column>`: `bad_encoding`,
    `control_characters`, `empty`, `missing_column`, `twice`, `malformed_csv`, `too_many_cells`, `too_long`,
    `too_many_lines`.
    """
    text = _text_of(data)
    rows = _rows_of(text, _delimiter_of(text, columns))
    _, header = next(rows, (1, []))
    at, ignored = _columns_at(header, columns=columns, required=required)
    lines: list[CsvLine] = []
    faults: list[FieldError] = []
    for number, row in rows:
        if len(lines) == most_lines:
            raise line_fault(number, "too_many_lines", f"At most {most_lines} rows at a time: split the file.")
        faults += _faults_of(number, row, header)
        if len(faults) >= MOST_FAULTS:
            break
        cells = {name: _plain(row[at[name]]) if at.get(name, len(row)) < len(row) else "" for name in columns}
        lines.append(CsvLine(number, cells))
    Invalid.unless_good(faults)
    if not lines:
        raise line_fault(1, "empty", "There is nothing below the first line.")
    return CsvTable(tuple(lines), ignored)


def line_pointer(number: int, column: str = "") -> str:
    """Where in a file: `/lines/7/email`."""
    return f"/lines/{number}/{pointer_part(column)}" if column else f"/lines/{number}"


def line_fault(number: int, code: str, detail: str, *, column: str = "") -> Invalid:
    """One fault of one line of a file."""
    return Invalid.field(line_pointer(number, column), detail, code=code)


def _text_of(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        detail = "This is not a text in UTF-8. Save the file as CSV UTF-8."
        raise line_fault(number, "bad_encoding", detail) from error
    if "\0" in text:
        number = len(_LINE_END.findall(text[: text.index("\0")])) + 1
        raise line_fault(number, "control_characters", "Control characters are not allowed.")
    if not text.strip():
        raise Invalid.field("/lines", "The file is empty.", code="empty")
    return text


def _delimiter_of(text: str, columns: Collection[str]) -> str:
    """What parts the names in the first line into the most that are asked for."""

    def known(delimiter: str) -> int:
        try:
            _, header = next(_rows_of(text, delimiter), (1, []))
        except Invalid:
            return 0
        return len({_same(each) for each in header} & {_same(each) for each in columns})

    return max(_DELIMITERS, key=known)


def _rows_of(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row that says something, with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            if "field limit" in str(error):
                raise line_fault(number, "too_long", _too_long()) from error
            detail = "This is not CSV: a quotation mark is not closed, or stands within a cell."
            raise line_fault(number, "malformed_csv", detail) from error
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield number, row


def _columns_at(
    header: Sequence[str], *, columns: Collection[str], required: Collection[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column is, and the names of those that nobody asked for."""
    wanted = {_same(name): name for name in columns}
    at: dict[str, int] = {}
    ignored: list[str] = []
    for index, given in enumerate(header):
        name = wanted.get(_same(given))
        if name in at:
            raise line_fault(1, "twice", "There are two columns of this name.", column=name)
        if name is not None:
            at[name] = index
        elif given.strip() and len(ignored) < MOST_IGNORED:
            ignored.append(given.strip()[:100])
    Invalid.unless_good(
        FieldError(line_pointer(1, name), "missing_column", f"The first line has no column {name}.")
        for name in required
        if name not in at
    )
    return at, tuple(ignored)


def _faults_of(number: int, row: Sequence[str], header: Sequence[str]) -> Iterator[FieldError]:
    if any(cell.strip() for cell in row[len(header) :]):
        yield FieldError(line_pointer(number), "too_many_cells", "This line has more cells than the first one.")
    for name, cell in zip(header, row, strict=False):
        if len(cell) > LONGEST_CELL:
            yield FieldError(line_pointer(number, name.strip()), "too_long", _too_long())


def _too_long() -> str:
    return f"A cell has at most {LONGEST_CELL} characters."


def _same(name: str) -> str:
    """`E-Mail`, `e mail` and `EMAIL` are one name."""
    return _NO_LETTER.sub("", name).casefold()


def _plain(cell: str) -> str:
    """A cell as it was before `safe_cell`."""
    text = cell.strip()
    return text[1:].strip() if text.startswith("'") and text[1:].startswith(_FORMULA) else text
