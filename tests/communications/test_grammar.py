"""What a template may say, what is refused, and that what passes is written for every value of its variables."""

import gc
import re
import time
import tracemalloc
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookme.communications.grammar import MOST_VARIABLES, faults_of
from bookme.communications.kinds import MESSAGES, Audience, Family, Kind, message_name
from bookme.communications.markup import Fault
from bookme.communications.templating import FILTERS, LONGEST_VALUE, TAGS, written
from bookme.communications.variables import Vocabulary, vocabulary_of

CANCELLED, BOOKED = (vocabulary_of(kind, Audience.CUSTOMER) for kind in (Kind.CANCELLED, Kind.CONFIRMED))
# Of no message, but of each sort of variable there are some.
BOOKING = Vocabulary(
    meanings={**CANCELLED.meanings, **BOOKED.meanings},
    flags=CANCELLED.flags | BOOKED.flags,
    always=CANCELLED.always,
    now_and_then=frozenset(),
)


def _faults(text: str, **options: Any) -> list[Fault]:
    return faults_of(text, BOOKING, **({"longest": 4000} | options))


def _codes(text: str, **options: Any) -> list[str]:
    return [each.code for each in _faults(text, **options)]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "{{ customer }}",
        "{{customer}}, {{- service -}} !",
        "{{ staff | upcase }} {{ service | truncate: 20 }} {{ service | truncate: 20, '' }} {{ when | capitalize }}",
        "{% if due and fee %}{{ fee }}{% else %}x{% endif %}",
        "{{ reason | default: 'No reason was given.' }}",
        "{% if due %}{{ due }} is due.{% elsif fee %}{{ fee }}{% else %}Nothing is due.{% endif %}",
        "Hi{% unless is_series %} once{% endunless %}",
        "{% if is_series and by_customer or due %}A{% else %}B{% endif %}",
        "{% if staff == 'Ada' %}A{% else %}B{% endif %}",
        "{% case staff %}{% when 'Ada', 'Bea' %}A{% when 'Cy' %}B{% else %}C{% endcase %}",
        "Hi{% comment %}for {{ nobody }}{% endcomment %}",
        "100% { sure } of it }} and %}",
        "مرحبًا {{ customer }}، موعدك {{ when }}",
    ],
)
def test_good_texts_pass(text: str) -> None:
    assert _faults(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ customer.email }}", "not_a_name"),
        ("{{ customer['email'] }}", "not_a_name"),
        ("{{ customer[0] }}", "not_a_name"),
        ("{{ customer.__class__.__mro__ }}", "not_a_name"),
        ("{{ customer.size }}", "not_a_name"),
        ("{{ ['customer'] }}", ""),  # another way to say {{ customer }}
        ("{{ [customer] }}", "not_a_name"),
        ("{{ nobody }}", "unknown_variable"),
        ("{{ settings }}", "unknown_variable"),
        ("{{ __class__ }}", "unknown_variable"),
        ("{{ self }}", "unknown_variable"),
        ("{{ is_series }}", "not_a_text"),
        ("{{ 'text' }}", "syntax"),
        ("{{ 7 }}", "syntax"),
        ("{{ (1..1000000) }}", "syntax"),
        ("{{ 7 * 7 }}", "syntax"),
        ("{{ customer() }}", "syntax"),
        ("{{ }}", "syntax"),
        ("{{ customer", "unclosed"),
        ("Hi {% if due", "unclosed"),
        ("{{ customer | escape }}", "unknown_filter"),
        ("{{ customer | map: 'x' }}", "unknown_filter"),
        ("{{ customer | upcase: 1 }}", "filter_arguments"),
        ("{{ customer | truncate: 'x' }}", "filter_arguments"),
        ("{{ customer | truncate: 100000000 }}", "filter_arguments"),
        ("{{ customer | truncate }}", "filter_arguments"),
        ("{{ customer | default: service }}", "filter_arguments"),
        ("{{ customer | default: 'x', allow_false: true }}", "filter_arguments"),
        ("{{ customer if due else staff }}", "syntax"),
        ("{{ link | truncate: 90 }}", "link_changed"),
        ("{{ link | downcase }}", "link_changed"),
        ("{{ meeting_link | default: 'x' | upcase }}", "link_changed"),
        ("{% for each in customer %}x{% endfor %}", "unknown_tag"),
        ("{% assign x = customer %}x", "unknown_tag"),
        ("{% capture x %}x{% endcapture %}", "unknown_tag"),
        ("{% include 'settings' %}", "unknown_tag"),
        ("{% render 'settings' %}", "unknown_tag"),
        ("{% tablerow x in (1..9) %}{% endtablerow %}", "unknown_tag"),
        ("{% cycle 'a', 'b' %}x", "unknown_tag"),
        ("{% increment x %}", "unknown_tag"),
        ("{% raw %}{{ customer }}{% endraw %}", "unknown_tag"),
        ("{% liquid echo customer %}", "unknown_tag"),
        ("{% # a note %}x", "unknown_tag"),
        ("{% doc %}x{% enddoc %}", "unknown_tag"),
        ("{% %}", "unknown_tag"),
        ("{% comment %}{% raw %}{% endcomment %}x", "unknown_tag"),
        ("{% if due %}x", "syntax"),
        ("x{% endif %}", "syntax"),
        ("{% if %}x{% else %}y{% endif %}", "syntax"),
        ("{% if price > 5%}x{% else %}y{% endif %}", "syntax"),
        ("{% if service contains 'x' %}x{% else %}y{% endif %}", "syntax"),
        ("{% if due == fee %}x{% else %}y{% endif %}", "comparison"),
        ("{% if due == '' %}x{% else %}y{% endif %}", "comparison"),
        ("{% if due == empty %}x{% else %}y{% endif %}", "comparison"),
        ("{% if is_series == 'x' %}x{% else %}y{% endif %}", "comparison"),
        ("{% if customer.email %}x{% else %}y{% endif %}", "not_a_name"),
        ("{% if nobody %}x{% else %}y{% endif %}", "unknown_variable"),
        ("{% case staff %}{% when 'a', 'a' %}x{% else %}y{% endcase %}", "comparison"),
        ("{% case staff %}{% when service %}x{% else %}y{% endcase %}", "comparison"),
        ("{{ due }}", "may_be_empty"),
        ("{{ due | default: ' ' }}", "may_be_empty"),
        ("{% if due %}x{% endif %}", "may_be_empty"),
        ("{% if due or fee %}{{ fee }}{% else %}x{% endif %}", "may_be_empty"),
        ("{% unless due %}{{ due }}{% else %}x{% endunless %}", "may_be_empty"),
        ("{% case staff %}{% when 'a' %}x{% endcase %}", "may_be_empty"),
        ("{% comment %}x{% endcomment %}", "may_be_empty"),
        ("x\x00", "control_characters"),
        ("x\u202e", "control_characters"),
        ("x" * 4001, "too_long"),
        ("{{ customer " + " " * 200 + "}}", "too_long"),
        ("{% if due %}" * 6 + "x" + "{% endif %}" * 6 + "y", "too_deep"),
        ("{{ customer }}" * (MOST_VARIABLES + 1), "too_many"),
    ],
)
def test_everything_else_is_refused(text: str, code: str) -> None:
    assert _codes(text)[:1] == ([code] if code else [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ customr }} {% for x in y %}", [(1, 4, "unknown_variable"), (1, 15, "unknown_tag")]),
        ("{{ customer.email }}\n{% for x in y %}{{ x }}", [(1, 4, "not_a_name"), (2, 1, "unknown_tag"),
                                                           (2, 20, "unknown_variable")]),
        ("{{ a b }} {{ nobody }} {{ due | escape }}", [(1, 6, "syntax"), (1, 14, "unknown_variable"),
                                                       (1, 33, "unknown_filter")]),
        ("{{ nobody }}{% if due %}x", [(1, 4, "unknown_variable"), (1, 13, "syntax")]),
        ("{% if due %}{{ nobody }}{% endunless %}", [(1, 1, "syntax"), (1, 16, "unknown_variable"),
                                                     (1, 25, "syntax")]),
        ("{% if nobody %}{% elsif somebody == 'x' %}{% else %}{% frob %}{% endif %}",
         [(1, 7, "unknown_variable"), (1, 25, "unknown_variable"), (1, 53, "unknown_tag")]),
        ("{% case nobody %}{% when due %}{% endcase %}{% frob %}",
         [(1, 9, "unknown_variable"), (1, 21, "comparison"), (1, 45, "unknown_tag")]),
        ("{% comment %}{{ nobody }}{% if %}{% endcomment %}{% frob %}", [(1, 50, "unknown_tag")]),
        ("{{ nobody }} {{ customer", [(1, 4, "unknown_variable"), (1, 14, "unclosed")]),
        ("{% %}{{ link | upcase }}", [(1, 1, "unknown_tag"), (1, 9, "link_changed")]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_is_told_at_once_in_its_place(text: str, told: list[tuple[int, int, str]]) -> None:
    assert [(each.line, each.column, each.code) for each in _faults(text)] == told


def test_a_line_has_no_breaks() -> None:
    assert _codes("a\nb") == []
    assert _codes("a\nb", is_line=True) == ["control_characters"]


@pytest.mark.parametrize(
    "text", ["{{ link }}", "A {{- link -}} B", "{% if due %}{{ link }}{% else %}x{% endif %}", "{{ meeting_link }} x"]
)
def test_a_link_has_its_place_in_the_text(text: str) -> None:
    """What others may read of a message, its subject among it, opens nothing."""
    assert set(_codes(text)) <= {"may_be_empty"}
    assert _codes(text, is_line=True)[:1] == ["link_in_line"]
    assert _codes("{% if meeting_link %}Online{% else %}Here{% endif %}", is_line=True) == []


def test_a_fault_says_what_and_where() -> None:
    (fault,) = _faults("Hello,\n\nyou {{ nobody }}")
    assert (fault.line, fault.column) == (3, 8)
    assert str(fault) == "Line 3, character 8: There is no “nobody” to say here."
    (fault,) = _faults("Hi {% for x in y %}")
    assert str(fault) == "Line 1, character 4: There is no tag “for” here, only case, comment, if, unless."
    (fault,) = _faults("{{ customer | md5 }}")
    assert "“md5”" in fault.detail
    assert all(each in fault.detail for each in FILTERS)


def test_all_faults_are_told_at_once() -> None:
    assert _codes("{{ a }} {{ customer.b }} {{ staff | c }}") == ["unknown_variable", "not_a_name", "unknown_filter"]


def test_the_page_on_messages_lists_what_may_be_said() -> None:
    """Each family's variables with what they mean and which messages have them."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
    headings = {
        Family.BOOKING: "Of bookings",
        Family.WAITING: "Of the waitlist",
        Family.SESSION: "Of whole classes",
        Family.ACCOUNT: "Of accounts and invitations",
    }
    for family, heading in headings.items():
        section = page.partition(f"### {heading}\n")[2].partition("\n#")[0]
        rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) ?\| (.*?) ?\|$", section, re.MULTILINE)
        assert {name for name, *_rest in rows} == set().union(*(said.meanings for _name, said in _of(family)))
        for name, meaning, note, where in rows:
            having = {message: said for message, said in _of(family) if name in said.meanings}
            assert {said.meanings[name] for said in having.values()} == {meaning}
            assert {name in said.flags for said in having.values()} == {note == "flag"}
            assert {name in said.always for said in having.values()} == {note == "always there"}
            named = re.findall(r"`(.*?)`", where)
            assert {each for each, _said in _of(family) if where == "all" or _is_among(each, named)} == having.keys()


def _is_among(message: str, named: list[str]) -> bool:
    """A kind is said for all who get it."""
    return any(message == each or message.startswith(f"{each}.") for each in named)


def _of(family: Family) -> list[tuple[str, Vocabulary]]:
    """The messages of a family by the names that texts have, with what may be said in each."""
    return [
        (message_name(kind, audience), vocabulary_of(kind, audience))
        for kind, told in MESSAGES.items()
        if told.family is family
        for audience in told.audiences
    ]


def test_the_page_on_messages_lists_the_tags_the_filters_and_what_is_wrong() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
    texts = page.partition("## Texts\n")[2].partition("\n## ")[0]
    codes = {code for _text, code in test_everything_else_is_refused.pytestmark[0].args[1] if code} | {"link_in_line"}
    for word in TAGS | FILTERS | codes:
        assert word in texts, word


HOSTILE = [
    "{{ customer }}",
    "{% include 'x' %}",
    "{% raw %}",
    "}} {{",
    "<script>alert(1)</script>",
    "%(name)s {0.__class__}",
    "${7*7} #{7*7} {{7*7}}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_never_read_as_templates(value: str) -> None:
    for text in ("{{ customer }}", "{{ customer | default: 'x' }}", "{% if customer %}{{ customer }}{% endif %}"):
        assert written(text, {"customer": value}) == value


def test_a_value_is_one_line_and_bounded() -> None:
    assert written("[{{ customer }}]", {"customer": " a\r\nBcc: b\u2028c\u202ed\x00 "}) == "[a Bcc: b c d]"
    assert len(written("{{ customer }}", {"customer": "x" * 5000})) == LONGEST_VALUE
    assert written("{{ link }}", {"link": "x" * 1500}) == "x" * 1500  # half a link leads nowhere


def test_an_empty_text_is_false_and_nothing() -> None:
    text = "{% if due %}due{% else %}not{% endif %}{{ due }}{{ due | upcase | downcase | capitalize | truncate: 9 }}"
    assert written(text, {"due": ""}) == "not"


@pytest.mark.parametrize(
    "text",
    [
        "{% comment %}" + "{{" * 100 + " " * 3700,
        "{{" + " " * 3998,
        "{%" * 2000,
        "{% raw %}" * 400,
        "{{ customer }}" * 280,
        "{% if " + "due or " * 500 + "due %}x{% endif %}",
        "{% case staff %}{% when " + ",".join(["'a'"] * 40) + " %}x{% endcase %}y",
        "{{ customer" + " | upcase" * 20 + " }}" + "{{ customer" + "|upcase" * 400 + "}}",
        "{% if due %}" * 300,
        "{{ " + "[" * 190 + " }}",
        "{{ customer" + "[customer" * 20 + "]" * 20 + " }}",
    ],
)
def test_no_text_takes_long_to_look_at(text: str) -> None:
    began = time.process_time()
    _faults(text)
    assert time.process_time() - began < 0.5


# Texts that are nearly templates, put together of their parts.
_PARTS = st.sampled_from(
    ["Hi ", "\n", "{{ customer }}", "{{ due }}", "{{ due | default: 'none' }}", "{{ when | truncate: 9 }}",
     "{% if due %}", "{% if is_series and due %}", "{% if staff == 'Ada' %}", "{% elsif fee %}", "{% else %}",
     "{% endif %}", "{% unless by_customer %}", "{% endunless %}", "{% case staff %}", "{% when 'Ada', 'x' %}",
     "{% endcase %}", "{% comment %}", "{% endcomment %}", "{{", "}}", "{%", "%}", "{{ nobody }}", "{{ a.b }}",
     "{{- customer -}}", "{%- if due -%}", "|", "'", "-", "{{ customer | nope }}", "{{ is_series }}"]
)  # fmt: skip
_SIGNS = st.lists(st.sampled_from("{}%|'.-[] \ncustomerdu"), max_size=60)
_SOUND = st.recursive(
    st.sampled_from(["Hi ", "", "{{ customer }}", "{{ due }}", "{{ fee | default: 'none' }}", "{{ when | upcase }}"]),
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(
            st.sampled_from(["due", "is_series", "fee and due", "due or fee", "staff == 'Ada'"]), inner, inner
        ).map(lambda each: f"{{%- if {each[0]} %}}{each[1]}{{% else -%}}{each[2]}{{% endif %}}")
    ),
    max_leaves=12,
)
_TEMPLATES = (st.lists(_PARTS, max_size=12) | _SIGNS).map("".join) | _SOUND
_SAID = ["Ada", "x", "a b", *HOSTILE, "ی", "9" * 600]
_VALUES = st.fixed_dictionaries(
    {
        name: st.sampled_from(_SAID if name in BOOKING.always else ["", "\n\n", "\ud800", *_SAID])
        for name in sorted(BOOKING.meanings.keys() - BOOKING.flags)
    }
)


@given(_TEMPLATES, _VALUES)
def test_what_passes_is_written_for_every_value(text: str, values: dict[str, str]) -> None:
    """And is never empty, nor longer than its text and so many values."""
    if _faults(text):
        return
    for flags in product([True, False], repeat=len(BOOKING.flags)):
        found = written(text, values | dict(zip(BOOKING.flags, flags, strict=True)))
        assert found
        assert len(found) <= len(text) + MOST_VARIABLES * LONGEST_VALUE


@given(st.text(max_size=80))
def test_any_text_is_told_of_and_nothing_breaks(text: str) -> None:
    for each in _faults(text):
        assert each.code
        assert each.detail
        assert each.line <= text.count("\n") + 1


def test_long_texts_that_somebody_looks_at_are_not_kept() -> None:
    """Their parts take a hundred times their room, and there is no end to how many one may look at."""
    long = [f"{number}" + "{% if due or due or due or due %}{% endif %}" * 85 for number in range(4)]
    written("x", {})
    gc.collect()
    tracemalloc.start()
    try:
        for text in long:
            assert _codes(text) == []
            written(text, {"due": ""})
        gc.collect()
        kept, _most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 200_000
