"""Exact amounts: a Decimal beside an ISO 4217 code, rounded half up to the currency's own digits."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies


@lru_cache(maxsize=256)
def digits(currency: str) -> int:
    """Decimal digits of a currency: 2 for GBP, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


@lru_cache(maxsize=1)
def currency_codes() -> frozenset[str]:
    """Every ISO 4217 code that Babel knows."""
    return frozenset(list_currencies())


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's own digits, half up."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


def fits(amount: Decimal, currency: str) -> bool:
    """Whether the amount needs no more digits than the currency has."""
    return amount == rounded(amount, currency)


def decimals_text(currency: str) -> str:
    """`at most 2 decimals, as GBP has`."""
    places = digits(currency)
    return f"{f'at most {places}' if places else 'no'} decimals, as {currency} has"


def percent_of(amount: Decimal, percent: Decimal, currency: str) -> Decimal:
    """`percent` per cent of an amount, rounded half up."""
    return rounded(amount * percent / 100, currency)


def amount_text(amount: Decimal, currency: str) -> str:
    """The amount as the API answers it: `"58.00"` in GBP, `"9000"` in JPY."""
    return format(rounded(amount, currency), "f")
