"""Of which country a number is, and which cost more than others."""

import pytest

from bookme.core.phones import country_of, is_costly


@pytest.mark.parametrize(
    ("number", "country"),
    [("+442079460958", "GB"), ("+447700900123", "GB"), ("+447797700000", "JE"), ("+14165551234", "CA"),
     ("+18765551234", "JM"), ("+15555550100", "US"), ("+33612345678", "FR"), ("+212600000000", "MA"),
     ("+88212345678", ""), ("", ""), ("SALON", "")],
)  # fmt: skip
def test_a_number_is_of_the_country_that_has_it(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("number", "is_one"),
    [("+449098790000", True), ("+448431234567", True), ("+447012345678", True), ("+447700900123", False),
     ("+442079460958", False), ("+33612345678", False), ("+33899123456", True), ("", False)],
)  # fmt: skip
def test_costly_numbers_are_known(number: str, is_one: bool) -> None:
    assert is_costly(number) is is_one
