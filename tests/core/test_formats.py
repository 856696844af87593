"""Days, times and amounts as people in that place write them."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from bookme.core.formats import Formats, ahead_text, locale_of, zone_choices

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


def test_polish_has_its_cases_its_clock_and_its_currency() -> None:
    """The month of a day is in the genitive, by itself it is not."""
    polish, moment = Formats(locale_of("pl", "PL"), "PLN"), dt.datetime(2026, 11, 12, 15, 5, tzinfo=dt.UTC)
    with override("pl"):
        assert polish.moment(moment) == "czwartek, 12 listopada, 15:05"
        assert polish.moment_short(moment) == "czw. 12 lis, 15:05"
        assert polish.month(moment.date()) == "listopad 2026"
        assert (polish.month_name(DAY), polish.month_of_day(DAY)) == ("listopad", "listopada")
        assert (polish.price(Decimal("48.50")), polish.price(Decimal(48))) == ("48,50\xa0zł", "48\xa0zł")
        assert [ahead_text(60 * hours) for hours in (1, 2, 5, 22)] == [
            "1 godzinę",
            "2 godziny",
            "5 godzin",
            "22 godziny",
        ]


@pytest.mark.parametrize(
    ("language", "at", "written"),
    [
        ("en", (23, 8, 59), "Now"),
        ("en", (23, 9, 25), "Today, in 25 minutes"),
        ("en", (23, 12, 10), "Today, in 3 hours"),
        ("en", (24, 0, 1), "Tomorrow"),
        ("en", (25, 8, 0), "In 2 days"),
        ("en", (30, 8, 0), "In 7 days"),
        ("fr", (25, 8, 0), "Dans 2 jours"),
        ("ar", (25, 8, 0), "خلال يومين"),
        ("pl", (28, 8, 0), "Za 5 dni"),
        ("es", (24, 8, 0), "Mañana"),
    ],
)
def test_how_long_until_then(language: str, at: tuple[int, int, int], written: str) -> None:
    """It is 23 November, 9 in the morning in Paris, and 8 in UTC."""
    zone = ZoneInfo("Europe/Paris")
    day, hour, minute = at
    moment = dt.datetime(2026, 11, day, hour, minute, tzinfo=zone)
    with override(language):
        formats = Formats(locale_of(language, "GB"), "GBP")
        assert formats.until(moment, dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)) == written


def test_days_are_counted_where_it_is() -> None:
    """Ten at night in London is the next day in Tokyo already."""
    at = dt.datetime(2026, 11, 23, 22, tzinfo=dt.UTC)
    moment = dt.datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert Formats(locale_of("en", "GB"), "GBP").until(moment, at) == "Today, in 2 hours"
    assert Formats(locale_of("en", "GB"), "GBP").until(moment + dt.timedelta(weeks=9), at) == "In 2 months"


@pytest.mark.parametrize(
    ("language", "country", "same_day", "over_night"),
    [
        (
            "en",
            "GB",
            "Tuesday 24 November, 12:00 to 12:30",
            "Tuesday 24 November, 12:00 until Wednesday 25 November, 00:30",
        ),
        (
            "fr",
            "FR",
            "mardi 24 novembre de 12:00 à 12:30",
            "mardi 24 novembre à 12:00 jusqu’au mercredi 25 novembre à 00:30",
        ),
    ],
)
def test_a_span_says_its_day_once(language: str, country: str, same_day: str, over_night: str) -> None:
    start = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    formats = Formats(locale=locale_of(language, country), currency="EUR")
    with override(language):
        assert formats.span(start, start + dt.timedelta(minutes=30)) == same_day
        assert formats.span(start, start + dt.timedelta(hours=12, minutes=30)) == over_night
        assert formats.clock_span(start, start + dt.timedelta(minutes=30)) in same_day.replace(" de ", " ")


def test_money_from_right_to_left_is_apart_from_what_follows() -> None:
    """`132 UK£ · 3` would be read as `3 132`: Latin letters draw what follows them to their own direction."""
    told = Formats(locale_of("ar", "GB"), "GBP").money(Decimal(132))
    assert (told[0], told[-1]) == ("\u2067", "\u2069")
    assert told.strip("\u2067\u2069\u200e\u200f").replace("\xa0", " ") == "132 UK£"
    assert Formats(locale_of("en", "GB"), "GBP").money(Decimal(132)) == "£132"


def test_zones_are_their_cities_each_once_with_the_name_that_one_has() -> None:
    found = zone_choices(locale_of("ar", "GB"))
    assert ("Europe/London", "لندن") in found
    names = [name for name, _city in found]
    assert len(names) == len(set(names)) > 400
    assert not [name for name in names if name.startswith("Etc/GMT")], "its sign is not the one that is meant"
    assert "Asia/Calcutta" not in names
    with_own = dict(zone_choices(locale_of("en", "GB"), "Asia/Calcutta"))
    assert with_own["Asia/Calcutta"] == "Kolkata"
    assert "Asia/Kolkata" not in with_own
    assert len(with_own) == len(names)
    assert dict(zone_choices(locale_of("en", "GB"), "Etc/GMT+5"))["Etc/GMT+5"] == "GMT+5"
    for unknown in ("", "Nowhere/Land"):
        assert zone_choices(locale_of("ar", "GB"), unknown) == found
    cities = [city for _name, city in zone_choices(locale_of("en", "GB"))]
    assert cities.index("Abidjan") < cities.index("London") < cities.index("Zurich")
