"""The team publishes classes, changes them and calls them off."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking
from bookme.core.permissions import Role
from bookme.services.models import Service
from bookme.tenants.models import Tenant
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.locations import ClosureFactory, LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import TimeOffFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, done, sent, shown

NEW = "/team/classes/new/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def yoga(salon_team: Shop) -> Service:
    return ServiceFactory(name="Yoga", of_class=True, min_to_run=3, staff=[salon_team.ana, salon_team.ben])


@pytest.fixture
def session(salon_team: Shop, yoga: Service) -> Appointment:
    """On Saturday at ten; two have booked three of its eight places, and three it needs."""
    at = TODAY_AT_TEN + 3 * DAY
    made: Appointment = SessionFactory(
        service=yoga, staff=salon_team.ana, location=salon_team.place, starts_at=at, seats_taken=3,
        min_to_run=3, decide_at=at - DAY,
    )  # fmt: skip
    BookingFactory(appointment=made, party_size=2)
    BookingFactory(appointment=made)
    return made


def form(shop: Shop, service: Service, **more: Any) -> dict[str, Any]:
    given = {
        "service": service.pk,
        "person": shop.ben.pk,
        "place": shop.place.pk,
        "day": "2030-01-07",
        "start": "18:30",
        "repeat": "once",
    }
    return given | more


def change(session: Appointment, **more: Any) -> dict[str, Any]:
    """The form of a session as its page shows it."""
    given = {
        "day": f"{session.starts_at:%Y-%m-%d}",
        "start": f"{session.starts_at:%H:%M}",
        "person": session.staff_id,
        "place": session.location_id,
        "capacity": session.capacity,
        "min_to_run": session.min_to_run or "",
        "version": session.version,
    }
    return given | more


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_session_is_not_moved_out_of_the_calendar(session: Appointment, owner: Person, day: str) -> None:
    answer = sent(owner, f"/team/classes/{session.pk}/", change(session, day=day))
    assert answer.status_code == 422
    assert "Enter a valid date." in page_of(answer)
    found = Appointment.objects.get()
    assert (found.starts_at, found.version) == (session.starts_at, session.version)


class TestPublish:
    def test_once(self, salon_team: Shop, yoga: Service, owner: Person) -> None:
        assert "Publish a class" in shown(owner, "/team/classes/")
        assert 'value="2030-01-09"' in shown(owner, NEW, day="2030-01-09")
        page = done(owner, NEW, form(salon_team, yoga))
        assert "The class is published." in page
        assert "needs 3 by <time datetime='2030-01-06T18:30:00+00:00'>Sun 6 Jan, 18:30</time>" in page
        session = Appointment.objects.get()
        assert (session.starts_at.isoformat(), session.staff) == ("2030-01-07T18:30:00+00:00", salon_team.ben)
        assert (session.capacity, session.min_to_run) == (8, 3)

    def test_every_two_weeks_without_the_closed_day(self, salon_team: Shop, yoga: Service, owner: Person) -> None:
        ClosureFactory(name="Refit", starts_at=dt.datetime(2030, 1, 21, tzinfo=dt.UTC))
        data = form(salon_team, yoga, repeat="fortnightly", last_day="2030-02-04", capacity="5", min_to_run="2")
        page = done(owner, NEW, data)
        assert "2 classes are published. Left out: Mon 21 Jan (closed: Refit)." in page
        assert [(each.starts_at.day, each.capacity, each.min_to_run) for each in Appointment.objects.all()] == [
            (7, 5, 2),
            (4, 5, 2),
        ]

    def test_with_its_room(self, salon_team: Shop, yoga: Service, owner: Person) -> None:
        assert "Room or equipment" not in shown(owner, NEW)
        room = ResourceFactory(location=salon_team.place, name="Studio")
        assert "Studio" in shown(owner, NEW)
        done(owner, NEW, form(salon_team, yoga, unit=room.pk))
        assert Appointment.objects.get().allocations.get().resource == room

    def test_what_is_in_the_way_is_told_day_by_day(self, salon_team: Shop, yoga: Service, owner: Person) -> None:
        TimeOffFactory(staff=salon_team.ben, starts_at=dt.datetime(2030, 1, 14, 18, tzinfo=dt.UTC))
        answer = sent(owner, NEW, form(salon_team, yoga, repeat="weekly", last_day="2030-01-28"))
        assert answer.status_code == 422
        assert "Monday 14 January: Ben Ruiz is away." in page_of(answer)
        assert not Appointment.objects.exists()

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"day": "2029-01-07"}, "This time has passed."),
            ({"day": "9999-12-31"}, "Enter a valid date."),
            ({"day": "0001-01-01"}, "Enter a valid date."),
            ({"repeat": "weekly", "last_day": "9999-12-31"}, "Enter a valid date."),
            ({"service": ""}, "This field is required."),
            ({"repeat": "weekly"}, "Say until which day."),
            ({"repeat": "weekly", "last_day": "2030-01-06"}, "The last day is before the first."),
            ({"repeat": "weekly", "last_day": "2033-12-31"}, "These are too many at once"),
            ({"repeat": "monthly", "last_day": "2039-12-31"}, "This is too far ahead"),
            ({"capacity": "2"}, "This must not be more than there are places."),
            ({"day": "2030-03-31", "start": "01:30"}, "there is no such time"),
            ({"person": "00000000-0000-7000-8000-000000000000"}, "Select a valid choice"),
        ],
    )
    def test_what_does_not_fit(
        self, salon_team: Shop, yoga: Service, owner: Person, more: dict[str, Any], words: str
    ) -> None:
        answer = sent(owner, NEW, form(salon_team, yoga) | more)
        assert answer.status_code == 422
        assert words in page_of(answer)
        assert not Appointment.objects.exists()

    def test_whom_one_reaches(self, salon: Tenant, salon_team: Shop, yoga: Service, stylist: Person) -> None:
        """Their own calendar alone; a place outside of the scope is not even shown."""
        assert sent(stylist, NEW, form(salon_team, yoga)).status_code == 422
        bound = make_person(salon, Role.MANAGER, location_ids=[str(LocationFactory(name="Annex").pk)])
        assert salon_team.place.name not in shown(bound, NEW)
        assert sent(bound, NEW, form(salon_team, yoga)).status_code == 422
        assert not Appointment.objects.exists()
        done(stylist, NEW, form(salon_team, yoga, person=salon_team.ana.pk))


class TestChange:
    def test_everybody_goes_with_it(self, salon_team: Shop, session: Appointment, owner: Person) -> None:
        assert f"/team/classes/{session.pk}/" in shown(owner, "/team/classes/", day="2030-01-05")
        assert "2 bookings go with it" in shown(owner, f"/team/classes/{session.pk}/")
        data = change(session, start="15:00", person=salon_team.ben.pk, capacity=9)
        page = done(owner, f"/team/classes/{session.pk}/", data)
        assert "The class is changed." in page
        assert "3 of 9 booked" in page
        session.refresh_from_db()
        assert (session.starts_at.hour, session.staff, session.version) == (15, salon_team.ben, 2)
        assert {each.version for each in Booking.objects.all()} == {2}

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"capacity": 2, "min_to_run": ""}, "More places than that are taken already."),
            ({"capacity": ""}, "This field is required."),
            ({"day": "2030-01-01"}, "This time has passed."),
            ({"version": 7}, "Somebody has just changed this class."),
        ],
    )
    def test_what_does_not_fit(self, session: Appointment, owner: Person, more: dict[str, Any], words: str) -> None:
        answer = sent(owner, f"/team/classes/{session.pk}/", change(session, **more))
        assert answer.status_code == 422
        assert words in page_of(answer)
        assert Appointment.objects.get(pk=session.pk).version == 1

    def test_a_clash_is_told(self, salon_team: Shop, session: Appointment, owner: Person) -> None:
        SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=session.starts_at + DAY)
        answer = sent(owner, f"/team/classes/{session.pk}/", change(session, day="2030-01-06"))
        assert "Sunday 6 January: Ana Okafor is busy." in page_of(answer)

    def test_one_that_has_begun_is_past_changing(self, salon_team: Shop, yoga: Service, owner: Person) -> None:
        begun = SessionFactory(
            service=yoga, staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN - DAY / 24 * 2
        )
        assert f"/team/classes/{begun.pk}/" not in shown(owner, "/team/classes/")
        assert "It has begun already." in done(owner, f"/team/classes/{begun.pk}/", change(begun))

    def test_the_second_passage_of_an_hour_is_not_lost(self, salon_team: Shop, yoga: Service, owner: Person) -> None:
        """On 27 October 2030 London's clock shows half past one twice: what was not touched stays in the second."""
        at = dt.datetime(2030, 10, 27, 1, 30, tzinfo=dt.UTC)
        late = SessionFactory(service=yoga, staff=salon_team.ana, location=salon_team.place, starts_at=at)
        done(owner, f"/team/classes/{late.pk}/", change(late, start="01:30", capacity=9))
        late.refresh_from_db()
        assert (late.starts_at, late.capacity) == (at, 9)


