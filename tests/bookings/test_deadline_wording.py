"""What is said of cancelling with its exact moments: what it says is what `policies` reckons."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from bookme.bookings.cancel_wording import Deadline, deadline_text, deadline_text_for
from bookme.bookings.policies import cancel_terms
from bookme.bookings.states import Status
from bookme.core.formats import Formats, locale_of
from bookme.services.models import Service
from bookme.tenants.config import Cancellation, FeeStep, Policy

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
START = dt.datetime(2030, 1, 7, 10, tzinfo=LONDON)  # a Monday
SECOND, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LONG_BEFORE = START - 5 * DAY
HALF_THEN_ALL = {"late_fee_percent": 50, "fee_steps": (FeeStep(120, 100),)}
FREE = "Cancelling is free until Sunday 6 January at 10:00."
THEN = "From Monday 7 January at 08:00, it costs 100% (£40)."
OVER = "It can no longer be cancelled for free: that was possible until Sunday 6 January at 10:00."


def deadline(now: dt.datetime, *, start: dt.datetime = START, language: str = "en", country: str = "GB") -> Deadline:
    return Deadline(start, now, Formats(locale=locale_of(language, country), currency="GBP"))


def said(
    now: dt.datetime = LONG_BEFORE, prices: Sequence[str] | None = ("40",), *, start: dt.datetime = START, **rule: Any
) -> str:
    amounts = None if prices is None else [Decimal(each) for each in prices]
    return deadline_text(Cancellation(**rule), amounts, deadline=deadline(now, start=start))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (START - DAY, f"{FREE} After that, it costs 50% (£20). {THEN}"),
        (
            START - DAY + SECOND,
            f"{OVER} Cancelling costs 50% (£20). {THEN}",
        ),
        (
            START - 2 * HOUR - SECOND,
            f"{OVER} Cancelling costs 50% (£20). {THEN}",
        ),
        (START - 2 * HOUR, f"{OVER} Cancelling costs 100% (£40)."),
    ],
)
def test_the_stages_up_to_the_second(now: dt.datetime, told: str) -> None:
    assert said(now, **HALF_THEN_ALL) == told


@pytest.mark.parametrize("before", [DAY, DAY - SECOND, 2 * HOUR + SECOND, 2 * HOUR, HOUR, SECOND])
def test_it_is_said_to_be_free_exactly_while_it_is(before: dt.timedelta) -> None:
    terms = cancel_terms(
        policy=Policy(cancellation=Cancellation(**HALF_THEN_ALL)),  # type: ignore[arg-type]
        status=Status.CONFIRMED,
        starts_at=START,
        price=Decimal(40),
        currency="GBP",
        now=START - before,
    )
    told = said(START - before, **HALF_THEN_ALL)
    assert (FREE in told, OVER in told) == (terms.is_free, not terms.is_free)
    assert terms.is_free or f"(£{terms.fee.normalize():f})" in told.split(". ")[1]


@pytest.mark.parametrize(
    ("rule", "prices"),
    [
        ({"late_fee_percent": 0}, ("40",)),
        ({"late_fee_percent": 50, "refund_percent": 0}, ("0",)),
        ({"late_fee_percent": 50, "free_until_minutes": 0}, ("40",)),
    ],
)
def test_what_never_costs_is_free_until_it_begins(rule: dict[str, Any], prices: Sequence[str]) -> None:
    """Also when it was booked after a notice that would have been due."""
    for now in (LONG_BEFORE, START - SECOND):
        assert said(now, prices, **rule) == "Cancelling is free until it begins, on Monday 7 January at 10:00."


def test_a_notice_longer_than_the_time_that_is_left() -> None:
    told = said(START - HOUR, free_until_minutes=7 * 1440, late_fee_percent=25)
    assert told == (
        "It can no longer be cancelled for free: that was possible until Monday 31 December at 10:00. "
        "Cancelling costs 25% (£10)."
    )


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (dt.datetime(2030, 3, 31, 10, tzinfo=LONDON), "Saturday 30 March at 09:00"),
        (dt.datetime(2030, 10, 27, 10, tzinfo=LONDON), "Saturday 26 October at 11:00"),
        (dt.datetime(2030, 3, 10, 10, tzinfo=NEW_YORK), "Saturday 9 March at 09:00"),
        (dt.datetime(2030, 1, 7, 0, 30, tzinfo=NEW_YORK), "Sunday 6 January at 00:30"),
    ],
)
def test_a_day_of_notice_is_24_hours_also_when_the_clocks_change(start: dt.datetime, told: str) -> None:
    """The moment is one in time, told in the zone of the place; whoever asks, and in whatever zone they say now."""
    free_until = start.astimezone(dt.UTC) - DAY
    for now in (free_until, free_until.astimezone(NEW_YORK), free_until.astimezone(LONDON)):
        assert said(now, start=start, late_fee_percent=50).startswith(f"Cancelling is free until {told}.")
    assert "no longer" in said(free_until + SECOND, start=start, late_fee_percent=50)


def test_a_stage_in_the_hour_that_comes_twice() -> None:
    start = dt.datetime(2030, 10, 27, 3, tzinfo=LONDON)  # clocks go back at two: 01:30 comes twice
    first = said(start=start, free_until_minutes=150, late_fee_percent=50)
    second = said(start=start, free_until_minutes=90, late_fee_percent=50)
    assert first.split(".")[0] == second.split(".")[0] == "Cancelling is free until Sunday 27 October at 01:30"
    between = start.astimezone(dt.UTC) - dt.timedelta(minutes=120)
    assert "no longer" in said(between, start=start, free_until_minutes=150, late_fee_percent=50)
    assert "no longer" not in said(between, start=start, free_until_minutes=90, late_fee_percent=50)


def test_what_is_given_back() -> None:
    back = {"refund_percent": 80}
    assert said(**back) == f"{FREE} Of what was paid, at most 80% is given back after that."
    assert said(START - HOUR, **back) == "Since Sunday 6 January at 10:00 at most 80% of what was paid is given back."
    assert said(START - HOUR, **back, late_fee_percent=50) == (
        f"{OVER} Cancelling costs 50% (£20). "
        "Since Sunday 6 January at 10:00 at most 80% of what was paid is given back."
    )
    later = said(**back, fee_steps=(FeeStep(120, 100),))
    assert later.startswith(f"{FREE} From Monday 7 January at 08:00, it costs 100% (£40).")


def test_each_price_is_charged_by_itself() -> None:
    """Half of 29.25 is 14.625, rounded half up: twice 14.63, not 29.25."""
    assert "50% (£29.26)" in said(prices=("29.25", "29.25"), late_fee_percent=50)


def test_open_prices_are_said_in_percentages() -> None:
    assert said(prices=None, **HALF_THEN_ALL) == (
        f"{FREE} After that, it costs 50%. From Monday 7 January at 08:00, it costs 100%."
    )


def test_services_under_rules_of_their_own() -> None:
    cut, colour, wash = (Service(name=each) for each in ("Cut", "Colour", "Wash"))
    strict, easy = Cancellation(late_fee_percent=50, free_until_minutes=2880), Cancellation()
    asked = [(cut, easy, Decimal(40)), (colour, strict, Decimal(60)), (wash, easy, Decimal(10))]
    assert deadline_text_for(asked, deadline=deadline(LONG_BEFORE)) == (
        "Cut, Wash: Cancelling is free until it begins, on Monday 7 January at 10:00. "
        "Colour: Cancelling is free until Saturday 5 January at 10:00. After that, it costs 50% (£30)."
    )


@pytest.mark.parametrize(
    ("language", "country", "told"),
    [
        ("en", "US", "Cancelling is free until Sunday, January 6 at 10:00\u202fAM."),
        ("fr", "FR", "Annulation gratuite jusqu’au dimanche 6 janvier à 10:00."),
        ("es", "ES", "Cancelar es gratis hasta el domingo, 6 de enero a las 10:00."),
        ("pl", "PL", "Anulowanie jest bezpłatne do: niedziela, 6 stycznia, godz. 10:00."),
        ("ar", "AE", "الإلغاء مجاني حتى الأحد"),
    ],
)
def test_in_the_way_of_each_language(language: str, country: str, told: str) -> None:
    with override(language):
        text = deadline_text(
            Cancellation(late_fee_percent=50),
            [Decimal(40)],
            deadline=deadline(LONG_BEFORE, language=language, country=country),
        )
    assert text.startswith(told)
