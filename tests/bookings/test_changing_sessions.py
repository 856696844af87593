"""Changing and cancelling a session: everybody who booked it goes with it, and is told."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookme.bookings.actions import BookingRequest, Item, create_visit, placing
from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.bookings.states import Status
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import GUEST
from bookme.core.permissions import Role
from bookme.customers.actions import Contact
from bookme.eventlog.models import Event
from bookme.tenants.models import OutboxMessage, Tenant
from tests.bookings.conftest import Shop
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import CONSENTS, NOW, monday, refused, session_body, written
from tests.factories.bookings import BookingFactory, HoldFactory, ResourceAllocationFactory, SessionFactory
from tests.factories.locations import ClosureFactory, LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory, TimeOffFactory
from tests.factories.users import Person, Stranger, make_person

DAY = dt.timedelta(days=1)


@pytest.fixture
def session(shop: Shop) -> Appointment:
    """At ten on Monday with Ada, who like Ben gives this class; three of its eight places are taken by two bookings."""
    service = ServiceFactory(of_class=True, staff=[shop.ada, shop.ben])
    made: Appointment = SessionFactory(service=service, staff=shop.ada, location=shop.place, seats_taken=3)
    BookingFactory(appointment=made, party_size=2)
    BookingFactory(appointment=made, status=Status.PENDING)
    BookingFactory(appointment=made, status=Status.CANCELLED)
    return made


def state(session: Appointment) -> tuple[Any, ...]:
    """All of the session and of its bookings that a refusal must leave as it was."""
    session.refresh_from_db()
    columns = [field.attname for field in Appointment._meta.fields]
    bookings = Booking.objects.order_by("pk").values_list("pk", "status", "version", "appointment")
    return ([getattr(session, each) for each in columns], list(bookings), written())


class TestMove:
    def test_everybody_goes_with_it(self, session: Appointment, owner: Person) -> None:
        answer = owner.api.patch(f"sessions/{session.pk}/", {"start": "2030-01-08T11:00:00Z"})
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert (told["start"], told["end"]) == ("2030-01-08T11:00:00+00:00", "2030-01-08T12:00:00+00:00")
        assert (told["seats_left"], told["version"]) == (5, 2)
        stay, gone = Booking.objects.exclude(status="cancelled"), Booking.objects.get(status="cancelled")
        assert [(each.version, each.times_moved) for each in stay] == [(2, 0), (2, 0)]
        assert gone.version == 1
        facts = Event.objects.filter(name="booking.rescheduled")
        assert {each.subject_id for each in facts} == {each.pk for each in stay}
        payload = facts[0].payload
        assert (payload["old_start"], payload["start"]) == ("2030-01-07T10:00:00+00:00", "2030-01-08T11:00:00+00:00")
        assert (payload["by"], payload["of_session"]) == ("business", True)
        fact = Event.objects.get(name="session.changed").payload
        assert (fact["fields"], fact["bookings"]) == (["start"], 2)
        request = OutboxMessage.objects.get(task="bookings.expire_booking")
        assert request.due_at == monday(11) + DAY

    def test_to_another_person_and_place(self, shop: Shop, session: Appointment, owner: Person) -> None:
        other = LocationFactory()
        change = {"staff": str(shop.ben.pk), "location": str(other.pk), "version": 1}
        told = owner.api.patch(f"sessions/{session.pk}/", change).json()
        assert (told["staff"], told["location"], told["start"][:16]) == (
            str(shop.ben.pk),
            str(other.pk),
            "2030-01-07T10:00",
        )
        payload = Event.objects.filter(name="booking.rescheduled")[0].payload
        assert (payload["old_staff_id"], payload["staff_id"]) == (str(shop.ada.pk), str(shop.ben.pk))

    def test_it_is_not_in_its_own_way(self, shop: Shop, session: Appointment, owner: Person) -> None:
        """Half an hour later, in the room that it has; the padding is the class's."""
        room, spare = (ResourceFactory(location=shop.place, position=each) for each in (2, 1))
        ResourceAllocationFactory(appointment=session, resource=room)
        answer = owner.api.patch(f"sessions/{session.pk}/", {"start": monday(10, 30).isoformat()})
        assert answer.status_code == 200, answer.content
        held = ResourceAllocation.objects.get()
        assert (held.resource, held.blocked_start, held.blocked_end) == (room, monday(10, 30), monday(11, 30))
        ResourceAllocationFactory(
            appointment=SessionFactory(starts_at=monday(14)), resource=room,
            blocked_start=monday(14), blocked_end=monday(15),
        )  # fmt: skip
        answer = owner.api.patch(f"sessions/{session.pk}/", {"start": monday(14).isoformat()})
        assert answer.status_code == 200, answer.content
        assert session.allocations.get().resource == spare

    @pytest.mark.parametrize("way", ["session", "time_off", "closure", "unit"])
    def test_what_is_in_the_way_is_told(self, shop: Shop, session: Appointment, owner: Person, way: str) -> None:
        at = monday(14)
        if way == "session":
            SessionFactory(staff=shop.ada, location=shop.place, starts_at=at)
        elif way == "time_off":
            TimeOffFactory(staff=shop.ada, starts_at=at)
        elif way == "closure":
            ClosureFactory(starts_at=at)
        else:
            room = ResourceFactory(location=shop.place, name="Studio")
            ResourceAllocationFactory(appointment=session, resource=room)
            ResourceAllocationFactory(
                appointment=SessionFactory(starts_at=at), resource=room, blocked_start=at, blocked_end=at + DAY / 24
            )
        before = state(session)
        answer = owner.api.patch(f"sessions/{session.pk}/", {"start": at.isoformat()})
        problem = refused(answer, 409, "sessions_clash")
        assert [each["reason"] for each in problem["clashes"]] == [
            {
                "session": "Ada is busy",
                "time_off": "Ada is away",
                "closure": "closed: Holiday",
                "unit": "Studio is not free",
            }[way]
        ]
        assert state(session) == before

    def test_what_is_the_same_changes_nothing(self, shop: Shop, session: Appointment, owner: Person) -> None:
        before = state(session)
        change = {"start": monday(10).isoformat(), "staff": str(shop.ada.pk), "capacity": 8, "min_to_run": None}
        assert owner.api.patch(f"sessions/{session.pk}/", change).json()["version"] == 1
        assert state(session) == before

    def test_a_held_place_goes_with_it(self, session: Appointment, owner: Person) -> None:
        until = NOW + dt.timedelta(minutes=10)
        Appointment.objects.filter(pk=session.pk).update(seats_taken=4)
        hold = HoldFactory(appointment=session, hold_expires_at=until)
        owner.api.patch(f"sessions/{session.pk}/", {"start": monday(15).isoformat()})
        hold.refresh_from_db()
        assert (hold.status, hold.version) == ("held", 2)
        assert OutboxMessage.objects.get(key=f"booking:{hold.pk}:expire").due_at == until


