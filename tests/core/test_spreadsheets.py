"""Cells that no spreadsheet runs, and that other programs can still read."""

import csv

import pytest

from bookme.core.spreadsheets import csv_lines, safe_cell


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
    rows = [["name", "notes", "none"], ["Ann, B", 'says "hi"\nand\r\ngoes', None]]
    assert list(csv.reader(csv_lines(rows), strict=True)) == [rows[0], ["Ann, B", 'says "hi"\nand\r\ngoes', ""]]
