from decimal import Decimal

import pytest

from bookme.services.pricing import booking_price


@pytest.mark.parametrize(
    ("price", "party", "extras", "currency", "total"),
    [
        ("58.00", 1, [], "GBP", "58.00"),
        ("12.50", 3, ["5.00", "2.25"], "GBP", "44.75"),
        ("0.333", 2, [], "GBP", "0.67"),
        ("0.005", 1, [], "GBP", "0.01"),
        ("9000", 2, ["500"], "JPY", "18500"),
        ("1.125", 1, [], "KWD", "1.125"),
    ],
)
def test_a_seat_times_the_party_and_each_extra_once(
    price: str, party: int, extras: list[str], currency: str, total: str
) -> None:
    found = booking_price(
        price=Decimal(price), party_size=party, extras=[Decimal(each) for each in extras], currency=currency
    )
    assert found == Decimal(total)
    assert found.as_tuple().exponent == Decimal(total).as_tuple().exponent
