"""The one sentence about cancelling: what it says is what `policies` reckons."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from bookme.bookings.cancel_wording import cancellation_text
from bookme.bookings.policies import cancel_terms
from bookme.bookings.states import Status
from bookme.core.formats import Formats, locale_of
from bookme.tenants.config import Cancellation, FeeStep, Policy

START = dt.datetime(2030, 1, 7, 10, tzinfo=dt.UTC)
FREE = "Cancelling is free until it begins."
STEPS = (FeeStep(120, 100),)


def said(price: str | None = "58.00", *, language: str = "en", currency: str = "GBP", **values: Any) -> str:
    formats = Formats(locale=locale_of(language, "GB"), currency=currency)
    with override(language):
        return cancellation_text(Cancellation(**values), None if price is None else [Decimal(price)], formats=formats)


def test_of_what_is_cancelled_together_each_is_charged_by_itself() -> None:
    formats = Formats(locale=locale_of("en", "GB"), currency="GBP")
    told = cancellation_text(Cancellation(late_fee_percent=50), [Decimal("10.01")] * 2, formats=formats)
    assert "50% (£10.02)" in told, "half a penny is rounded up for each"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, FREE),
        (
            {"late_fee_percent": 25, "fee_steps": STEPS},
            (
                "Cancelling is free until 24 hours before. From 24 hours before, it costs 25% (£14.50). "
                "From 2 hours before, it costs 100%."
            ),
        ),
        (
            {"fee_steps": STEPS, "free_until_minutes": 2880},
            "Cancelling is free until 2 hours before. From 2 hours before, it costs 100%.",
        ),
        (
            {"late_fee_percent": 100, "fee_steps": STEPS, "free_until_minutes": 2880},
            "Cancelling is free until 2 days before. From 2 days before, it costs 100%.",
        ),
        ({"late_fee_percent": 50, "free_until_minutes": 0}, FREE),
        ({"late_fee_percent": 50, "price": "0.00", "refund_percent": 0}, FREE),
        (
            {"late_fee_percent": 50, "price": None},
            "Cancelling is free until 24 hours before. From 24 hours before, it costs 50%.",
        ),
        (
            {"refund_percent": 80},
            "Cancelling is free until 24 hours before. Of what was paid, at most 80% is given back after that.",
        ),
        (
            {"late_fee_percent": 33, "price": "9005", "currency": "JPY"},
            "Cancelling is free until 24 hours before. From 24 hours before, it costs 33% (JP¥2,972).",
        ),
        (
            {"late_fee_percent": 33, "price": "1.005", "currency": "KWD"},
            "Cancelling is free until 24 hours before. From 24 hours before, it costs 33% (KWD\u00a00.332).",
        ),
        (
            {"late_fee_percent": 50, "fee_steps": STEPS, "language": "fr"},
            (
                "Annulation gratuite jusqu’à 24 heures avant. "
                "À partir de 24 heures avant, elle coûte 50 % (29\u00a0£GB). "
                "À partir de 2 heures avant, elle coûte 100 %."
            ),
        ),
    ],
)
def test_the_sentence(values: dict[str, Any], told: str) -> None:
    assert said(**values) == told


def test_in_arabic_everything_is_said() -> None:
    told = said(language="ar", late_fee_percent=50, fee_steps=STEPS, refund_percent=80)
    assert told.count(".") == 4
    assert "29" in told
    assert "From" not in told


@pytest.mark.parametrize("minutes", [2000, 1441, 1440, 1439, 721, 720, 719, 121, 120, 119, 1])
def test_it_is_said_to_be_free_exactly_while_it_is(minutes: int) -> None:
    cancellation = Cancellation(fee_steps=(FeeStep(720, 10), FeeStep(120, 100)))
    assert "free until 12 hours before" in said(fee_steps=cancellation.fee_steps)
    terms = cancel_terms(
        policy=Policy(cancellation=cancellation),
        status=Status.CONFIRMED,
        starts_at=START,
        price=Decimal(100),
        currency="GBP",
        now=START - dt.timedelta(minutes=minutes),
    )
    assert terms.is_free is (minutes > 720)
