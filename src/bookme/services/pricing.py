"""What a booking costs. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from bookme.core.money import rounded


def booking_price(*, price: Decimal, party_size: int, extras: Iterable[Decimal], currency: str) -> Decimal:
    """The price of one seat times the party, and each extra once; in the currency's own digits."""
    return rounded(price * party_size + sum(extras, Decimal(0)), currency)
