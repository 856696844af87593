"""What becomes of a booking: each step by everybody who may, and by those who may not."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookme.bookings.links import manage_token
from bookme.bookings.models import Appointment, Booking, ResourceAllocation, Visit
from bookme.bookings.states import TRANSITIONS, UNDO, Status
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.services.models import QuestionKind
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import NOW, body_for, monday, refused, session_body
from tests.factories.bookings import AppointmentFactory, BookingFactory, SessionFactory, VisitFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.users import Person, Stranger, make_person

STEPS = {
    "confirm": Status.CONFIRMED,
    "decline": Status.DECLINED,
    "cancel": Status.CANCELLED,
    "arrive": Status.ARRIVED,
    "complete": Status.COMPLETED,
    "no-show": Status.NO_SHOW,
}


def booked(shop: Shop, **more: Any) -> Booking:
    """Ada, Monday at ten, unless told otherwise."""
    given = {"appointment__staff": shop.ada, "appointment__location": shop.place, "appointment__service": shop.service}
    return BookingFactory(**given | more)


def link(booking: Booking) -> str:
    return "?token=" + manage_token(visit_id=booking.visit_id, link_version=booking.visit.link_version)


def names(booking: Booking) -> list[str]:
    return [row.name for row in Event.objects.filter(subject_id=booking.pk).order_by("occurred_at", "id")]


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
            "text": "Cancelling is free until 2 hours before. From 2 hours before, it costs 50 % (£20).",
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


class TestMoving:
    def test_a_guest_moves_in_place(self, shop: Shop, stranger: Stranger) -> None:
        booking = booked(shop)
        path = f"bookings/{booking.pk}/reschedule/{link(booking)}"
        answer = stranger.api.post(path, {"start": monday(10, 30).isoformat()})
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert (told["start"], told["end"]) == ("2030-01-07T10:30:00+00:00", "2030-01-07T11:30:00+00:00")
        assert (told["staff"], told["times_moved"], told["version"]) == (str(shop.ada.pk), 1, 2)
        appointment = Appointment.objects.get()
        assert (appointment.pk, appointment.seats_taken) == (booking.appointment_id, 1)
        fact = Event.objects.get(subject_id=booking.pk)
        assert (fact.name, fact.payload["old_start"], fact.payload["by"]) == (
            "booking.rescheduled",
            "2030-01-07T10:00:00+00:00",
            "customer",
        )

    def test_to_another_person_or_to_any(self, shop: Shop, owner: Person) -> None:
        booking = booked(shop)
        booked(shop, appointment__starts_at=monday(12))
        path = f"bookings/{booking.pk}/reschedule/"
        at_noon = {"start": monday(12).isoformat()}
        refused(owner.api.post(path, at_noon), 409, "slot_unavailable")
        assert owner.api.post(path, {**at_noon, "staff": "any"}).json()["staff"] == str(shop.ben.pk)
        answer = owner.api.post(path, {"start": monday(13).isoformat(), "staff": str(shop.ada.pk)})
        assert answer.json()["staff"] == str(shop.ada.pk)

    def test_a_refused_move_changes_nothing(self, shop: Shop, stranger: Stranger) -> None:
        booking = booked(shop)
        booked(shop, appointment__starts_at=monday(12))
        path = f"bookings/{booking.pk}/reschedule/{link(booking)}"
        problem = refused(stranger.api.post(path, {"start": monday(12, 15).isoformat()}), 409, "slot_unavailable")
        assert problem["causes"] == ["booking"]
        assert problem["alternatives"]
        row = Booking.objects.select_related("appointment").get(pk=booking.pk)
        assert (row.version, row.times_moved, row.appointment.starts_at) == (1, 0, monday(10))
        assert (row.appointment.seats_taken, names(booking)) == (1, [])

    @pytest.mark.parametrize(
        ("start", "code"),
        [("2030-01-07T10:07:00Z", "slot_unavailable"), ("2029-01-07T10:00:00Z", "slot_unavailable")],
    )
    def test_a_start_that_is_not_offered(self, shop: Shop, owner: Person, start: str, code: str) -> None:
        booking = booked(shop)
        refused(owner.api.post(f"bookings/{booking.pk}/reschedule/", {"start": start}), 409, code)

    @pytest.mark.parametrize("body", [{}, {"start": "2030-01-07T12:00:00"}, {"start": "soon"}, {"start": None}])
    def test_a_start_that_cannot_be_read(self, shop: Shop, owner: Person, body: dict[str, Any]) -> None:
        booking = booked(shop)
        answer = owner.api.post(f"bookings/{booking.pk}/reschedule/", body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/start"

    def test_customers_are_bound_by_the_policy_and_the_team_is_not(
        self, shop: Shop, stranger: Stranger, owner: Person, clock: Any
    ) -> None:
        booking = booked(shop, policy={"reschedule": {"allowed_until_minutes": 60, "max_times": 1}})
        path, later = f"bookings/{booking.pk}/reschedule/", {"start": monday(15).isoformat()}
        assert stranger.api.post(path + link(booking), later).status_code == 200
        problem = stranger.api.post(path + link(booking), {"start": monday(16).isoformat()})
        refused(problem, 409, "too_often")
        assert owner.api.post(path, {"start": monday(16).isoformat()}).status_code == 200
        Booking.objects.update(times_moved=0)
        clock.move_to(monday(15, 30))
        refused(stranger.api.post(path + link(booking), {"start": monday(16).isoformat()}), 409, "too_late")

    def test_a_booking_that_is_over_is_not_moved(self, shop: Shop, owner: Person) -> None:
        booking = booked(shop, status=Status.COMPLETED)
        answer = owner.api.post(f"bookings/{booking.pk}/reschedule/", {"start": monday(12).isoformat()})
        refused(answer, 409, "wrong_status")

    def test_a_room_moves_along(self, shop: Shop, stranger: Stranger) -> None:
        ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada], requires=["room"])
        told = stranger.api.post("bookings/", body_for(treated, monday(10))).json()
        path = f"bookings/{told['id']}/reschedule/?token={told['manage_token']}"
        assert stranger.api.post(path, {"start": monday(10, 15).isoformat()}).status_code == 200
        assert ResourceAllocation.objects.get().blocked_start == monday(10, 15)

    def test_seats_move_between_group_appointments(self, shop: Shop, stranger: Stranger) -> None:
        group = ServiceFactory(group=True, staff=[shop.ada])
        first, second = (
            stranger.api.post("bookings/", body_for(group, monday(10), party_size=size)).json() for size in (1, 2)
        )
        path = f"bookings/{first['id']}/reschedule/?token={first['manage_token']}"
        assert stranger.api.post(path, {"start": monday(11).isoformat()}).status_code == 200
        seats = dict(Appointment.objects.values_list("starts_at", "seats_taken"))
        assert seats == {monday(10): 2, monday(11): 1}
        path = f"bookings/{second['id']}/reschedule/?token={second['manage_token']}"
        assert stranger.api.post(path, {"start": monday(11).isoformat()}).status_code == 200
        seats = dict(Appointment.objects.values_list("starts_at", "seats_taken"))
        assert seats == {monday(10): 0, monday(11): 3}

    def test_an_appointment_that_others_were_in_stays_as_it_was(self, shop: Shop, owner: Person) -> None:
        group = ServiceFactory(group=True, staff=[shop.ada])
        appointment = AppointmentFactory(service=group, staff=shop.ada, location=shop.place, seats_taken=1)
        gone = BookingFactory(appointment=appointment, status=Status.CANCELLED)
        booking = BookingFactory(appointment=appointment)
        path = f"bookings/{booking.pk}/reschedule/"
        assert owner.api.post(path, {"start": monday(12).isoformat()}).status_code == 200
        gone.refresh_from_db()
        assert gone.appointment.starts_at == monday(10)

    def test_a_class_is_moved_to_another_of_its_sessions(self, shop: Shop, stranger: Stranger) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place)
        later = SessionFactory(service=session.service, staff=shop.ada, location=shop.place, starts_at=monday(12))
        told = stranger.api.post("bookings/", session_body(session, party_size=2)).json()
        path = f"bookings/{told['id']}/reschedule/?token={told['manage_token']}"
        problem = refused(stranger.api.post(path, {"start": monday(13).isoformat()}), 409, "slot_unavailable")
        assert problem["causes"] == ["sessions_only"]
        Appointment.objects.filter(pk=later.pk).update(seats_taken=7)
        problem = refused(stranger.api.post(path, {"start": monday(12).isoformat()}), 409, "slot_unavailable")
        assert problem["causes"] == ["capacity"]
        Appointment.objects.filter(pk=later.pk).update(seats_taken=6)
        answer = stranger.api.post(path, {"start": monday(12).isoformat()})
        assert answer.json()["session"] == str(later.pk)
        seats = dict(Appointment.objects.values_list("pk", "seats_taken"))
        assert seats == {session.pk: 0, later.pk: 8}


class TestWhoMay:
    def test_every_step_of_the_team_is_refused_to_others(
        self, shop: Shop, customer: Person, stranger: Stranger, rival_owner: Person
    ) -> None:
        booking = booked(shop, visit__user_id=customer.user.pk)
        for step in ("confirm", "decline", "arrive", "complete", "no-show", "undo"):
            path = f"bookings/{booking.pk}/{step}/"
            refused(stranger.api.post(path), 401, "not_signed_in")
            refused(stranger.api.post(path + link(booking)), 401, "not_signed_in")
            refused(customer.api.post(path), 403, "not_allowed")
            assert rival_owner.api.post(path).status_code == 404
        row = Booking.objects.get()
        assert (row.status, row.version) == ("confirmed", 1)

    @pytest.mark.parametrize("step", ["cancel", "reschedule"])
    def test_a_booking_of_somebody_else_is_not_there(
        self, shop: Shop, customer: Person, stranger: Stranger, step: str
    ) -> None:
        booking, other = booked(shop), booked(shop, appointment__starts_at=monday(14))
        body = {"start": monday(12).isoformat()} if step == "reschedule" else {}
        for answer in (
            stranger.api.post(f"bookings/{booking.pk}/{step}/", body),
            stranger.api.post(f"bookings/{booking.pk}/{step}/{link(other)}", body),
            stranger.api.post(f"bookings/{booking.pk}/{step}/?token=forged:1:abc", body),
            stranger.api.post(f"bookings/{booking.pk}/{step}/{link(booking)}x", body),
            customer.api.post(f"bookings/{booking.pk}/{step}/", body),
        ):
            refused(answer, 404, "not_found")
        assert set(Booking.objects.values_list("status", "version")) == {("confirmed", 1)}

    def test_a_revoked_link_and_one_of_another_business(self, shop: Shop, stranger: Stranger, rival: Tenant) -> None:
        booking = booked(shop)
        with tenant_scope(rival):
            foreign = "?token=" + manage_token(visit_id=booking.visit_id, link_version=1)
        refused(stranger.api.get(f"bookings/{booking.pk}/{foreign}"), 404, "not_found")
        old = link(booking)
        assert stranger.api.get(f"bookings/{booking.pk}/{old}").status_code == 200
        booking.visit.link_version += 1
        booking.visit.save()
        refused(stranger.api.get(f"bookings/{booking.pk}/{old}"), 404, "not_found")
        assert stranger.api.get(f"bookings/{booking.pk}/{link(booking)}").status_code == 200

    def test_staff_see_and_change_their_own_calendar(self, shop: Shop, stylist: Person) -> None:
        shop.ada.user_id = stylist.user.pk
        shop.ada.save()
        own, other = booked(shop), booked(shop, appointment__staff=shop.ben)
        listed = stylist.api.get("bookings/").json()["results"]
        assert [each["id"] for each in listed] == [str(own.pk)]
        assert stylist.api.post(f"bookings/{own.pk}/arrive/").status_code == 200
        refused(stylist.api.post(f"bookings/{other.pk}/arrive/"), 404, "not_found")

    def test_scopes_of_a_manager(self, shop: Shop, salon: Tenant) -> None:
        away = LocationFactory()
        own = booked(shop)
        booked(shop, appointment__location=away, appointment__starts_at=monday(12))
        scoped = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
        listed = scoped.api.get("bookings/").json()["results"]
        assert [each["id"] for each in listed] == [str(own.pk)]

    def test_a_customer_sees_their_own_and_no_internal_notes(self, shop: Shop, customer: Person) -> None:
        mine = booked(shop, visit__user_id=customer.user.pk, internal_notes="difficult")
        linked = booked(
            shop, visit__customer__user_id=customer.user.pk, appointment__starts_at=monday(12), internal_notes="VIP"
        )
        booked(shop, appointment__starts_at=monday(14))
        answer = customer.api.get("bookings/")
        assert [each["id"] for each in answer.json()["results"]] == [str(mine.pk), str(linked.pk)]
        assert b"difficult" not in answer.content
        assert b"internal" not in answer.content
        assert customer.api.get(f"bookings/{mine.pk}/").status_code == 200
        refused(customer.api.get(f"bookings/{mine.pk}/events/"), 403, "not_allowed")
        refused(customer.api.get("bookings/export/?format=csv"), 403, "not_allowed")

    def test_a_guest_has_no_list(self, shop: Shop, stranger: Stranger) -> None:
        booking = booked(shop)
        refused(stranger.api.get("bookings/"), 401, "not_signed_in")
        refused(stranger.api.get(f"bookings/{booking.pk}/"), 404, "not_found")
        refused(stranger.api.get(f"bookings/{booking.pk}/events/{link(booking)}"), 401, "not_signed_in")

    def test_a_link_shows_its_visit_without_what_is_internal(self, shop: Shop, stranger: Stranger) -> None:
        booking = booked(shop, internal_notes="difficult")
        answer = stranger.api.get(f"bookings/{booking.pk}/{link(booking)}")
        assert answer.json()["contact"]["email"] == booking.visit.contact_email
        assert b"difficult" not in answer.content


class TestUpdating:
    def test_the_team_notes_something(self, shop: Shop, owner: Person) -> None:
        booking = booked(shop)
        body = {"version": 1, "internal_notes": "Likes tea\nno milk"}
        told = owner.api.patch(f"bookings/{booking.pk}/", body).json()
        assert (told["version"], told["internal_notes"]) == (2, "Likes tea\nno milk")
        fact = Event.objects.get(subject_id=booking.pk)
        assert (fact.name, fact.payload["fields"]) == ("booking.updated", ["internal_notes"])
        assert "tea" not in str(fact.payload)

    def test_answers_join_those_that_are_there(self, shop: Shop, owner: Person) -> None:
        QuestionFactory(key="rooms", kind=QuestionKind.INTEGER, required=True)
        QuestionFactory(key="pets", kind=QuestionKind.BOOLEAN)
        QuestionFactory(key="say", services=[shop.service])
        booking = booked(shop, visit__answers={"rooms": 3, "say": "Ring twice", "long gone": "kept"})
        path = f"bookings/{booking.pk}/"
        told = owner.api.patch(path, {"version": 1, "answers": {"pets": False, "say": None}}).json()
        assert (told["version"], told["answers"]) == (2, {"rooms": 3, "pets": False, "long gone": "kept"})
        told = owner.api.patch(path, {"version": 2, "answers": {"rooms": 4, "long gone": ""}}).json()
        assert told["answers"] == {"rooms": 4, "pets": False}
        assert Visit.objects.get().answers == {"rooms": 4, "pets": False}
        assert [fact.payload["fields"] for fact in Event.objects.all()] == [["answers"], ["answers"]]
        told = owner.api.patch(path, {"version": 3, "answers": {"rooms": 4}}).json()
        assert (told["version"], len(names(booking))) == (3, 2)

    @pytest.mark.parametrize(
        ("answers", "pointer", "code"),
        [
            ({"rooms": None}, "/answers/rooms", "required"),
            ({"rooms": ""}, "/answers/rooms", "required"),
            ({"rooms": 13}, "/answers/rooms", "max_value"),
            ({"say": "Ring", "rooms": "3"}, "/answers/rooms", "invalid"),
            ({"nobody asked": None}, "/answers/nobody asked", "unknown_question"),
            ({"long gone": "another"}, "/answers/long gone", "unknown_question"),
            ({"elsewhere": "x"}, "/answers/elsewhere", "unknown_question"),
        ],
    )
    def test_answers_that_do_not_do(
        self, shop: Shop, owner: Person, answers: dict[str, Any], pointer: str, code: str
    ) -> None:
        QuestionFactory(key="rooms", kind=QuestionKind.INTEGER, maximum=12, required=True)
        QuestionFactory(key="say")
        QuestionFactory(key="elsewhere", services=[ServiceFactory()])
        given = {"rooms": 3, "long gone": "kept"}
        booking = booked(shop, visit__answers=given)
        answer = owner.api.patch(f"bookings/{booking.pk}/", {"version": 1, "internal_notes": "x", "answers": answers})
        refused(answer, 400, code, pointer)
        assert (Visit.objects.get().answers, Booking.objects.get().internal_notes) == (given, "")

    def test_stale_answers_are_not_kept(self, shop: Shop, owner: Person) -> None:
        QuestionFactory(key="say")
        booking = booked(shop, version=2)
        refused(
            owner.api.patch(f"bookings/{booking.pk}/", {"version": 1, "answers": {"say": "x"}}), 409, "stale_version"
        )
        assert Visit.objects.get().answers == {}

    def test_what_is_the_same_is_no_change(self, shop: Shop, owner: Person) -> None:
        booking = booked(shop, internal_notes="Tea")
        told = owner.api.patch(f"bookings/{booking.pk}/", {"version": 1, "internal_notes": "Tea"}).json()
        assert (told["version"], names(booking)) == (1, [])

    def test_a_stale_version(self, shop: Shop, owner: Person) -> None:
        booking = booked(shop, version=3)
        answer = owner.api.patch(f"bookings/{booking.pk}/", {"version": 2, "internal_notes": "x"})
        refused(answer, 409, "stale_version")
        assert Booking.objects.get().internal_notes == ""

    def test_faults(self, shop: Shop, owner: Person, customer: Person, stranger: Stranger) -> None:
        booking = booked(shop, visit__user_id=customer.user.pk)
        path = f"bookings/{booking.pk}/"
        refused(owner.api.patch(path, {"internal_notes": "x"}), 400, "required", "/version")
        refused(owner.api.patch(path, {"version": 1, "internal_notes": "x" * 4001}), 400, "max_length")
        refused(owner.api.patch(path, {"version": 1, "answers": {"a": "x" * 9000}}), 400, "too_large")
        refused(owner.api.patch(path, {"version": 1, "answers": []}), 400, "not_a_dict")
        refused(customer.api.patch(path, {"version": 1, "internal_notes": "x"}), 403, "not_allowed")
        refused(stranger.api.patch(path + link(booking), {"version": 1}), 401, "not_signed_in")
        assert Booking.objects.get().version == 1

    def test_another_place_with_a_room_of_its_own(self, shop: Shop, owner: Person, stranger: Stranger) -> None:
        away = LocationFactory()
        ResourceFactory(location=shop.place)
        treated = ServiceFactory(staff=[shop.ada], requires=["room"])
        told = stranger.api.post("bookings/", body_for(treated, monday(10))).json()
        path, body = f"bookings/{told['id']}/", {"version": 1, "location": str(away.pk)}
        problem = refused(owner.api.patch(path, body), 409, "slot_unavailable")
        assert problem["causes"] == ["resource"]
        room = ResourceFactory(location=away)
        assert owner.api.patch(path, body).json()["location"] == str(away.pk)
        assert ResourceAllocation.objects.get().resource == room
        refused(owner.api.patch(path, {"version": 2, "location": told["id"]}), 400, "unknown_location", "/location")

    def test_a_shared_appointment_stays_where_it_is(self, shop: Shop, owner: Person) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place, seats_taken=1)
        booking = BookingFactory(appointment=session)
        body = {"version": 1, "location": str(LocationFactory().pk)}
        refused(owner.api.patch(f"bookings/{booking.pk}/", body), 409, "shared_appointment")
        assert Booking.objects.get().version == 1


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
    assert rows[1]["actor"]["name"] == owner.user.name
    assert [each["text"] for each in rows] == [
        "Booked by the customer",
        f"Checked in by {owner.user.name}",
        f"Last step taken back by {owner.user.name}",
    ]


class TestTheList:
    def test_filters(self, shop: Shop, owner: Person) -> None:
        first = booked(shop, visit=VisitFactory(contact_name="Grace Hopper", reference="GRACE111"))
        second = booked(
            shop,
            appointment__staff=shop.ben,
            appointment__starts_at=monday(10) + dt.timedelta(days=1),
            status="pending",
        )

        def found(**query: Any) -> list[str]:
            answer = owner.api.get("bookings/", query)
            assert answer.status_code == 200, answer.content
            return [each["id"] for each in answer.json()["results"]]

        one, two = str(first.pk), str(second.pk)
        assert found() == [one, two]
        assert found(date="2030-01-07") == [one]
        assert found(**{"from": "2030-01-08"}) == [two]
        assert found(**{"from": "2030-01-07", "to": "2030-01-07"}) == [one]
        assert found(staff=str(shop.ben.pk)) == [two]
        assert found(service=str(shop.service.pk)) == [one, two]
        assert found(service=str(ServiceFactory().pk)) == []
        assert found(status="pending") == [two]
        assert found(status=["pending", "confirmed"]) == [one, two]
        assert found(customer=str(first.visit.customer_id)) == [one]
        assert found(location=str(shop.place.pk)) == [one, two]
        assert found(search="hopper") == [one]
        assert found(search="GRACE1") == [one]
        assert found(search="grace hopper") == [one]
        assert found(search="grace nobody") == []
        assert found(search="%") == []

    @pytest.mark.parametrize(
        "query",
        [
            "date=soon",
            "from=2030-02-30",
            "service=cut",
            "status=lost",
            "page=0",
            "search=" + "x" * 101,
            "search=%00",
            "date=9999-12-31",
        ],
    )
    def test_what_cannot_be_read(self, shop: Shop, owner: Person, query: str) -> None:
        answer = owner.api.get(f"bookings/?{query}")
        assert answer.status_code in {400, 404}, answer.content
        assert answer["Content-Type"] == "application/problem+json"

    def test_a_page_takes_three_queries_however_long(
        self, shop: Shop, owner: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        owner.api.get("bookings/")  # signs in
        for days in range(3):
            booked(shop, appointment__starts_at=monday(11) + dt.timedelta(days=days))
            with django_assert_num_queries(3):
                assert len(owner.api.get("bookings/").json()["results"]) == days + 1

    def test_the_export_is_csv_that_no_spreadsheet_runs(self, shop: Shop, owner: Person) -> None:
        booked(shop, visit=VisitFactory(contact_name="=1+1", contact_phone="+442079460001", notes="a\n@b, c"))
        booked(shop, appointment__starts_at=monday(14), status="pending")
        answer = owner.api.get("bookings/export/?format=csv&status=confirmed")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
        text = b"".join(answer.streaming_content).decode()
        assert text.count("confirmed") == 1
        assert "pending" not in text
        assert ",'=1+1," in text
        assert ",+442079460001," in text
        assert '"a\n@b, c"' in text
        refused(owner.api.get("bookings/export/?format=xls"), 400, "invalid_choice", "/format")
