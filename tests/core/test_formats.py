"""Days, times and amounts as people in that place write them."""

import datetime as dt

import pytest

from bookme.core.formats import Formats, locale_of

DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("language", "country", "written"),
    [
        ("en", "GB", "Monday 23 November"),
        ("en", "US", "Monday, November 23"),
        ("en", "MA", "Monday 23 November"),
        ("fr", "MA", "lundi 23 novembre"),
        ("fr-CA", "MA", "lundi 23 novembre"),
        ("ar", "MA", "الاثنين، 23 نونبر"),
        ("pl", "GB", "poniedziałek, 23 listopada"),
        ("es", "US", "lunes, 23 de noviembre"),
        ("ja", "JP", "11月23日月曜日"),
    ],
)
def test_a_day_is_written_out(language: str, country: str, written: str) -> None:
    assert Formats(locale_of(language, country), "GBP").day(DAY) == written


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [("fr-FR", "MA", "fr_FR"), ("fr", "MA", "fr_MA"), ("en", "MA", "en_GB"), ("pl", "MA", "pl"), ("xx", "MA", "en_GB")],
)
def test_a_language_with_a_region_is_of_that_region(language: str, country: str, locale: str) -> None:
    assert str(locale_of(language, country)) == locale
