"""What the .ics files of a booking's life do to a calendar: one entry, which follows every step."""

from email.message import EmailMessage
from typing import Any

import pytest
from django.db import transaction
from icalendar import Calendar

from bookme.bookings.actions import cancel_booking, expire_if_overdue
from bookme.bookings.actions.facts import fact_of
from bookme.bookings.events import BookingConfirmed, BookingHeld
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.core.actor import SYSTEM
from bookme.core.time import now
from bookme.eventlog.actions import publish
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.desk import CONSENTS, CUSTOMER, monday
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, Stranger
from tests.letters import Letters

ADA, BEN, HOUSE = "ada@salon.example", "ben@salon.example", "hello@salon.example"


@pytest.fixture
def shop(clock: object, salon: object) -> Shop:
    return open_shop()


class Diary:
    """A calendar, which takes what comes by mail as RFC 5546 says: by UID, the newer sequence wins."""

    def __init__(self, letters: Letters, address: str = CUSTOMER["email"]) -> None:
        self._letters = letters
        self._address = address
        self._read = 0
        self.entries: dict[str, tuple[int, str, str]] = {}

    def takes(self) -> list[str]:
        """Deliver what waits and take it in; the methods of the files that came."""
        deliver_outbox()
        letters = self._letters.to(self._address)
        new, self._read = letters[self._read :], len(letters)
        return [self._takes(each) for each in new]

    def _takes(self, letter: EmailMessage) -> str:
        """Nothing, of a letter without one."""
        files = list(letter.iter_attachments())
        if not files:
            return ""
        (file,) = files
        calendar = Calendar.from_ical(file.get_content())
        method = str(calendar["METHOD"])
        assert file["Content-Type"].params["method"] == method
        for event in calendar.walk("VEVENT"):
            uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
            assert sequence > self.entries.get(uid, (-1, "", ""))[0], "what is not newer is left out by programs"
            if method == "CANCEL":
                assert uid in self.entries, "there is nothing of it to take out"
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


@pytest.fixture
def asked_first(shop: Shop) -> Shop:
    """The business says yes to each booking."""
    Service.objects.filter(pk=shop.service.pk).update(policy={"auto_confirm": False})
    Staff.objects.filter(pk=shop.ada.pk).update(email=ADA)
    return shop


def _diaries(letters: Letters) -> list[Diary]:
    return [Diary(letters), Diary(letters, ADA), Diary(letters, HOUSE)]


def test_a_request_is_one_entry_until_it_is_cancelled(
    asked_first: Shop, stranger: Stranger, owner: Person, letters: Letters
) -> None:
    """Of the customer, of who does it and of the business."""
    diaries = _diaries(letters)
    _visit(stranger, asked_first.service)
    path = f"bookings/{Booking.objects.get().pk}"
    assert [each.takes() for each in diaries] == [["PUBLISH"]] * 3
    assert [each.shown() for each in diaries] == [[("10:00", "TENTATIVE")]] * 3
    steps = [
        (f"{path}/reschedule/", {"start": monday(12).isoformat()}, "PUBLISH", ("12:00", "TENTATIVE")),
        (f"{path}/confirm/", {}, "PUBLISH", ("12:00", "CONFIRMED")),
        (f"{path}/reschedule/", {"start": monday(14).isoformat()}, "PUBLISH", ("14:00", "CONFIRMED")),
        (f"{path}/cancel/", {}, "CANCEL", ("14:00", "CANCELLED")),
    ]
    for step, body, method, shown in steps:
        assert owner.api.post(step, body).status_code == 200
        assert [each.takes() for each in diaries] == [[method]] * 3
        assert [each.shown() for each in diaries] == [[shown]] * 3


@pytest.mark.parametrize("end", ["declined", "expired"])
def test_what_was_asked_for_in_vain_leaves_every_calendar(
    asked_first: Shop, stranger: Stranger, owner: Person, letters: Letters, clock: Any, end: str
) -> None:
    diaries = _diaries(letters)
    _visit(stranger, asked_first.service)
    assert [each.takes() for each in diaries] == [["PUBLISH"]] * 3
    if end == "declined":
        assert owner.api.post(f"bookings/{Booking.objects.get().pk}/decline/", {}).status_code == 200
    else:
        clock.move_to(monday(10, 1))
    assert [each.takes() for each in diaries] == [["CANCEL"]] * 3
    assert Booking.objects.get().status == end
    assert [each.shown() for each in diaries] == [[("10:00", "CANCELLED")]] * 3


