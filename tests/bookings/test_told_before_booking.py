"""What cancelling costs is told with the times, by the service's own policy, and is what holds once it is booked."""

import pytest

from tests.bookings.conftest import Shop
from tests.bookings.desk import body_for, monday
from tests.factories.bookings import AppointmentFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, Stranger

STRICT = {"cancellation": {"free_until_minutes": 120, "late_fee_percent": 50}}
DAY = {"from": "2030-01-07", "to": "2030-01-07"}
FREE, LATE = "Cancelling is free until 2 hours before.", "From 2 hours before, it costs 50%."


@pytest.fixture
def api(stranger: Stranger) -> Api:
    return stranger.api


def test_with_the_times_of_a_service(shop: Shop, api: Api) -> None:
    strict = ServiceFactory(staff=[shop.ben], policy=STRICT)
    told = api.get("bookings/available-slots/", {"service": str(strict.pk), **DAY}).json()
    assert told["cancellation_text"] == f"{FREE} {LATE}"
    booked = api.post("bookings/", body_for(strict, monday(10))).json()
    assert booked["cancellation"]["text"] == f"{FREE} From 2 hours before, it costs 50% (£20)."


def test_with_those_of_a_visit_each_service_by_its_name_where_they_differ(shop: Shop, api: Api) -> None:
    strict = ServiceFactory(name="Colour", staff=[shop.ben], policy=STRICT)
    both = {"service": [str(shop.service.pk), str(strict.pk)], **DAY}
    told = api.get("visits/available-slots/", both).json()["cancellation_text"]
    assert told.endswith(f"Colour: {FREE} {LATE}")
    assert told.startswith(f"{shop.service.name}: Cancelling is free until ")
    same = {"service": [str(strict.pk)] * 2, **DAY}
    assert api.get("visits/available-slots/", same).json()["cancellation_text"] == f"{FREE} {LATE}"


def test_with_a_session(shop: Shop, api: Api) -> None:
    yoga = ServiceFactory(kind="class", capacity=5, staff=[shop.ben], policy=STRICT)
    AppointmentFactory(service=yoga, staff=shop.ben, starts_at=monday(10), capacity=5, published=True)
    [told] = api.get("sessions/", DAY).json()["results"]
    assert told["cancellation_text"] == f"{FREE} {LATE}"
