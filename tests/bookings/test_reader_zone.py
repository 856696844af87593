"""In which zone who asked for something is told when it is."""

from zoneinfo import ZoneInfo

import pytest

from bookme.bookings.selectors.zones import reader_zone
from bookme.core.ids import uuid7
from bookme.locations.models import Location
from bookme.tenants.models import Tenant
from tests.factories.bookings import VisitFactory, WaitlistEntryFactory

ONLINE, HERE = Location(online=True), Location(online=False)
HELSINKI, TOKYO = ZoneInfo("Europe/Helsinki"), ZoneInfo("Asia/Tokyo")
ADA, EVE = uuid7(), uuid7()


@pytest.mark.parametrize("factory", [VisitFactory, WaitlistEntryFactory])
@pytest.mark.parametrize(
    ("said", "by", "place", "expected"),
    [
        ("Europe/Helsinki", None, ONLINE, HELSINKI),
        ("Europe/Helsinki", ADA, ONLINE, HELSINKI),
        ("Europe/Helsinki", None, HERE, None),
        ("Europe/Helsinki", None, None, None),
        ("", ADA, ONLINE, TOKYO),
        ("", None, ONLINE, None),  # a stranger, with the phone of who has the account
        ("", EVE, ONLINE, None),
        ("Gone/Zone", None, ONLINE, None),
        ("Gone/Zone", ADA, ONLINE, TOKYO),
    ],
)
def test_as_they_said_then_else_as_their_own_account_says(
    salon: Tenant,
    factory: type[VisitFactory | WaitlistEntryFactory],
    said: str,
    by: object,
    place: Location | None,
    expected: ZoneInfo | None,
) -> None:
    asked = factory(timezone=said, user_id=by, customer__timezone="Asia/Tokyo", customer__user_id=ADA)
    assert reader_zone(asked, place) == expected
