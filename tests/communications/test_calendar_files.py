"""What the .ics files of a booking's life do to a calendar: one entry, which follows every step."""

from email.message import EmailMessage

import pytest
from icalendar import Calendar

from bookme.bookings.models import Booking
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.desk import CONSENTS, CUSTOMER, monday
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, Stranger
from tests.letters import Letters


@pytest.fixture
def shop(clock: object, salon: object) -> Shop:
    return open_shop()


class Diary:
    """A customer's calendar, which takes what comes by mail as RFC 5546 says: by UID, the newer sequence wins."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._read = 0
        self.entries: dict[str, tuple[int, str, str]] = {}

    def takes(self) -> list[str]:
        """Deliver what waits and take it in; the methods of the files that came."""
        deliver_outbox()
        letters = self._letters.to(CUSTOMER["email"])
        new, self._read = letters[self._read :], len(letters)
        return [self._takes(each) for each in new]

    def _takes(self, letter: EmailMessage) -> str:
        (file,) = letter.iter_attachments()
        calendar = Calendar.from_ical(file.get_content())
        method = str(calendar["METHOD"])
        assert file["Content-Type"].params["method"] == method
        for event in calendar.walk("VEVENT"):
            uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
            assert sequence > self.entries.get(uid, (-1, "", ""))[0], "what is not newer is left out by programs"
            self.entries[uid] = (sequence, str(event["STATUS"]), f"{event['DTSTART'].dt:%H:%M}")
        return method

    def shown(self) -> list[tuple[str, str]]:
        return sorted((start, status) for _sequence, status, start in self.entries.values())


def _visit(stranger: Stranger, *services: object) -> str:
    items = [{"service": str(each.pk)} for each in services]  # type: ignore[attr-defined]
    body = {"items": items, "start": monday(10).isoformat(), "customer": CUSTOMER, "consents": CONSENTS}
    answer = stranger.api.post("visits/", body)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def test_a_booking_is_one_entry_through_all_its_steps(
    shop: Shop, stranger: Stranger, owner: Person, letters: Letters
) -> None:
    diary = Diary(letters)
    _visit(stranger, shop.service)
    assert diary.takes() == ["PUBLISH"]
    path = f"bookings/{Booking.objects.get().pk}"
    steps = [
        (f"{path}/reschedule/", {"start": monday(12).isoformat()}, "PUBLISH", ("12:00", "CONFIRMED")),
        (f"{path}/cancel/", {}, "CANCEL", ("12:00", "CANCELLED")),
        (f"{path}/undo/", {}, "PUBLISH", ("12:00", "CONFIRMED")),
        (f"{path}/reschedule/", {"start": monday(14).isoformat()}, "PUBLISH", ("14:00", "CONFIRMED")),
    ]
    for step, body, method, shown in steps:
        assert owner.api.post(step, body).status_code == 200
        assert diary.takes() == [method]
        assert diary.shown() == [shown]


def test_parts_of_a_visit_come_and_go_on_their_own(
    shop: Shop, stranger: Stranger, owner: Person, letters: Letters
) -> None:
    diary, colour = Diary(letters), ServiceFactory(name="Colour", staff=[shop.ada, shop.ben])
    visit = _visit(stranger, shop.service, colour)
    assert diary.takes() == ["PUBLISH"]
    assert diary.shown() == [("10:00", "CONFIRMED"), ("11:00", "CONFIRMED")]

    first, second = Booking.objects.order_by("position")
    assert owner.api.post(f"bookings/{second.pk}/cancel/", {}).status_code == 200
    assert diary.takes() == ["CANCEL"]
    assert diary.shown() == [("10:00", "CONFIRMED"), ("11:00", "CANCELLED")]
    assert owner.api.post(f"bookings/{second.pk}/undo/", {}).status_code == 200
    assert diary.takes() == ["PUBLISH"]

    assert owner.api.post(f"visits/{visit}/reschedule/", {"start": monday(13).isoformat()}).status_code == 200
    assert diary.takes() == ["PUBLISH"]
    assert diary.shown() == [("13:00", "CONFIRMED"), ("14:00", "CONFIRMED")]
    assert owner.api.post(f"visits/{visit}/cancel/", {}).status_code == 200
    assert diary.takes() == ["CANCEL"]
    assert diary.shown() == [("13:00", "CANCELLED"), ("14:00", "CANCELLED")]
    assert set(diary.entries) == {f"{each.pk}@bookme" for each in (first, second)}
