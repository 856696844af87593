"""Moving: to another time, person, room or session, by everybody who may."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.bookings.states import Status
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import CONSENTS, CUSTOMER, body_for, monday, refused, session_body, written
from tests.bookings.rows import booked, link, names
from tests.factories.bookings import AppointmentFactory, BookingFactory, SessionFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, Stranger, make_person


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

    def test_what_the_team_moves_is_none_of_the_customer_s_moves(
        self, shop: Shop, stranger: Stranger, owner: Person
    ) -> None:
        booking = booked(shop, policy={"reschedule": {"allowed_until_minutes": 60, "max_times": 1}})
        path = f"bookings/{booking.pk}/reschedule/"
        told = owner.api.post(path, {"start": monday(15).isoformat()}).json()
        assert (told["times_moved"], told["reschedule"]["moves_left"]) == (0, 1)
        told = stranger.api.post(path + link(booking), {"start": monday(16).isoformat()}).json()
        assert (told["times_moved"], told["reschedule"]["moves_left"]) == (1, 0)

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


class TestWhichSession:
    """Two of one class begin at the same minute: with Ada, and with Ben at another place."""

    @pytest.fixture
    def there(self, shop: Shop) -> list[Appointment]:
        yoga, annex = ServiceFactory(of_class=True), LocationFactory(name="Annex", position=1)
        return [
            SessionFactory(service=yoga, staff=who, location=where, starts_at=monday(12))
            for who, where in ((shop.ada, shop.place), (shop.ben, annex))
        ]

    @pytest.fixture
    def told(self, shop: Shop, stranger: Stranger, there: list[Appointment]) -> dict[str, Any]:
        """Booked in a session two hours before these."""
        session = SessionFactory(service=there[0].service, staff=shop.ada, location=shop.place)
        made: dict[str, Any] = stranger.api.post("bookings/", session_body(session)).json()
        return made

    def test_it_is_said_by_id(self, stranger: Stranger, there: list[Appointment], told: dict[str, Any]) -> None:
        for kind, name in (("bookings", "id"), ("visits", "visit")):
            path = f"{kind}/{told[name]}/reschedule/?token={told['manage_token']}"
            for session in there:
                assert stranger.api.post(path, {"session": str(session.pk)}).status_code == 200
                assert Booking.objects.get().appointment_id == session.pk
            Booking.objects.update(times_moved=0)
        assert wrong_seats() == 0

    def test_a_time_alone_does_not_say_it(
        self, stranger: Stranger, owner: Person, there: list[Appointment], told: dict[str, Any]
    ) -> None:
        at_noon = {"start": monday(12).isoformat()}
        before = written()
        for api, query in ((stranger.api, f"?token={told['manage_token']}"), (owner.api, "")):
            for path in (f"bookings/{told['id']}/reschedule/", f"visits/{told['visit']}/reschedule/"):
                problem = refused(api.post(path + query, at_noon), 409, "session_ambiguous")
                assert [each["session"] for each in problem["sessions"]] == [str(each.pk) for each in there]
                assert problem["sessions"][1]["staff"] == [str(there[1].staff_id)]
        assert written() == before
        path = f"bookings/{told['id']}/reschedule/"
        assert owner.api.post(path, {**at_noon, "staff": str(there[1].staff_id)}).status_code == 400, "no such person"
        place = {**at_noon, "location": str(there[1].location_id)}
        assert owner.api.post(path, place).json()["session"] == str(there[1].pk)

    @pytest.mark.parametrize(
        ("given", "code", "pointer"),
        [
            ({}, "required", "/start"),
            ({"start": "2030-01-07T12:00:00Z", "session": "first"}, "session_or_start", "/session"),
            ({"session": "called off"}, "unknown_session", "/session"),
            ({"session": "of another class"}, "session_service", "/session"),
            ({"session": "first", "location": "second"}, "session_location", "/location"),
        ],
    )
    def test_what_does_not_go_together(
        self,
        stranger: Stranger,
        there: list[Appointment],
        told: dict[str, Any],
        given: dict[str, Any],
        code: str,
        pointer: str,
    ) -> None:
        other = SessionFactory(starts_at=monday(15))
        off = SessionFactory(service=there[0].service, starts_at=monday(15), published=False)
        names = {"first": there[0].pk, "called off": off.pk, "of another class": other.pk}
        body = {name: str(names.get(value, value)) for name, value in given.items()}
        if "location" in body:
            body["location"] = str(there[1].location_id)
        before = written()
        answer = stranger.api.post(f"bookings/{told['id']}/reschedule/?token={told['manage_token']}", body)
        refused(answer, 400, code, pointer)
        assert written() == before

    def test_what_is_no_class_goes_into_no_session(
        self, shop: Shop, stranger: Stranger, there: list[Appointment]
    ) -> None:
        booking = booked(shop, appointment__starts_at=monday(16))
        answer = stranger.api.post(f"bookings/{booking.pk}/reschedule/{link(booking)}", {"session": str(there[0].pk)})
        refused(answer, 400, "session_service", "/session")

    def test_one_that_is_full_is_not_another_one(
        self, stranger: Stranger, there: list[Appointment], told: dict[str, Any]
    ) -> None:
        Appointment.objects.filter(pk=there[0].pk).update(seats_taken=8)
        path = f"bookings/{told['id']}/reschedule/?token={told['manage_token']}"
        refused(stranger.api.post(path, {"session": str(there[0].pk)}), 409, "slot_unavailable")
        refused(stranger.api.post(path, {"start": monday(12).isoformat()}), 409, "session_ambiguous")

    def test_a_customer_has_no_choice_where_one_is_a_date_of_a_course(
        self, stranger: Stranger, owner: Person, there: list[Appointment], told: dict[str, Any]
    ) -> None:
        Service.objects.filter(pk=there[0].service_id).update(course="whole")
        Appointment.objects.filter(pk=there[0].pk).update(course_id=uuid7())
        path, at_noon = f"bookings/{told['id']}/reschedule/", {"start": monday(12).isoformat()}
        refused(owner.api.post(path, at_noon), 409, "session_ambiguous")
        by_link = f"{path}?token={told['manage_token']}"
        refused(stranger.api.post(by_link, {"session": str(there[0].pk)}), 400, "course_only", "/session")
        assert stranger.api.post(by_link, at_noon).json()["session"] == str(there[1].pk)

    def test_who_reaches_one_of_them_moves_to_that_one(
        self, salon: Tenant, there: list[Appointment], told: dict[str, Any]
    ) -> None:
        bound = make_person(salon, Role.MANAGER, location_ids=[str(there[0].location_id)]).api
        path = f"bookings/{told['id']}/reschedule/"
        refused(bound.post(path, {"session": str(there[1].pk)}), 403, "out_of_scope")
        assert bound.post(path, {"start": monday(12).isoformat()}).json()["session"] == str(there[0].pk)

    def test_a_series_goes_to_those_with_the_same_person_and_place(
        self, shop: Shop, stranger: Stranger, there: list[Appointment]
    ) -> None:
        week, common = dt.timedelta(weeks=1), {"service": there[0].service}
        for each in range(2):
            SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(10) + each * week, **common)
        later = [
            SessionFactory(staff=each.staff, location=each.location, starts_at=monday(12) + week, **common)
            for each in there
        ]
        wanted = {"items": [{"service": str(there[0].service_id)}], "start": monday(10).isoformat()}
        rule = {"frequency": "weekly", "count": 2}
        series = stranger.api.post(
            "series/", {**wanted, "rule": rule, "customer": CUSTOMER, "consents": CONSENTS}
        ).json()
        path = f"series/{series['id']}/reschedule/?token={series['manage_token']}"
        by_time = {"scope": "all", "start": monday(12).isoformat()}
        refused(stranger.api.post(path, by_time), 409, "session_ambiguous")
        answer = stranger.api.post(path, {"scope": "all", "session": str(there[1].pk)})
        assert answer.status_code == 200, answer.content
        assert set(Booking.objects.values_list("appointment", flat=True)) == {there[1].pk, later[1].pk}
        assert wrong_seats() == 0
