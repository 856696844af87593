"""Courses through the API: all dates of a run, or all that are left of it, are booked at once, or none."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking, Series, Visit
from bookme.communications.models import Notification
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import CONSENTS, CUSTOMER, NOW, body_for, monday, refused, session_body, written
from tests.factories.bookings import SessionFactory
from tests.factories.customers import CustomerFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, Stranger, make_person
from tests.web.conftest import configure

WEEK, HOUR = dt.timedelta(weeks=1), dt.timedelta(hours=1)
WHO = {"customer": CUSTOMER, "consents": CONSENTS}


@pytest.fixture
def api(stranger: Stranger) -> Api:
    return stranger.api


@pytest.fixture
def pottery(shop: Shop) -> Service:
    return ServiceFactory(name="Pottery", of_class=True, course="whole", price="30.000", staff=[shop.ada])


def run_of(shop: Shop, service: Service, *, weeks: int = 4, start: dt.datetime | None = None) -> list[Appointment]:
    """A course as it is published: the same time on so many weeks."""
    common = {"service": service, "staff": shop.ada, "location": shop.place, "course_id": uuid7()}
    return [SessionFactory(starts_at=(start or monday(10)) + week * WEEK, **common) for week in range(weeks)]


def book(api: Api, dates: list[Appointment], **more: Any) -> Any:
    return api.post(f"courses/{dates[0].course_id}/book/", {**WHO, **more})


def read(api: Api, dates: list[Appointment]) -> dict[str, Any]:
    answer = api.get(f"courses/{dates[0].course_id}/")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def fill(session: Appointment, taken: int) -> None:
    Appointment.objects.filter(pk=session.pk).update(seats_taken=taken)


class TestReading:
    def test_all_its_dates_and_what_they_cost_together(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        fill(dates[2], 5)
        told = read(api, dates)
        assert [each["id"] for each in told["sessions"]] == [str(each.pk) for each in dates]
        assert (told["price"], told["currency"], told["seats_left"], told["dates_left"]) == ("120.00", "GBP", 3, 4)
        assert (told["can_join"], told["single_dates"]) == (True, False)
        session = api.get(f"sessions/{dates[0].pk}/").json()
        assert session["course"] == str(dates[0].course_id)

    def test_a_run_that_is_booked_date_by_date_is_none(self, shop: Shop, api: Api) -> None:
        dates = run_of(shop, ServiceFactory(of_class=True, staff=[shop.ada]))
        refused(api.get(f"courses/{dates[0].course_id}/"), 404, "not_found")
        refused(book(api, dates), 404, "not_found")
        assert api.get(f"sessions/{dates[0].pk}/").json()["course"] is None

    def test_one_that_has_begun(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery, start=NOW - dt.timedelta(days=2))
        told = read(api, dates)
        assert (told["can_join"], told["dates_left"], told["price"]) == (False, 3, "90.00")
        Service.objects.filter(pk=pottery.pk).update(course="drop_in")
        told = read(api, dates)
        assert (told["can_join"], told["single_dates"]) == (True, True)

    def test_what_was_called_off_is_no_date_of_it(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        Appointment.objects.filter(pk=dates[1].pk).update(published=False)
        told = read(api, dates)
        assert (len(told["sessions"]), told["price"]) == (3, "90.00")


class TestBooking:
    def test_all_dates_at_once(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        answer = book(api, dates, party_size=2)
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert told["rule"] is None
        assert [each["bookings"][0]["start"] for each in told["visits"]] == [
            each.starts_at.isoformat() for each in dates
        ]
        assert {each.price for each in Booking.objects.all()} == {60}
        assert {each.seats_taken for each in Appointment.objects.filter(published=True)} == {2}
        seen = api.get(f"series/{told['id']}/?token={told['manage_token']}").json()
        assert len(seen["visits"]) == 4

    def test_one_message_tells_of_all(self, shop: Shop, api: Api, pottery: Service) -> None:
        assert book(api, run_of(shop, pottery)).status_code == 201
        deliver_outbox()
        sent = Notification.objects.filter(kind="booking.confirmed", to=CUSTOMER["email"])
        [confirmation] = sent
        assert len(confirmation.booking_ids) == 4

    def test_one_full_date_and_nothing_is_booked(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        fill(dates[3], 7)
        before = written()
        refused(book(api, dates, party_size=2), 409, "course_full")
        assert written() == before
        assert sorted(Appointment.objects.values_list("seats_taken", flat=True)) == [0, 0, 0, 7]
        assert book(api, dates).status_code == 201

    def test_a_course_that_has_begun_is_not_joined(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery, start=NOW - dt.timedelta(days=2))
        before = written()
        refused(book(api, dates), 409, "course_begun")
        assert written() == before

    def test_it_is_joined_late_where_single_dates_are(self, shop: Shop, api: Api, pottery: Service) -> None:
        Service.objects.filter(pk=pottery.pk).update(course="drop_in")
        dates = run_of(shop, pottery, start=NOW - dt.timedelta(days=2))
        assert len(book(api, dates).json()["visits"]) == 3
        assert Booking.objects.filter(appointment=dates[0]).count() == 0

    def test_the_team_joins_somebody_late(self, shop: Shop, pottery: Service, salon: Tenant) -> None:
        dates = run_of(shop, pottery, start=NOW - dt.timedelta(days=2))
        owner = make_person(salon, Role.OWNER).api
        answer = owner.post(f"courses/{dates[0].course_id}/book/", {"customer": CUSTOMER})
        assert answer.status_code == 201
        assert len(answer.json()["visits"]) == 3

    def test_for_the_team_no_date_is_too_soon(self, shop: Shop, api: Api, pottery: Service, salon: Tenant) -> None:
        Service.objects.filter(pk=pottery.pk).update(policy={"min_notice_minutes": 7 * 24 * 60})
        dates = run_of(shop, pottery)
        refused(book(api, dates), 409, "course_begun")
        owner = make_person(salon, Role.OWNER).api
        answer = owner.post(f"courses/{dates[0].course_id}/book/", {"customer": CUSTOMER})
        assert answer.status_code == 201, answer.content
        assert len(answer.json()["visits"]) == 4
        told = Event.objects.filter(name="booking.confirmed").order_by("payload__start")
        assert [each.payload["waived"] for each in told] == [["notice"], [], [], []]

    def test_of_a_course_over_nothing_is_left(self, shop: Shop, pottery: Service, salon: Tenant) -> None:
        dates = run_of(shop, pottery, start=NOW - 5 * WEEK)
        owner = make_person(salon, Role.OWNER).api
        refused(owner.post(f"courses/{dates[0].course_id}/book/", {"customer": CUSTOMER}), 409, "course_begun")

    def test_who_says_too_little_books_nothing(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        before = written()
        path = f"courses/{dates[0].course_id}/book/"
        refused(api.post(path, {"customer": CUSTOMER}), 400, "consent_required", "/consents/terms")
        refused(api.post(path, {"consents": CONSENTS}), 400, "invalid", "/customer/name")
        refused(book(api, dates, party_size=9), 400, "party_too_large", "/party_size")
        refused(book(api, dates, session=str(dates[0].pk)), 400, "unknown", "/session")
        assert written() == before

    def test_the_same_key_books_once(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        first, again = (
            api.post(f"courses/{dates[0].course_id}/book/", WHO, idempotency_key="k1").json() for _ in range(2)
        )
        assert first == again
        assert Series.objects.count() == 1

    @pytest.mark.parametrize("limit", ["GUEST_BOOKINGS_PER_CONTACT", "GUEST_BOOKINGS_PER_ADDRESS"])
    def test_of_what_a_guest_may_have_it_is_one(
        self, shop: Shop, api: Api, pottery: Service, settings: Any, clock: Any, limit: str
    ) -> None:
        """On the day on which it is booked, and as long as one of its dates is ahead: those of this one are four."""
        setattr(settings, limit, 2)
        assert book(api, run_of(shop, pottery)).status_code == 201
        clock.move_to(monday(10) + dt.timedelta(days=1))
        late = monday(12) + 3 * WEEK
        assert api.post("bookings/", body_for(shop.service, late)).status_code == 201
        another = run_of(shop, pottery, start=late + 2 * HOUR)
        refused(book(api, another), 429, "too_many_bookings")
        clock.move_to(monday(11) + 3 * WEEK)
        assert book(api, another).status_code == 201, "the first course is over"

    def test_what_repeats_by_a_rule_is_as_many_as_its_dates(
        self, shop: Shop, api: Api, pottery: Service, settings: Any
    ) -> None:
        settings.GUEST_BOOKINGS_PER_CONTACT = 4
        assert book(api, run_of(shop, pottery)).status_code == 201
        rule = {"rule": {"frequency": "weekly", "count": 2}, "items": [{"service": str(shop.service.pk)}]}
        assert api.post("series/", {**WHO, **rule, "start": monday(12).isoformat()}).status_code == 201
        refused(api.post("series/", {**WHO, **rule, "start": monday(14).isoformat()}), 429, "too_many_bookings")
        assert api.post("bookings/", body_for(shop.service, monday(15))).status_code == 201

    def test_of_what_a_customer_may_have_it_is_one(self, shop: Shop, api: Api, pottery: Service) -> None:
        Service.objects.filter(pk=pottery.pk).update(policy={"max_per_customer": 2})
        CustomerFactory(email=CUSTOMER["email"])
        assert book(api, run_of(shop, pottery)).status_code == 201
        assert book(api, run_of(shop, pottery, start=monday(12))).status_code == 201
        refused(book(api, run_of(shop, pottery, start=monday(14))), 409, "customer_limit")


class TestSingleDates:
    def test_one_date_of_a_whole_course_is_not_booked(self, shop: Shop, api: Api, pottery: Service) -> None:
        dates = run_of(shop, pottery)
        before = written()
        refused(api.post("bookings/", session_body(dates[1])), 400, "course_only", "/session")
        assert written() == before

    def test_nor_some_of_them_as_a_series(self, shop: Shop, api: Api, pottery: Service) -> None:
        run_of(shop, pottery)
        wanted = {
            "items": [{"service": str(pottery.pk)}],
            "start": monday(10).isoformat(),
            "rule": {"frequency": "weekly", "count": 2},
        }
        before = written()
        refused(api.post("series/", {**wanted, **WHO}), 400, "course_only", "/items/0/service")
        assert written() == before

    def test_which_the_preview_says_to_all_but_the_team(
        self, shop: Shop, api: Api, pottery: Service, salon: Tenant
    ) -> None:
        dates = run_of(shop, pottery, weeks=2)
        fill(dates[1], 8)
        single = SessionFactory(
            service=pottery, staff=shop.ada, location=shop.place, starts_at=dates[1].starts_at + WEEK
        )
        wanted = {
            "items": [{"service": str(pottery.pk)}],
            "start": monday(10).isoformat(),
            "rule": {"frequency": "weekly", "count": 3},
        }

        def told(by: Api) -> list[list[str]]:
            return [each["causes"] for each in by.post("series/preview/", wanted).json()["dates"]]

        owner = make_person(salon, Role.OWNER).api
        assert told(api) == [["course_only"], ["course_only"], []]
        assert told(owner) == [[], ["capacity"], []]
        alone = {**wanted, **WHO, "starts": [single.starts_at.isoformat()]}
        assert api.post("series/", alone).status_code == 201

    def test_nor_waited_for(self, shop: Shop, api: Api, pottery: Service, salon: Tenant) -> None:
        configure(salon, features={"waitlist": True})
        dates = run_of(shop, pottery)
        fill(dates[1], 8)
        refused(api.post("waitlist/", session_body(dates[1])), 400, "course_only", "/session")

    def test_the_team_gives_one(self, shop: Shop, pottery: Service, salon: Tenant) -> None:
        dates = run_of(shop, pottery)
        owner = make_person(salon, Role.OWNER).api
        body = {"session": str(dates[1].pk), "customer": CUSTOMER}
        assert owner.post("bookings/", body).status_code == 201

    def test_nor_moved_to_from_a_single_session(self, shop: Shop, api: Api, pottery: Service, salon: Tenant) -> None:
        dates = run_of(shop, pottery, start=monday(14))
        single = SessionFactory(service=pottery, staff=shop.ada, location=shop.place, starts_at=monday(10))
        other = SessionFactory(service=pottery, staff=shop.ada, location=shop.place, starts_at=monday(18))
        told = api.post("bookings/", session_body(single)).json()
        path, there = f"bookings/{told['id']}/reschedule/", {"start": dates[1].starts_at.isoformat()}
        by_link = f"{path}?token={told['manage_token']}"
        before = written()
        refused(api.post(by_link, there), 400, "course_only", "/start")
        assert written() == before
        assert wrong_seats() == 0
        assert api.post(by_link, {"start": other.starts_at.isoformat()}).status_code == 200
        assert make_person(salon, Role.OWNER).api.post(path, there).status_code == 200

    def test_nor_offered_instead_of_a_single_one(self, shop: Shop, api: Api, pottery: Service) -> None:
        run_of(shop, pottery, start=monday(14))
        full = SessionFactory(service=pottery, staff=shop.ada, location=shop.place, starts_at=monday(10))
        other = SessionFactory(service=pottery, staff=shop.ada, location=shop.place, starts_at=monday(18))
        fill(full, 8)
        told = refused(api.post("bookings/", session_body(full)), 409, "slot_unavailable")
        assert [each["session"] for each in told["alternatives"]] == [str(other.pk)]

    def test_where_the_business_lets_them_drop_in(self, shop: Shop, api: Api, pottery: Service) -> None:
        Service.objects.filter(pk=pottery.pk).update(course="drop_in")
        dates = run_of(shop, pottery)
        assert api.post("bookings/", session_body(dates[1])).status_code == 201

    def test_a_single_session_of_such_a_class_is_booked_by_itself(self, shop: Shop, api: Api, pottery: Service) -> None:
        session = SessionFactory(service=pottery, staff=shop.ada, location=shop.place)
        assert api.post("bookings/", session_body(session)).status_code == 201


class TestAfterwards:
    def test_one_date_or_what_is_left_is_cancelled(self, shop: Shop, api: Api, pottery: Service) -> None:
        series = book(api, run_of(shop, pottery), party_size=3).json()
        query = f"?token={series['manage_token']}"
        second = series["visits"][1]["id"]
        one = api.post(f"series/{series['id']}/cancel/{query}", {"scope": "this", "visit": second})
        assert [each["bookings"][0]["status"] for each in one.json()["visits"]] == [
            "confirmed",
            "cancelled",
            "confirmed",
            "confirmed",
        ]
        assert sorted(Appointment.objects.values_list("seats_taken", flat=True)) == [0, 3, 3, 3]
        assert api.post(f"series/{series['id']}/cancel/{query}", {"scope": "all"}).status_code == 200
        assert not Appointment.objects.exclude(seats_taken=0).exists()

    def test_its_dates_are_not_moved_by_the_customer(self, shop: Shop, api: Api, pottery: Service) -> None:
        run_of(shop, pottery, start=monday(14))
        series = book(api, run_of(shop, pottery)).json()
        visit, query = series["visits"][0], f"?token={series['manage_token']}"
        there = {"start": monday(14).isoformat()}
        refused(api.post(f"bookings/{visit['bookings'][0]['id']}/reschedule/{query}", there), 409, "too_often")
        refused(api.post(f"series/{series['id']}/reschedule/{query}", {"scope": "all", **there}), 409, "too_often")
        assert wrong_seats() == 0

    def test_the_team_moves_one_to_another_course(self, shop: Shop, api: Api, pottery: Service, salon: Tenant) -> None:
        others = run_of(shop, pottery, start=monday(14))
        series = book(api, run_of(shop, pottery)).json()
        owner, visit = make_person(salon, Role.OWNER).api, series["visits"][0]
        wanted = {"scope": "this", "visit": visit["id"], "start": monday(14).isoformat()}
        assert owner.post(f"series/{series['id']}/reschedule/", wanted).status_code == 200
        all_of_it = {"scope": "all", "start": (others[1].starts_at).isoformat()}
        refused(owner.post(f"series/{series['id']}/reschedule/", all_of_it), 409, "slot_unavailable")
        assert Booking.objects.get(visit=visit["id"]).appointment_id == others[0].pk
        assert (Visit.objects.count(), wrong_seats()) == (4, 0)


class TestPublishing:
    def test_what_is_published_as_a_run_is_one_course(self, shop: Shop, pottery: Service, salon: Tenant) -> None:
        owner = make_person(salon, Role.OWNER).api
        body = {"service": str(pottery.pk), "staff": str(shop.ada.pk), "location": str(shop.place.pk)}
        repeat = {"frequency": "weekly", "count": 3}
        run = owner.post("sessions/", {**body, "start": monday(10).isoformat(), "repeat": repeat}).json()["sessions"]
        assert len(run) == 3
        [course] = {each["course"] for each in run}
        assert course is not None
        one = owner.post("sessions/", {**body, "start": monday(14).isoformat()}).json()["sessions"]
        assert [each["course"] for each in one] == [None]

    def test_a_date_that_moves_stays_in_it(self, shop: Shop, pottery: Service, salon: Tenant) -> None:
        dates = run_of(shop, pottery)
        owner = make_person(salon, Role.OWNER).api
        change = {"start": (monday(10) + dt.timedelta(days=1)).isoformat()}
        assert owner.patch(f"sessions/{dates[0].pk}/", change).json()["course"] == str(dates[0].course_id)
