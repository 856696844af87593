"""Cells that no spreadsheet runs, and that other programs can still read; and files that people have."""

import contextlib
import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookme.core.errors import Invalid
from bookme.core.spreadsheets import csv_lines, read_csv, safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@SUM(A1)",
        "-2+3",
        "+cmd|' /C calc'!A0",
        "+1+1",
        "+44 20 7946",
        "+442079460001,=1+1",
        "+442079460001\n=1+1",
        "+442079460001\n",
        "+12",
        "+4420794600010000",
        "+\u0664\u0664\u0662\u0660",
        "+",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1+1",
    ],
)
def test_what_begins_like_a_formula_is_made_a_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+442079460001", "+212522000104", "Ann", "a=1", "2030-01-07", "", "'=1"])
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_lines_are_read_back_as_they_were() -> None:
    rows: list[list[str | None]] = [["name", "notes", "none"], ["Ann, B", 'says "hi"\nand\r\ngoes', None]]
    assert list(csv.reader(csv_lines(rows), strict=True)) == [rows[0], ["Ann, B", 'says "hi"\nand\r\ngoes', ""]]


COLUMNS = ("name", "email", "marketing_consent")


def read(text: str | bytes, **more: Any) -> list[tuple[int, dict[str, str]]]:
    data = text if isinstance(text, bytes) else text.encode()
    table = read_csv(data, **{"columns": COLUMNS, "required": ["name"], **more})
    return [(each.number, {name: cell for name, cell in each.cells.items() if cell}) for each in table.lines]


ANN = {"name": "Ann", "email": "ann@mail.example"}


@pytest.mark.parametrize(
    "text",
    [
        "name,email\nAnn,ann@mail.example\n",
        "name,email\nAnn,ann@mail.example",
        "name;email\r\nAnn;ann@mail.example\r\n",
        "name\temail\rAnn\tann@mail.example\r",
        "\ufeffName,E-Mail\n Ann , ann@mail.example \n",
        '"NAME","e mail"\n"Ann","ann@mail.example"\n',
        "email,name,note\nann@mail.example,Ann,\n",
        "name,email,,\nAnn,ann@mail.example,,,\n",
        "name,marketing consent,email\nAnn,,ann@mail.example\n",
    ],
)
def test_a_table_is_read_however_it_is_written(text: str) -> None:
    assert read(text) == [(2, ANN)]


def test_a_line_has_the_number_that_an_editor_shows() -> None:
    text = 'name,email\n"Ann\nB",ann@mail.example\n\n,\nBen\n'
    assert read(text) == [(2, {"name": "Ann\nB", "email": "ann@mail.example"}), (6, {"name": "Ben"})]


def test_columns_that_nobody_asked_for_are_told() -> None:
    assert read_csv(b"name,Shoe size,\nAnn,7,\n", columns=COLUMNS).ignored == ("Shoe size",)


def test_of_a_great_many_columns_the_first_are_told() -> None:
    names = tuple(f"c{number}" for number in range(1000))
    assert read_csv(f"name,{','.join(names)}\nAnn\n".encode(), columns=COLUMNS).ignored == names[:100]


def test_what_was_made_safe_is_read_as_it_was() -> None:
    rows = [["name"], ["=1+1"], ["-Ann"], ["+442079460001"], ["'Ann"], ["@ann"], ["O'Hara"]]
    assert [cells["name"] for _, cells in read("".join(csv_lines(rows)))] == [row[0] for row in rows[1:]]


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        (b"", "/lines", "empty"),
        (b"\xef\xbb\xbf \r\n", "/lines", "empty"),
        (b"name,email\n\n", "/lines/1", "empty"),
        (b"email\nann@mail.example\n", "/lines/1/name", "missing_column"),
        (b"Ann,ann@mail.example\n", "/lines/1/name", "missing_column"),
        (b"name,Name\nAnn,Ann\n", "/lines/1/name", "twice"),
        ("name\nAnn\nZoë\n".encode("latin-1"), "/lines/3", "bad_encoding"),
        ("name\nAnn\n".encode("utf-16"), "/lines/1", "bad_encoding"),
        (b"name\r\nAnn\r\nB\0n\r\n", "/lines/3", "control_characters"),
        (b'name\nAnn\n"Ben\n', "/lines/3", "malformed_csv"),
        (b'name\nAnn\n"Ben"x\n', "/lines/3", "malformed_csv"),
        (b'"name\nAnn\n', "/lines/1", "malformed_csv"),
        (b"name,email\nAnn,a@mail.example,x\n", "/lines/2", "too_many_cells"),
        (b"name\nAnn\n" + b"x" * 8001, "/lines/3/name", "too_long"),
        (b"name\nAnn\n" + b"x" * 1_000_000, "/lines/3", "too_long"),
        (b"x" * 1_000_000, "/lines/1", "too_long"),
        (b"name\nA\nB\nC\nD\n", "/lines/5", "too_many_lines"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(data: bytes, pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(data, most_lines=3)
    assert [(each.pointer, each.code) for each in caught.value.errors] == [(pointer, code)]


def test_faults_of_several_lines_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read("name\n" + "Ann,1\n" * 200, most_lines=500)
    assert [each.pointer for each in caught.value.errors] == [f"/lines/{number}" for number in range(2, 102)]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(Invalid):
        read(b"name,email\n" + data)
