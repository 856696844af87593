"""What the team notes on a booking."""

from typing import Any

import pytest

from bookme.bookings.models import Booking, ResourceAllocation, Visit
from bookme.eventlog.models import Event
from bookme.services.models import QuestionKind
from tests.bookings.conftest import Shop
from tests.bookings.desk import body_for, monday, refused
from tests.bookings.rows import booked, link, names
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.users import Person, Stranger


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
