"""docs/messages.md says of every kind of message what the code says."""

import re
from pathlib import Path

from bookme.communications.kinds import MAY_WAIT, MESSAGES, Category, Kind
from bookme.tenants.config import Messages

DOC = Path(__file__).parents[2] / "docs" / "messages.md"
_ROW = re.compile(r"^\| `([a-z_.]+)` \| ([a-z, ]+) \| ([a-z]+) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
ROWS = {
    kind: (audiences, category, night, sent) for kind, audiences, category, night, sent in _ROW.findall(DOC.read_text())
}


def test_every_kind_is_in_the_table_in_order() -> None:
    assert list(ROWS) == [each.value for each in MESSAGES]


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
