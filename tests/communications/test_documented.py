"""docs/messages.md says of every kind of message what the code says."""

import json
import re
from pathlib import Path

import bookme.onboarding
from bookme.communications.kinds import MAY_WAIT, MESSAGES, SWITCHABLE, Category, Family, Kind
from bookme.communications.told import TRUE_OF
from bookme.tenants.config import Messages

DOC = Path(__file__).parents[2] / "docs" / "messages.md"
_ROW = re.compile(r"^\| `([a-z_.]+)` \| ([a-z, ]+) \| ([a-z]+) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
ROWS = {
    kind: (audiences, category, night, sent) for kind, audiences, category, night, sent in _ROW.findall(DOC.read_text())
}


def test_every_kind_is_in_the_table_in_order() -> None:
    assert list(ROWS) == [each.value for each in MESSAGES]


def test_of_every_one_about_bookings_it_is_said_when_it_is_true() -> None:
    """What is not there could never be sent."""
    assert set(TRUE_OF) == {kind for kind, told in MESSAGES.items() if told.family is Family.BOOKING}


def test_a_config_file_may_switch_off_what_a_business_may() -> None:
    schema = json.loads((Path(bookme.onboarding.__file__).parent / "client.config.schema.json").read_text())
    assert schema["properties"]["messages"]["properties"]["off"]["items"]["enum"] == list(SWITCHABLE)


def test_where_a_new_one_is_added_is_said() -> None:
    section = DOC.read_text().partition("\n## A new kind of message\n")[2].partition("\n## ")[0]
    paths = re.findall(r"`((?:communications|config|web|onboarding|docs|tests)/[a-z_./]+)`", section)
    assert "communications/told.py" in paths
    roots = (DOC.parents[1] / "src" / "bookme", DOC.parents[1])
    assert [each for each in paths if not any((root / each).exists() for root in roots)] == []


def test_with_whom_it_goes_to_and_its_category() -> None:
    for kind, told in MESSAGES.items():
        audiences, category, _night, _sent = ROWS[kind.value]
        assert audiences == ", ".join(told.audiences), kind
        assert category == told.category, kind


def test_with_what_it_does_at_night() -> None:
    sooner = {Kind.REMINDER: "sooner", Kind.HOLD_ENDING: "not sent"}
    for kind in MESSAGES:
        assert ROWS[kind.value][2] == sooner.get(kind, "waits" if kind in MAY_WAIT else "at once"), kind


def test_with_whether_it_is_sent_where_nothing_is_set() -> None:
    assert Messages().off == ()
    assert Messages().follow_up_hours is None
    own = {Kind.REMINDER: "by `reminders`", Kind.FOLLOW_UP: "off"}
    for kind, told in MESSAGES.items():
        word = own.get(kind, "always" if told.category is Category.ACCOUNT else "on")
        assert re.split("[;:]", ROWS[kind.value][3])[0] == word, kind
