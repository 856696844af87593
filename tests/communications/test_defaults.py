"""The built-in texts: good ones for every message, reader, channel and language, which a business may begin with."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from django.utils import translation

from bookme.communications.kinds import MESSAGES, Audience, Family, Kind
from bookme.communications.letters import Rendered, render, variables_of
from bookme.communications.models import Channel
from bookme.communications.rules import text_faults
from bookme.communications.samples import Stage, sample_of
from bookme.communications.selectors.texts import Place, built_in_texts, channels_of, default_texts
from bookme.communications.templating import Texts
from bookme.communications.told import Told
from bookme.communications.variables import FLAGS, vocabulary_of
from bookme.core.languages import WRITTEN_IN
from bookme.core.time import zone
from tests.communications.test_messages import SENDER

# As long as a real one.
LINK = f"https://house-of-hair.bookme.example/m/{'x' * 44}/"
STAGE = Stage(
    sender=SENDER, zone=zone("Europe/London"), currency="GBP", link=LINK, now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
)
PAIRS = [(kind, audience) for kind, told in MESSAGES.items() for audience in told.audiences]
ARABIC = re.compile(r"[\u0600-\u06ff]")


def _flags(kind: Kind, audience: Audience, texts: Texts) -> Iterator[frozenset[str]]:
    """All of them, and every combination of those that the text reads: it is the same whatever the others are."""
    known = vocabulary_of(kind, audience).flags
    yield known
    read = sorted(each for each in known if any(each in text for text in (texts.subject, texts.heading, texts.body)))
    for count in range(len(read) + 1):
        yield from map(frozenset, combinations(read, count))


def _sample(
    kind: Kind, audience: Audience, channel: Channel, language: str, flags: frozenset[str] = frozenset()
) -> tuple[Told, Rendered]:
    with translation.override(language):
        told = sample_of(kind, audience, stage=STAGE, language=language, flags=flags)
        return told, render(told=told, texts=default_texts(kind, audience, channel=channel), channel=channel)


@pytest.mark.parametrize("language", WRITTEN_IN)
@pytest.mark.parametrize(("kind", "audience"), PAIRS)
def test_every_text_is_written_in_its_language(kind: Kind, audience: Audience, language: str) -> None:
    """By every channel, with each of its flags on and off, and nothing of the template left in it."""
    vocabulary = vocabulary_of(kind, audience)
    for channel in channels_of(kind, audience):
        texts = built_in_texts(Place(kind, audience, channel, language))
        assert list(text_faults(texts, channel=channel, vocabulary=vocabulary)) == []
        english = built_in_texts(Place(kind, audience, channel, "en"))
        for own, other in zip((texts.subject, texts.heading), (english.subject, english.heading), strict=True):
            assert language == "en" or not own or own != other
        assert language == "en" or texts.body != english.body
        assert language != "ar" or ARABIC.search(texts.body)
        for flags in _flags(kind, audience, texts):
            told, found = _sample(kind, audience, channel, language, flags)
            for text in (found.subject, found.text, found.html):
                assert not re.search(r"\{\{|\{%|%\(|%s|\}\}", text)
            assert found.text.strip()
            assert bool(found.subject and found.html) == (channel is Channel.EMAIL)
            assert told.button[1] in found.text


@pytest.mark.parametrize(("kind", "audience"), PAIRS)
def test_what_a_message_may_say_is_what_it_can_tell(kind: Kind, audience: Audience) -> None:
    """Each of its variables is there in some sample of it, and of the others none in any."""
    vocabulary = vocabulary_of(kind, audience)
    for language in WRITTEN_IN:
        there: set[str] = set()
        for flags in (frozenset(), *({each} for each in vocabulary.flags | vocabulary.now_and_then)):
            values = variables_of(_sample(kind, audience, Channel.EMAIL, language, frozenset(flags))[0])
            assert all(values[name] is True for name in flags & vocabulary.flags)
            assert {name for name, value in values.items() if isinstance(value, bool)} >= vocabulary.flags
            assert all(values[name] for name in vocabulary.always)
            there |= {name for name, value in values.items() if value}
        assert there == vocabulary.meanings.keys()


def test_every_flag_is_of_some_kind() -> None:
    assert frozenset().union(*(vocabulary_of(kind, audience).flags for kind, audience in PAIRS)) == FLAGS


TO_CUSTOMERS = [kind for kind, audience in PAIRS if audience is Audience.CUSTOMER]


@pytest.mark.parametrize("language", WRITTEN_IN)
@pytest.mark.parametrize("kind", TO_CUSTOMERS)
def test_an_sms_is_two_messages_or_three(kind: Kind, language: str) -> None:
    """Three at the most where the letters of the language make it 70 and not 160 to one."""
    _told, found = _sample(kind, Audience.CUSTOMER, Channel.SMS, language)
    assert found.segments is not None
    assert found.segments.count <= (3 if language == "ar" else 2), found.text
    assert (found.segments.encoding == "gsm_7") is (language != "ar"), found.segments.unusual


def test_the_page_on_messages_says_how_long_each_is() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` ((?:\| \d \(\d+\) ){5})\|$", page, re.MULTILINE)
    told = {name: re.findall(r"(\d) \((\d+)\)", row) for name, row in rows}
    written = ("en", "fr", "es", "pl", "ar")
    for kind in TO_CUSTOMERS:
        samples = [_sample(kind, Audience.CUSTOMER, Channel.SMS, each)[1].segments for each in written]
        assert told[kind.value] == [(str(each.count), str(each.length)) for each in samples if each], kind
    assert told.keys() == set(TO_CUSTOMERS)


def test_a_link_to_join_is_on_a_line_of_its_own() -> None:
    with translation.override("en"):
        told = sample_of(Kind.REMINDER, Audience.CUSTOMER, stage=STAGE, language="en")
        online = replace(told, variables={**told.variables, "meeting_link": "https://meet.example/x"})
        texts = default_texts(Kind.REMINDER, Audience.CUSTOMER, channel=Channel.SMS)
        lines = render(told=online, texts=texts, channel=Channel.SMS).text.split("\n")
        without = render(told=told, texts=texts, channel=Channel.SMS).text.split("\n")
    assert lines[1:] == ["Join online: https://meet.example/x", LINK]
    assert without == [lines[0], LINK]


def test_whatsapp_says_what_the_mail_says() -> None:
    _told, found = _sample(Kind.CONFIRMED, Audience.CUSTOMER, Channel.WHATSAPP, "en")
    assert found.text.split("\n\n") == [
        "House of Hair: You're booked: Cut and finish, Thursday 5 November, 14:30",
        "Thank you, Amelia Hart. House of Hair looks forward to seeing you.",
        f"See, move or cancel it: {LINK}",
    ]


@pytest.mark.parametrize("kind", [Kind.DECLINED, Kind.CANCELLED])
@pytest.mark.parametrize("channel", Channel)
def test_the_reason_reaches_the_customer_by_every_channel(kind: Kind, channel: Channel) -> None:
    told, found = _sample(kind, Audience.CUSTOMER, channel, "en")
    assert f"Reason: {told.variables['reason']}" in found.text
    with translation.override("en"):
        texts = default_texts(kind, Audience.CUSTOMER, channel=Channel.SMS)
        unsaid = [replace(told, variables={**told.variables, "reason": ""})]
        if kind is Kind.CANCELLED:  # by themselves: they know why
            unsaid.append(replace(told, variables={**told.variables, "by_customer": True}))
        for each in unsaid:
            assert "Reason" not in render(told=each, texts=texts, channel=Channel.SMS).text


def test_families_have_their_own_samples() -> None:
    found = {MESSAGES[kind].family for kind, _audience in PAIRS}
    assert found == set(Family)
