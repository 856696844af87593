"""The built-in texts: good ones for every message, reader, channel and language, which a business may begin with."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from django.utils import translation

from bookme.communications.kinds import MESSAGES, Audience, Family, Kind
from bookme.communications.letters import Rendered, render, variables_of
from bookme.communications.models import Channel
from bookme.communications.rules import text_faults
from bookme.communications.samples import Stage, sample_of
from bookme.communications.selectors.texts import Place, built_in_texts, channels_of, default_texts
from bookme.communications.told import Told
from bookme.communications.variables import FLAGS, vocabulary_of
from bookme.core.languages import WRITTEN_IN
from bookme.core.time import zone
from tests.communications.test_messages import SENDER

# As long as a real one: the id of a visit, a version and a signature.
LINK = f"https://house-of-hair.bookme.example/manage/{'0' * 32}:1:{'x' * 43}/"
STAGE = Stage(
    sender=SENDER, zone=zone("Europe/London"), currency="GBP", link=LINK, now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
)
PAIRS = [(kind, audience) for kind, told in MESSAGES.items() for audience in told.audiences]
ARABIC = re.compile(r"[\u0600-\u06ff]")


def _flags(kind: Kind) -> Iterator[frozenset[str]]:
    flags = sorted(vocabulary_of(kind).flags)
    for count in range(len(flags) + 1):
        yield from map(frozenset, combinations(flags, count))


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
    vocabulary = vocabulary_of(kind)
    for channel in channels_of(kind, audience):
        texts = built_in_texts(Place(kind, audience, channel, language))
        assert list(text_faults(texts, channel=channel, vocabulary=vocabulary)) == []
        english = built_in_texts(Place(kind, audience, channel, "en"))
        for own, other in zip((texts.subject, texts.heading), (english.subject, english.heading), strict=True):
            assert language == "en" or not own or own != other
        assert language == "en" or texts.body != english.body
        assert language != "ar" or ARABIC.search(texts.body)
        for flags in _flags(kind):
            told, found = _sample(kind, audience, channel, language, flags)
            for text in (found.subject, found.text, found.html):
                assert not re.search(r"\{\{|\{%|%\(|%s|\}\}", text)
            assert found.text.strip()
            assert bool(found.subject and found.html) == (channel is Channel.EMAIL)
            assert told.button[1] in found.text


@pytest.mark.parametrize(("kind", "audience"), PAIRS)
def test_a_sample_has_every_variable_of_its_kind(kind: Kind, audience: Audience) -> None:
    vocabulary = vocabulary_of(kind)
    for language in WRITTEN_IN:
        told, _found = _sample(kind, audience, Channel.EMAIL, language)
        values = variables_of(told)
        assert values.keys() == vocabulary.meanings.keys()
        assert {name for name, value in values.items() if isinstance(value, bool)} == vocabulary.flags
        assert all(values[name] for name in vocabulary.always)
        for flag in vocabulary.flags & told.variables.keys():
            on = _sample(kind, audience, Channel.EMAIL, language, frozenset({flag}))[0]
            assert on.variables[flag] is True


def test_every_flag_is_of_some_kind() -> None:
    assert frozenset().union(*(vocabulary_of(kind).flags for kind in Kind)) == FLAGS


@pytest.mark.parametrize("language", WRITTEN_IN)
@pytest.mark.parametrize("kind", [kind for kind, audience in PAIRS if audience is Audience.CUSTOMER])
def test_an_sms_is_two_messages_or_three(kind: Kind, language: str) -> None:
    """Three at the most where the letters of the language make it 70 and not 160 to one."""
    _told, found = _sample(kind, Audience.CUSTOMER, Channel.SMS, language)
    assert found.segments is not None
    assert found.segments.count <= (2 if found.segments.encoding == "gsm_7" else 4), found.text
    assert language != "en" or found.segments.encoding == "gsm_7", found.segments.unusual


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


def test_families_have_their_own_samples() -> None:
    found = {MESSAGES[kind].family for kind, _audience in PAIRS}
    assert found == set(Family)
