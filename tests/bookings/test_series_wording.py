"""How a series repeats, in words."""

import datetime as dt

import pytest
from babel import Locale
from django.utils.translation import override

from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.bookings.series_wording import recurrence_text, series_text
from bookme.core.formats import Formats

WEEKLY, MONTHLY = Frequency.WEEKLY, Frequency.MONTHLY
MONDAY = dt.datetime(2030, 1, 7, 10, tzinfo=dt.UTC)
BRITISH = Formats(Locale.parse("en_GB"), "GBP")
WEEK = dt.timedelta(weeks=1)


@pytest.mark.parametrize(
    ("rule", "first", "words"),
    [
        (Recurrence(frequency=WEEKLY, count=4), MONDAY, "every week on Monday at 10:00"),
        (
            Recurrence(frequency=WEEKLY, interval=2, weekdays=(0, 3), count=4),
            MONDAY,
            "every 2 weeks on Monday and Thursday at 10:00",
        ),
        (
            Recurrence(frequency=MONTHLY, count=3),
            dt.datetime(2030, 1, 8, 14, 30, tzinfo=dt.UTC),
            "every month on the second Tuesday at 14:30",
        ),
        (Recurrence(frequency=MONTHLY, interval=3, count=3), MONDAY, "every 3 months on the first Monday at 10:00"),
        (Recurrence(frequency=MONTHLY, count=3, last=True), MONDAY, "every month on the last Monday at 10:00"),
        (
            Recurrence(frequency=MONTHLY, count=3),
            dt.datetime(2030, 1, 31, 9, tzinfo=dt.UTC),
            "every month on the last Thursday at 09:00",
        ),
    ],
)
def test_how_often(rule: Recurrence, first: dt.datetime, words: str) -> None:
    assert recurrence_text(rule, first, formats=BRITISH) == words


def test_what_was_moved_for_itself_does_not_speak_for_the_rest() -> None:
    rule = Recurrence(frequency=WEEKLY, count=4)
    starts = [MONDAY + dt.timedelta(days=1, hours=3), MONDAY + WEEK, MONDAY + 2 * WEEK, MONDAY + 3 * WEEK]
    assert series_text(rule, starts, formats=BRITISH) == "4 visits, every week on Monday at 10:00"
    assert series_text(rule, starts[1:2], formats=BRITISH) == "1 visit, every week on Monday at 10:00"


@pytest.mark.parametrize(
    ("language", "locale", "words"),
    [
        ("fr", "fr_FR", "4 visites, toutes les 2 semaines, le lundi à 10:00"),
        ("pl", "pl_PL", "4 wizyty, co 2 tygodnie: poniedziałek, godz. 10:00"),
        ("es", "es_ES", "4 visitas, cada 2 semanas, el lunes, a las 10:00"),
        ("ar", "ar_EG", "4 زيارات، كل أسبوعين، يوم الاثنين، الساعة 10:00 ص"),
    ],
)
def test_in_other_languages(language: str, locale: str, words: str) -> None:
    rule = Recurrence(frequency=WEEKLY, interval=2, count=4)
    with override(language):
        said = series_text(rule, [MONDAY + n * WEEK for n in range(4)], formats=Formats(Locale.parse(locale), "EUR"))
    assert said == words
