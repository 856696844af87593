"""How a message looks by each channel: what is cut, what is made plain, and what is kept of it."""

from dataclasses import replace
from html import escape
from urllib.parse import quote

import pytest
from django.utils import translation

from bookme.communications.kinds import Audience, Kind
from bookme.communications.letters import LONGEST_SHORT, on_record, render
from bookme.communications.models import Channel
from bookme.communications.samples import sample_of
from bookme.communications.segments import Encoding
from bookme.communications.templating import Texts
from bookme.communications.told import Told
from tests.communications.test_defaults import LINK, STAGE

TOKEN = "zWmTq0h3sVb8Yk1pUo5nRgGY9qAcLX4_iktcbX6Pmg-B"
MANAGE = f"https://house-of-hair.bookme.example/m/{TOKEN}/"
MEETING = "https://meet.example/" + "m" * 120


def _told(**variables: str | bool) -> Told:
    with translation.override("en"):
        told = sample_of(Kind.REMINDER, Audience.CUSTOMER, stage=STAGE, language="en")
    return replace(told, variables=told.variables | variables)


def _short(body: str, channel: Channel = Channel.SMS, **variables: str | bool) -> str:
    return render(told=_told(**variables), texts=Texts(body=body), channel=channel).text


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
@pytest.mark.parametrize(
    "body",
    [
        "{{ service }} " * 12 + "{{ link }}",
        "{{ service }} " * 12 + "{{ link }}" + "\n{{ service }}" * 6,
        "{{ meeting_link }}\n" + "{{ service }} " * 12 + "{{ link }}",
        "{{ service }} " * 8 + "{{ meeting_link }} or {{ link }}" + "x" * 700,
    ],
)
def test_a_text_that_is_too_long_is_cut_and_its_link_is_not(channel: Channel, body: str) -> None:
    text = _short(body, channel, service="y" * 150, meeting_link=MEETING)
    assert len(text) <= LONGEST_SHORT
    assert text.startswith(("y" * 150, MEETING))
    assert LINK in text
    assert (MEETING in text) is ("meeting_link" in body)
    assert text.count("https://") == body.count("link }}"), "no half of one"


def test_a_text_of_many_links_has_as_many_as_are_whole() -> None:
    text = _short("{{ link }} and " * 30)
    assert len(text) <= LONGEST_SHORT
    assert text.count("https://") == text.count(LINK) > 10


def test_a_text_with_room_is_as_it_was_written() -> None:
    """The control."""
    assert _short("{{ service }}\n{{ link }}\nBye") == f"Cut and finish\n{LINK}\nBye"


@pytest.mark.parametrize(
    "spelled",
    [
        MANAGE,
        escape(MANAGE),
        quote(MANAGE),
        quote(MANAGE, safe=""),
        f"https://evil.example/?to={quote(MANAGE, safe='')}&x=1",
        f"({MANAGE})",
        f'<a href="{MANAGE}">',
        MANAGE.upper(),
        MANAGE.lower(),
        MANAGE.removeprefix("https://"),
        f"elsewhere/{TOKEN}/cancel",
        f"see{MANAGE}and go",
    ],
)
def test_no_link_that_opens_something_is_kept_however_it_is_spelled(spelled: str) -> None:
    told = replace(_told(), links=frozenset({MANAGE, f"{MANAGE}more/"}))
    kept = on_record(f"Before {spelled} after", told)
    assert TOKEN.lower() not in kept.lower()
    assert kept.startswith("Before ")
    assert kept.endswith(" after")
    assert "[link]" in kept


def test_what_opens_nothing_is_kept() -> None:
    """The control."""
    told = replace(_told(), links=frozenset({MANAGE}))
    assert on_record(f"See {STAGE.sender.url} and {MEETING}", told) == f"See {STAGE.sender.url} and {MEETING}"
    assert on_record(MANAGE, replace(told, links=frozenset())) == MANAGE


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("C’est réservé : « Coupe »…", 'C\'est réservé : " Coupe "...'),
        ("Garçon, fenêtre, sábado, Œuvre", "Garcon, fenetre, sabado, OEuvre"),
        ("Zażółć gęślą Łódź", "Zazolc gesla Lodz"),
        ("Čeština, đ", "Čeština, đ"),  # not all of it can be plain
        ("مرحبا – أهلا", "مرحبا – أهلا"),
    ],
)
def test_an_sms_is_plain_where_that_makes_it_fewer(text: str, sent: str) -> None:
    filler = "a" * 80
    assert _short(filler + text) == filler + sent
    assert _short(filler + text, Channel.WHATSAPP) == filler + text
    assert _short(text) == text, "it is one either way"


def test_an_accent_that_costs_nothing_stays() -> None:
    found = render(told=_told(), texts=Texts(body="é à ñ ü " * 20), channel=Channel.SMS)
    assert found.text == ("é à ñ ü " * 20).strip()
    assert found.segments is not None
    assert (found.segments.encoding, found.segments.count) == (Encoding.GSM, 1)
