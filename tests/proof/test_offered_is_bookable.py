"""Promise 7 at full size: in shops at random every time that is offered is booked in a fresh copy, for visits too, and
500 that are not offered are refused. The small size, and its control, are in
`tests/bookings/test_offered_is_bookable.py`."""

import datetime as dt
from random import Random

import pytest

from bookme.tenants.models import Tenant
from tests.bookings.desk import NOW
from tests.bookings.offers import PAIRS, accepts, not_offered, offered, offered_visits, some_shop

# An ordinary day, the nights of both changes of the clock, and the days around them.
FIRST_DAYS = (dt.date(2030, 1, 7), dt.date(2030, 3, 30), dt.date(2030, 10, 26), dt.date(2030, 6, 5))
SHOPS, DAYS, NOT_OFFERED = 8, 2, 500


@pytest.mark.proof
def test_offered_means_bookable(salon: Tenant, part: float) -> None:
    booked = visits = refused = 0
    shops = max(int(SHOPS * part), 1)
    for number in range(shops):
        dice = Random(number)
        made = some_shop(dice, first=FIRST_DAYS[number % len(FIRST_DAYS)], days=DAYS, now=NOW)
        for service in made.services:
            offers = offered(made, service)
            for start, place, staff in offers:
                assert accepts(made, [(service, staff)], start, place), (number, service.pk, start, place, staff)
            booked += len(offers)
            share = NOT_OFFERED // (shops * len(made.services)) + 1
            for start, place, staff in not_offered(dice, made, service, offers, share):
                assert not accepts(made, [(service, staff)], start, place), (number, service.pk, start, place, staff)
                refused += 1
        for pair in PAIRS:
            for start, place, items in offered_visits(made, [made.services[index] for index in pair]):
                assert accepts(made, items, start, place), (number, pair, start, place)
                visits += 1
    print(f"{booked} offered times and {visits} offered visits booked, {refused} others refused")  # noqa: T201
    assert refused >= NOT_OFFERED
    assert booked > 100 * shops
    assert visits > 10 * shops