def test_an_entry_says_itself_that_nobody_said_yes_yet(
    asked_first: Shop, stranger: Stranger, owner: Person, letters: Letters
) -> None:
    """There are calendars that show what is tentative like anything else."""
    _visit(stranger, asked_first.service)
    deliver_outbox()
    assert owner.api.post(f"bookings/{Booking.objects.get().pk}/confirm/", {}).status_code == 200
    deliver_outbox()
    asked, confirmed = (
        str(Calendar.from_ical(next(each.iter_attachments()).get_content()).walk("VEVENT")[0]["SUMMARY"])
        for each in letters.to(CUSTOMER["email"])
    )
    assert asked == f"{confirmed} (not confirmed yet)"


@pytest.mark.parametrize("ends", ["cancelled", "expired"])
def test_of_a_hold_the_team_has_nothing_to_take_out(asked_first: Shop, letters: Letters, clock: Any, ends: str) -> None:
    """Its customer may have it from the page; nobody else has heard of it."""
    booking = BookingFactory(
        appointment__staff=asked_first.ada, status=Status.HELD, hold_expires_at=monday(9), version=1
    )
    with transaction.atomic():
        publish(fact_of(BookingHeld, booking), actor=SYSTEM)
    diaries = _diaries(letters)[1:]
    assert [each.takes() for each in diaries] == [[]] * 2
    clock.move_to(monday(9, 1 if ends == "expired" else 0))
    with transaction.atomic():
        if ends == "cancelled":
            cancel_booking(booking=booking, actor=SYSTEM, now=now())
        else:
            assert expire_if_overdue(booking_id=booking.pk, now=now())
    for each in diaries:
        assert set(each.takes()) <= {""}
    assert [each.shown() for each in diaries] == [[]] * 2


def test_whoever_gives_a_class_has_it_in_their_calendar_as_it_is(shop: Shop, owner: Person, letters: Letters) -> None:
    """They are told once for all of it, and every booking of it is in their calendar."""
    for staff, address in ((shop.ada, ADA), (shop.ben, BEN)):
        Staff.objects.filter(pk=staff.pk).update(email=address)
    service = ServiceFactory(name="Yoga", of_class=True, staff=[shop.ada, shop.ben])
    session = SessionFactory(service=service, staff=shop.ada, location=shop.place, seats_taken=2)
    for booking in (BookingFactory(appointment=session), BookingFactory(appointment=session)):
        with transaction.atomic():
            publish(fact_of(BookingConfirmed, booking), actor=SYSTEM)
    ada, ben, house = Diary(letters, ADA), Diary(letters, BEN), Diary(letters, HOUSE)
    both = [ada, house]
    assert [each.takes() for each in both] == [["PUBLISH", "PUBLISH"]] * 2

    change = {"start": monday(15).isoformat()}
    assert owner.api.patch(f"sessions/{session.pk}/", change).status_code == 200
    assert [each.takes() for each in both] == [["PUBLISH"]] * 2
    assert [each.shown() for each in both] == [[("15:00", "CONFIRMED")] * 2] * 2

    assert owner.api.patch(f"sessions/{session.pk}/", {"staff": str(shop.ben.pk)}).status_code == 200
    assert (ada.takes(), ben.takes()) == (["CANCEL"], ["PUBLISH"])
    assert (ada.shown(), ben.shown()) == ([("15:00", "CANCELLED")] * 2, [("15:00", "CONFIRMED")] * 2)
    house.takes()

    assert owner.api.post(f"sessions/{session.pk}/cancel/", {}).status_code == 200
    assert (ada.takes(), ben.takes(), house.takes()) == ([], ["CANCEL"], ["CANCEL"])


def test_what_was_cancelled_before_its_class_was_changed_comes_back_into_no_calendar(
    shop: Shop, owner: Person, letters: Letters
) -> None:
    """Whoever takes the class over has never heard of it."""
    Staff.objects.filter(pk=shop.ben.pk).update(email=BEN)
    service = ServiceFactory(name="Yoga", of_class=True, staff=[shop.ada, shop.ben])
    session = SessionFactory(service=service, staff=shop.ada, location=shop.place, seats_taken=2)
    stays, leaves = BookingFactory(appointment=session), BookingFactory(appointment=session)
    assert owner.api.post(f"bookings/{leaves.pk}/cancel/", {}).status_code == 200
    deliver_outbox()
    ben = Diary(letters, BEN)
    assert owner.api.patch(f"sessions/{session.pk}/", {"staff": str(shop.ben.pk)}).status_code == 200
    assert ben.takes() == ["PUBLISH"]
    assert set(ben.entries) == {f"{stays.pk}@bookme"}