class TestPlaces:
    def test_more_or_fewer(self, session: Appointment, owner: Person) -> None:
        told = owner.api.patch(f"sessions/{session.pk}/", {"capacity": 12}).json()
        assert (told["capacity"], told["seats_left"]) == (12, 9)
        assert owner.api.patch(f"sessions/{session.pk}/", {"capacity": 3}).json()["seats_left"] == 0
        assert not Event.objects.filter(name="booking.rescheduled").exists()

    def test_never_fewer_than_are_taken(self, session: Appointment, owner: Person) -> None:
        before = state(session)
        problem = refused(owner.api.patch(f"sessions/{session.pk}/", {"capacity": 2}), 409, "seats_taken")
        assert problem["detail"] == "3 places are taken already: it cannot have fewer."
        assert state(session) == before

    def test_several_people_in_one_booking(self, session: Appointment, stranger: Stranger) -> None:
        """One booking for four, and no more than there are places."""
        assert stranger.api.post("bookings/", session_body(session, party_size=4)).json()["party_size"] == 4
        refused(stranger.api.post("bookings/", session_body(session, party_size=2)), 409, "slot_unavailable")
        refused(stranger.api.post("bookings/", session_body(session, party_size=9)), 400, "party_too_large")
        session.refresh_from_db()
        assert (session.seats_taken, wrong_seats()) == (7, 0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "code", "pointer"),
        [
            ({"start": "2030-01-01T10:00:00Z"}, "past", "/start"),
            ({"start": "2030-01-08T10:00:01Z"}, "whole_minutes", "/start"),
            ({"start": None}, "null", "/start"),
            ({"staff": str(uuid4())}, "unknown_staff", "/staff"),
            ({"location": str(uuid4())}, "unknown_location", "/location"),
            ({"location": "here"}, "invalid", "/location"),
            ({"capacity": 0}, "min_value", "/capacity"),
            ({"capacity": 4, "min_to_run": 5}, "too_large", "/min_to_run"),
            ({"resource": str(uuid4())}, "unknown", "/resource"),
        ],
    )
    def test_what_does_not_fit(
        self, session: Appointment, owner: Person, change: dict[str, Any], code: str, pointer: str
    ) -> None:
        before = state(session)
        refused(owner.api.patch(f"sessions/{session.pk}/", change), 400, code, pointer)
        assert state(session) == before

    def test_a_session_that_somebody_has_changed(self, session: Appointment, owner: Person) -> None:
        assert owner.api.patch(f"sessions/{session.pk}/", {"capacity": 9, "version": 1}).status_code == 200
        before = state(session)
        refused(owner.api.patch(f"sessions/{session.pk}/", {"capacity": 7, "version": 1}), 409, "stale_version")
        assert state(session) == before

    def test_one_that_has_begun(self, session: Appointment, owner: Person, clock: Any) -> None:
        clock.move_to(monday(10))
        before = state(session)
        refused(owner.api.patch(f"sessions/{session.pk}/", {"capacity": 9}), 409, "too_late")
        refused(owner.api.post(f"sessions/{session.pk}/cancel/"), 409, "too_late")
        assert state(session) == before

    def test_who_may(
        self, salon: Tenant, shop: Shop, session: Appointment, stylist: Person, customer: Person, stranger: Stranger
    ) -> None:
        to_ben = {"staff": str(shop.ben.pk)}
        elsewhere = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ben.pk)])
        bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
        before = state(session)
        for who, status in ((stranger, 401), (customer, 403), (stylist, 404), (elsewhere, 404)):
            assert who.api.patch(f"sessions/{session.pk}/", to_ben).status_code == status
            assert who.api.post(f"sessions/{session.pk}/cancel/").status_code == status
        refused(bound.api.patch(f"sessions/{session.pk}/", to_ben), 403, "out_of_scope")
        assert state(session) == before

    def test_what_is_no_session(self, shop: Shop, owner: Person) -> None:
        refused(owner.api.patch(f"sessions/{uuid4()}/", {"capacity": 2}), 404, "not_found")
        refused(owner.api.post(f"sessions/{uuid4()}/cancel/"), 404, "not_found")


