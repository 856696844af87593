"""What customers read in French and Arabic: complete where it is begun, and compiled from what is in the repository."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation import ngettext, override

import bookme.web
from tests.web.conftest import Shop, Visitor, configure, page_of

FOLDER = Path(bookme.web.__file__).parent / "locale"
LANGUAGES = ["ar", "fr"]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def messages(language: str, read: Any = read_po, kind: str = "po") -> dict[tuple[str, ...], tuple[str, ...]]:
    """Translations by what they translate; both with all their plural forms."""
    with (FOLDER / language / "LC_MESSAGES" / f"django.{kind}").open("rb") as file:
        return {texts(each.id): texts(each.string) for each in read(file) if each.id}


def texts(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_served_is_what_was_written(language: str) -> None:
    assert messages(language, read_mo, "mo") == messages(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_keeps_its_placeholders(language: str) -> None:
    for said, told in messages(language).items():
        known = {name for text in said for name in PLACEHOLDER.findall(text)}
        for text in told:
            found = set(PLACEHOLDER.findall(text))
            assert text, said
            assert found <= known, said
            assert len(said) > 1 or found == known, said


def test_both_languages_say_the_same() -> None:
    assert set(messages("fr")) == set(messages("ar"))


def test_arabic_counts_in_six_ways() -> None:
    with override("ar"):
        counted = {ngettext("%(days)d day", "%(days)d days", number) % {"days": number} for number in (1, 2, 3, 11)}
    assert len({text.split()[-1] for text in counted}) == 4


@pytest.mark.parametrize(("language", "words"), [("fr", "Quand vous convient-il"), ("ar", "متى يناسبك؟")])
def test_the_flow_in_the_visitor_s_language(visitor: Visitor, shop: Shop, language: str, words: str) -> None:
    configure(shop.tenant, languages=["fr", "ar", "en"], country="MA", currency="MAD")
    page = page_of(visitor.client.get(f"/book/time/?lang={language}&d={visitor.draft(start=None).token()}"))
    assert words in page
    assert "When suits you" not in page
    assert "Continue" not in page.replace("Continuer", "")
