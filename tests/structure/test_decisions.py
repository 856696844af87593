"""The records of decisions: each is known by a number of its own, which its file and its heading say."""

import re
from collections import Counter

from tests.structure.sources import ROOT

RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
NUMBERS = [int(each.name[:4]) for each in RECORDS]


def test_no_two_have_the_same_number() -> None:
    assert [number for number, times in Counter(NUMBERS).items() if times > 1] == []


def test_the_heading_has_the_number_of_the_file() -> None:
    headings = [each.read_text(encoding="utf-8").partition(".")[0] for each in RECORDS]
    assert headings == [f"# {number}" for number in NUMBERS]


def test_what_is_referred_to_is_there() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.py"), ROOT / "README.md"]
    named = {int(each) for page in pages for each in re.findall(r"decision (\d+)", page.read_text(encoding="utf-8"))}
    assert named <= set(NUMBERS)
    assert named