class TestCancel:
    def test_with_everybody_s_bookings(self, shop: Shop, session: Appointment, owner: Person) -> None:
        ResourceAllocationFactory(appointment=session, resource=ResourceFactory(location=shop.place))
        Booking.objects.update(policy={"cancellation": {"free_until_minutes": 10**6, "late_fee_percent": 50}})
        answer = owner.api.post(f"sessions/{session.pk}/cancel/", {"reason": "Ada is ill."})
        assert answer.json() == {"id": str(session.pk), "cancelled_bookings": 2}
        session.refresh_from_db()
        assert (session.published, session.seats_taken, session.version) == (False, 0, 2)
        assert not ResourceAllocation.objects.exists()
        cancelled = Booking.objects.exclude(cancelled_by="")
        assert [(each.cancelled_by, each.cancel_reason, each.fee) for each in cancelled] == [
            ("business", "Ada is ill.", 0)
        ] * 2
        facts = Event.objects.filter(name="booking.cancelled")
        assert {each.subject_id for each in facts} == {each.pk for each in cancelled}
        fact = Event.objects.get(name="session.cancelled").payload
        assert (fact["cause"], fact["bookings"]) == ("", 2)
        assert wrong_seats() == 0

    def test_its_time_is_free_again(self, shop: Shop, session: Appointment, owner: Person) -> None:
        owner.api.post(f"sessions/{session.pk}/cancel/")
        body = {"service": str(session.service_id), "staff": str(shop.ada.pk), "location": str(shop.place.pk)}
        assert owner.api.post("sessions/", body | {"start": monday(10).isoformat()}).status_code == 201
        refused(owner.api.post(f"sessions/{session.pk}/cancel/"), 404, "not_found")

    def test_not_over_who_has_come(self, session: Appointment, owner: Person) -> None:
        Booking.objects.filter(status="confirmed").update(status="arrived")
        before = state(session)
        refused(owner.api.post(f"sessions/{session.pk}/cancel/"), 409, "has_come")
        assert state(session) == before

    def test_no_booking_comes_back_to_it(self, session: Appointment, owner: Person) -> None:
        owner.api.post(f"sessions/{session.pk}/cancel/")
        before = state(session)
        booking = Booking.objects.filter(party_size=2).get()
        refused(owner.api.post(f"bookings/{booking.pk}/undo/"), 409, "session_cancelled")
        assert state(session) == before

    def test_the_same_key_cancels_once(self, session: Appointment, owner: Person) -> None:
        first, again = (owner.api.post(f"sessions/{session.pk}/cancel/", idempotency_key="k") for _ in range(2))
        assert (first.json(), again.status_code) == (again.json(), 200)
        assert Event.objects.filter(name="session.cancelled").count() == 1


@pytest.mark.parametrize("change", [{"published": False}, {"starts_at": monday(11)}, {"staff": "ben"}])
def test_a_booking_of_what_has_changed_meanwhile(
    shop: Shop, session: Appointment, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    """Looked at before the lock, and not the same after it: nobody is booked for what they did not ask for."""

    def meanwhile(*_: Any, **__: Any) -> None:
        columns = {name: shop.ben if value == "ben" else value for name, value in change.items()}
        if "starts_at" in columns:
            columns |= {"ends_at": monday(12), "blocked_start": monday(11), "blocked_end": monday(12)}
        Appointment.objects.filter(pk=session.pk).update(**columns)

    monkeypatch.setattr(placing, "lock", meanwhile)
    contact = Contact(name="Ada", email="ada@mail.example")
    wanted = BookingRequest(contact=contact, items=(Item(session_id=session.pk),), party_size=2, consents=CONSENTS)
    with pytest.raises(SlotUnavailable) as refusal:
        create_visit(request=wanted, actor=GUEST, now=NOW)
    assert refusal.value.causes == ["sessions_only"]
    session.refresh_from_db()
    assert session.seats_taken == 3


def test_one_s_own_class_is_changed_by_who_gives_it(shop: Shop, stylist: Person) -> None:
    mine = StaffFactory(user_id=stylist.user.id)
    session = SessionFactory(staff=mine, location=shop.place)
    assert stylist.api.patch(f"sessions/{session.pk}/", {"capacity": 9}).json()["capacity"] == 9
    assert stylist.api.post(f"sessions/{session.pk}/cancel/").status_code == 200
