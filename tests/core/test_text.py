"""What strangers write of themselves, in messages that we send."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookme.core.text import name_text, unlinked

# What a mail program or a telephone makes a link of, at the least.
LINKED = re.compile(r"[a-z][a-z0-9+.-]*:/|(?:mailto|tel):|\w\.[^\W\d_]{2}|\d+\.\d+\.\d+\.\d+", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Your bank: http://evil.example/x?y=1", "Your bank: evil. example/x?y=1"),
        ("HTTPS://EVIL.EXAMPLE", "EVIL. EXAMPLE"),
        ("www.evil.example", "www. evil. example"),
        ("bit.ly/abc", "bit. ly/abc"),
        ("help@evil.example", "help@evil. example"),
        ("mailto:help@evil.example tel:+441632960000", "help@evil. example +441632960000"),
        ("http://192.0.2.7/x and 192.0.2.7", "192. 0. 2. 7/x and 192. 0. 2. 7"),
        ("evil。example evil．example", "evil. example evil. example"),
        ("http://http://evil.example", "evil. example"),
        ("пример.рф", "пример. рф"),
        ("javascript:alert(1)", "alert(1)"),
        ("myapp://pay", "pay"),
        ("bit\u200b.ly", "bit\u200b. ly"),  # what is not seen is left out by a browser, and by who sends an SMS
        ("bit.\u200bly bit\xad.ly a.l\u200by", "bit. \u200bly bit\xad. ly a. l\u200by"),
        ("हिन्दी.com x.भारत", "हिन्दी. com x. भारत"),
        ("bit․ly bit﹒ly", "bit. ly bit. ly"),
        ("http\u200b://2130706433/ http:\u200b//2130706433/", "http\u200b: //2130706433/ http: \u200b//2130706433/"),
        ("192\u200b.0.2.7 １９２．０．２．７", "192\u200b. 0. 2. 7 １９２. ０. ２. ７"),
    ],
)
def test_nothing_is_a_link(text: str, said: str) -> None:
    assert unlinked(text) == said
    assert not LINKED.search(said)


@pytest.mark.parametrize(
    "text",
    ["Zoë 佐藤 أمينة", "J. R. Smith", "Dr. O'Neill-Byron", "Ring twice. I have a dog!", "At 10.30, room 3.14", "1/2",
     "Note: no nuts", "10.11.2026", "A.B.", "50% off :-)", ""],
)  # fmt: skip
def test_what_is_no_link_stays(text: str) -> None:
    assert unlinked(text) == text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ada  Byron", "Ada Byron"),
        ("J.Smith", "J. Smith"),
        ("Your bank: call +44 (0)1632 960-000 now", "Your bank: call now"),
        ("Win at http://evil.example/", "Win at evil. example/"),
        ("Call 0906–123–4567 or 0906\u200b123:4567", "Call or"),
        ("01632960000", "01632960000"),
        ("Henry 8", "Henry 8"),
        ("x" * 120, "x" * 49 + "…"),
    ],
)
def test_a_name_is_a_name_and_short(name: str, said: str) -> None:
    assert name_text(name) == said


@given(st.text(alphabet="abE:/.@。．1 9htps\u200b", max_size=60))
def test_no_text_makes_a_link(text: str) -> None:
    seen = unlinked(text).replace("\u200b", "")
    assert not re.search(r"[a-z]:/|[^\W\d_][.。．][^\W\d_]{2}", seen, re.IGNORECASE)


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_every_name_says_something(name: str) -> None:
    assert 0 < len(name_text(name)) <= 50 or not " ".join(unlinked(name).split())
