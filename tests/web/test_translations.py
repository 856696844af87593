"""What customers and the team read, in every language: complete, and compiled from what is in the repository."""

import re
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation import ngettext, override

from bookme.dev.translations import FOLDER, PACKAGE, forms, said_by_us
from tests.web.conftest import Shop, Visitor, configure, page_of

LANGUAGES = ["ar", "es", "fr", "pl"]
COUNTS = (1, 2, 5, 12, 21, 22)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def messages(language: str, read: Any = read_po, kind: str = "po") -> dict[tuple[str, ...], tuple[str, ...]]:
    """Translations by what they translate; both with all their plural forms."""
    with (FOLDER / language / "LC_MESSAGES" / f"django.{kind}").open("rb") as file:
        return {forms(each.id): forms(each.string) for each in read(file) if each.id}


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: str) -> None:
    assert set(messages(language)) == set(messages("fr"))


SAID = said_by_us(PACKAGE)


def test_nothing_that_is_said_is_left_out() -> None:
    known = set(messages("fr"))
    assert {text: path for text, path in SAID.items() if text not in known} == {}


def test_nothing_is_translated_that_nobody_says() -> None:
    assert set(messages("fr")) - set(SAID) == set()


def test_arabic_counts_in_six_ways() -> None:
    with override("ar"):
        counted = {ngettext("%(days)d day", "%(days)d days", number) % {"days": number} for number in (1, 2, 3, 11)}
    assert len({text.split()[-1] for text in counted}) == 4


def test_polish_counts_in_three_ways() -> None:
    with override("pl"):
        counted = [ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left} for left in COUNTS]
    assert counted == [
        "Zostało 1 miejsce",
        "Zostały 2 miejsca",
        "Zostało 5 miejsc",
        "Zostało 12 miejsc",
        "Zostało 21 miejsc",
        "Zostały 22 miejsca",
    ]


def test_spanish_counts_nought_as_many() -> None:
    with override("es"):
        counted = [ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left} for left in (0, 1, 2)]
    assert counted == ["Quedan 0 plazas", "Queda 1 plaza", "Quedan 2 plazas"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Quand vous convient-il"),
        ("ar", "متى يناسبك؟"),
        ("pl", "Jaki termin Ci odpowiada?"),
        ("es", "¿Cuándo le conviene?"),
    ],
)
def test_the_flow_in_the_visitor_s_language(visitor: Visitor, shop: Shop, language: str, words: str) -> None:
    configure(shop.tenant, languages=["fr", "ar", "pl", "es", "en"], country="MA", currency="MAD")
    page = page_of(visitor.client.get(f"/book/time/?lang={language}&d={visitor.draft(start=None).token()}"))
    assert words in page
    assert "When suits you" not in page
    assert "Continue" not in page.replace("Continuer", "")


def test_a_refusal_is_told_in_the_visitor_s_language(visitor: Visitor, shop: Shop, settings: Any) -> None:
    configure(shop.tenant, languages=["en", "fr"])
    settings.GUEST_BOOKINGS_PER_CONTACT = 0
    visitor.client.cookies["lang"] = "fr"
    answer = visitor.book()
    assert answer.status_code == 422
    assert "Vous avez trop de réservations" in page_of(answer)