class TestCallOff:
    def test_with_everybody_s_bookings(self, session: Appointment, owner: Person) -> None:
        assert "2 bookings are cancelled, without a fee" in shown(owner, f"/team/classes/{session.pk}/")
        page = done(owner, f"/team/classes/{session.pk}/cancel/", {"version": 1, "reason": "Ana is ill."})
        assert "The class is called off with 2 bookings." in page
        assert {(each.status, each.cancel_reason) for each in Booking.objects.all()} == {("cancelled", "Ana is ill.")}

    @pytest.mark.parametrize(
        ("data", "words"),
        [({"version": 2}, "Somebody has just changed"), ({"version": 1, "reason": "x" * 501}, "too long")],
    )
    def test_not_unseen(self, session: Appointment, owner: Person, data: dict[str, Any], words: str) -> None:
        assert words in done(owner, f"/team/classes/{session.pk}/cancel/", data)
        session.refresh_from_db()
        assert (session.published, session.seats_taken) == (True, 3)

    def test_a_colleague_s_class_is_not_theirs(self, salon_team: Shop, session: Appointment, stylist: Person) -> None:
        Appointment.objects.filter(pk=session.pk).update(staff=salon_team.ben)
        for path in ("", "cancel/"):
            assert sent(stylist, f"/team/classes/{session.pk}/{path}", {"version": 1}).status_code == 404
        assert Appointment.objects.get(pk=session.pk).published
