"""What becomes of a booking: each step by everybody who may, and by those who may not."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Booking, ResourceAllocation
from bookme.bookings.states import TRANSITIONS, UNDO, Status
from tests.bookings.conftest import Shop
from tests.bookings.desk import CUSTOMER, NOW, body_for, monday, refused, session_body
from tests.bookings.rows import booked, link, names
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.locations import ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, Stranger

STEPS = {
    "confirm": Status.CONFIRMED,
    "decline": Status.DECLINED,
    "cancel": Status.CANCELLED,
    "arrive": Status.ARRIVED,
    "complete": Status.COMPLETED,
    "no-show": Status.NO_SHOW,
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize(("step", "wanted"), STEPS.items())
def test_the_table_of_transitions(
    shop: Shop, owner: Person, clock: Any, status: Status, step: str, wanted: Status
) -> None:
    clock.move_to(monday(10) if step in {"complete", "no-show"} else NOW)
    booking = booked(shop, status=status, hold_expires_at=NOW + dt.timedelta(minutes=5))
    answer = owner.api.post(f"bookings/{booking.pk}/{step}/")
    row = Booking.objects.select_related("appointment").get()
    if wanted in TRANSITIONS[status] and (status, step) != (Status.HELD, "confirm"):
        assert answer.status_code == 200, answer.content
        assert (answer.json()["status"], row.status, row.version) == (wanted, wanted, 2)
        assert row.appointment.seats_taken == (1 if row.keeps_seats else 0)
        assert len(names(booking)) == 1
    else:
        refused(answer, 409, "wrong_status")
        assert (row.status, row.version, names(booking)) == (status, 1, [])


@pytest.mark.parametrize(
    ("status", "step", "has_begun", "code"),
    [
        (Status.CONFIRMED, "no-show", False, "too_early"),
        (Status.ARRIVED, "no-show", False, "too_early"),
        (Status.CONFIRMED, "complete", False, "too_early"),
        (Status.PENDING, "confirm", True, "too_late"),
        (Status.HELD, "confirm", False, "wrong_status"),
        (Status.HELD, "confirm", True, "wrong_status"),
    ],
)
def test_what_the_moment_does_not_allow(
    shop: Shop, owner: Person, clock: Any, status: Status, step: str, has_begun: bool, code: str
) -> None:
    booking = booked(shop, status=status, hold_expires_at=monday(12))
    clock.move_to(monday(10) if has_begun else monday(10) - dt.timedelta(seconds=1))
    refused(owner.api.post(f"bookings/{booking.pk}/{step}/"), 409, code)
    row = Booking.objects.get()
    assert (row.status, row.version, row.fee, names(booking)) == (status, 1, 0, [])


def test_who_comes_early_is_done_early(shop: Shop, owner: Person) -> None:
    booking = booked(shop)
    assert owner.api.post(f"bookings/{booking.pk}/arrive/").json()["status"] == "arrived"
    assert owner.api.post(f"bookings/{booking.pk}/complete/").json()["status"] == "completed"


@pytest.mark.parametrize("status", list(Status))
def test_the_table_of_undo(shop: Shop, owner: Person, status: Status) -> None:
    booking = booked(shop, status=status, hold_expires_at=NOW + dt.timedelta(minutes=5))
    answer = owner.api.post(f"bookings/{booking.pk}/undo/")
    row = Booking.objects.select_related("appointment").get()
    if status in UNDO:
        assert (answer.status_code, row.status) == (200, UNDO[status])
        assert row.appointment.seats_taken == 1
        assert names(booking) == ["booking.undone"]
    else:
        refused(answer, 409, "wrong_status")
        assert (row.status, names(booking)) == (status, [])


def test_a_no_show_owes_the_fee_until_it_is_undone(shop: Shop, owner: Person, clock: Any) -> None:
    booking = booked(shop, policy={"cancellation": {"no_show_fee_percent": 50}})
    clock.move_to(monday(10))
    assert owner.api.post(f"bookings/{booking.pk}/no-show/").json()["fee"] == "20.00"
    assert owner.api.post(f"bookings/{booking.pk}/undo/").json()["fee"] == "0.00"


@pytest.mark.parametrize("step", ["cancel", "decline"])
def test_nothing_is_due_once_the_seats_are_given_back(shop: Shop, owner: Person, step: str) -> None:
    booking = booked(shop, payment_due="10.00", status=Status.PENDING)
    assert owner.api.get(f"bookings/{booking.pk}/").json()["payment_due"] == "10.00"
    assert owner.api.post(f"bookings/{booking.pk}/{step}/").json()["payment_due"] == "0.00"


def test_an_undone_cancellation_is_due_again(shop: Shop, owner: Person) -> None:
    booking = booked(shop, payment_due="10.00", status=Status.CANCELLED)
    assert owner.api.get(f"bookings/{booking.pk}/").json()["payment_due"] == "0.00"
    assert owner.api.post(f"bookings/{booking.pk}/undo/").json()["payment_due"] == "10.00"


class TestCancelling:
    def test_a_guest_cancels_by_link_and_the_time_is_free_again(self, shop: Shop, stranger: Stranger) -> None:
        told = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk))).json()
        path = f"bookings/{told['id']}/cancel/?token={told['manage_token']}"
        answer = stranger.api.post(path, {"reason": "Ill"})
        assert (answer.status_code, answer.json()["status"], answer.json()["fee"]) == (200, "cancelled", "0.00")
        row = Booking.objects.select_related("appointment").get()
        assert (row.cancelled_by, row.cancel_reason, row.appointment.seats_taken) == ("customer", "Ill", 0)
        again = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
        assert again.status_code == 201

    def test_after_the_cut_off_the_fee_is_recorded(self, shop: Shop, stranger: Stranger, clock: Any) -> None:
        booking = booked(shop, policy={"cancellation": {"free_until_minutes": 120, "late_fee_percent": 50}})
        clock.move_to(monday(8))
        assert stranger.api.get(f"bookings/{booking.pk}/{link(booking)}").json()["cancellation"]["fee"] == "0.00"
        clock.move_to(monday(8) + dt.timedelta(seconds=1))
        terms = stranger.api.get(f"bookings/{booking.pk}/{link(booking)}").json()["cancellation"]
        assert terms == {
            "allowed": True,
            "free_until": "2030-01-07T08:00:00+00:00",
            "fee": "20.00",
            "text": "Cancelling is free until 2 hours before. From 2 hours before, it costs 50% (£20).",
        }
        answer = stranger.api.post(f"bookings/{booking.pk}/cancel/{link(booking)}")
        assert answer.json()["fee"] == "20.00"

    def test_the_business_cancels_without_a_fee(self, shop: Shop, owner: Person, clock: Any) -> None:
        booking = booked(shop, policy={"cancellation": {"late_fee_percent": 100}})
        clock.move_to(monday(10, 30))
        answer = owner.api.post(f"bookings/{booking.pk}/cancel/")
        assert (answer.json()["fee"], answer.json()["cancelled_by"]) == ("0.00", "business")

    def test_a_customer_cannot_once_it_has_begun(self, shop: Shop, stranger: Stranger, clock: Any) -> None:
        booking = booked(shop)
        clock.move_to(monday(10))
        refused(stranger.api.post(f"bookings/{booking.pk}/cancel/{link(booking)}"), 409, "too_late")
        assert Booking.objects.get().status == "confirmed"

    def test_rooms_are_freed_and_a_session_keeps_its_own(self, shop: Shop, owner: Person, stranger: Stranger) -> None:
        ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada], requires=["room"])
        told = stranger.api.post("bookings/", body_for(treated, monday(10))).json()
        owner.api.post(f"bookings/{told['id']}/cancel/")
        assert not ResourceAllocation.objects.exists()
        session = SessionFactory(staff=shop.ben, location=shop.place)
        room = ResourceFactory(location=shop.place, kind="hall")
        session.allocations.create(resource=room, blocked_start=session.blocked_start, blocked_end=session.blocked_end)
        told = stranger.api.post("bookings/", session_body(session)).json()
        owner.api.post(f"bookings/{told['id']}/cancel/")
        session.refresh_from_db()
        assert (session.seats_taken, session.allocations.count()) == (0, 1)


class TestUndoingACancellation:
    def test_it_comes_back_with_its_room(self, shop: Shop, owner: Person, stranger: Stranger) -> None:
        room = ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada], requires=["room"])
        told = stranger.api.post("bookings/", body_for(treated, monday(10))).json()
        owner.api.post(f"bookings/{told['id']}/cancel/", {"reason": "Oops"})
        answer = owner.api.post(f"bookings/{told['id']}/undo/")
        assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
        row = Booking.objects.select_related("appointment").get()
        assert (row.cancelled_by, row.cancel_reason, row.appointment.seats_taken) == ("", "", 1)
        assert ResourceAllocation.objects.get().resource == room

    def test_not_once_the_time_is_given_away(self, shop: Shop, owner: Person) -> None:
        booking = booked(shop, status=Status.CANCELLED)
        booked(shop, appointment__starts_at=monday(10, 30))
        problem = refused(owner.api.post(f"bookings/{booking.pk}/undo/"), 409, "slot_unavailable")
        assert problem["causes"] == ["booking"]
        row = Booking.objects.select_related("appointment").get(pk=booking.pk)
        assert (row.status, row.version, row.appointment.seats_taken) == ("cancelled", 1, 0)
        assert names(booking) == []

    def test_not_once_the_room_is(self, shop: Shop, owner: Person, stranger: Stranger) -> None:
        ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada, shop.ben], requires=["room"])
        told = stranger.api.post("bookings/", body_for(treated, monday(10), staff=str(shop.ada.pk))).json()
        owner.api.post(f"bookings/{told['id']}/cancel/")
        stranger.api.post("bookings/", body_for(treated, monday(10), staff=str(shop.ben.pk)))
        problem = refused(owner.api.post(f"bookings/{told['id']}/undo/"), 409, "slot_unavailable")
        assert problem["causes"] == ["resource"]
        assert Booking.objects.get(pk=told["id"]).status == "cancelled"

    def test_not_once_the_seats_are(self, shop: Shop, owner: Person) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place, seats_taken=8)
        booking = BookingFactory(appointment=session, status=Status.CANCELLED)
        problem = refused(owner.api.post(f"bookings/{booking.pk}/undo/"), 409, "slot_unavailable")
        assert problem["causes"] == ["capacity"]


def test_the_history_has_every_fact_and_who_made_it_true(
    shop: Shop, owner: Person, stranger: Stranger, clock: Any
) -> None:
    told = stranger.api.post("bookings/", body_for(shop.service, monday(10))).json()
    for step in ("arrive", "undo"):
        clock.shift(60)
        owner.api.post(f"bookings/{told['id']}/{step}/")
    rows = owner.api.get(f"bookings/{told['id']}/events/").json()["results"]
    assert [(each["name"], each["actor"]["kind"]) for each in rows] == [
        ("booking.confirmed", "guest"),
        ("booking.arrived", "user"),
        ("booking.undone", "user"),
    ]
    assert rows[2]["payload"]["old_status"] == "arrived"
    assert [each["actor"]["name"] for each in rows] == [CUSTOMER["name"], owner.user.name, owner.user.name]
    assert [each["text"] for each in rows] == [
        "Booked by the customer",
        f"Checked in by {owner.user.name}",
        f"Last step taken back by {owner.user.name}",
    ]
