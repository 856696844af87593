"""What can be booked, as anybody may ask: slots, sessions, and for the team why not."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.availability import Cause
from bookme.bookings.wishes import SESSIONS_ONLY
from bookme.bookings.wording import cause_text
from bookme.core.permissions import Role
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import forget_tenants
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.desk import monday, refused
from tests.factories.bookings import AppointmentFactory, SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ExtraFactory, ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory, StaffServiceFactory
from tests.factories.users import Person, Stranger, make_person
from tests.web.conftest import configure

SLOTS = "bookings/available-slots/"
WEEK = {"from": "2030-01-07", "to": "2030-01-09"}


class TestSlots:
    def test_every_day_is_listed_with_who_could_take_each_time(self, shop: Shop, stranger: Stranger) -> None:
        AppointmentFactory(service=shop.service, staff=shop.ada, location=shop.place, seats_taken=1)
        answer = stranger.api.get(SLOTS, {"service": str(shop.service.pk), **WEEK})
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert (told["service"], told["timezone"]) == (str(shop.service.pk), "Europe/London")
        assert [day["date"] for day in told["days"]] == ["2030-01-07", "2030-01-08", "2030-01-09"]
        by_start = {slot["start"]: slot for slot in told["days"][0]["slots"]}
        assert by_start["2030-01-07T10:00:00+00:00"] == {
            "start": "2030-01-07T10:00:00+00:00",
            "end": "2030-01-07T11:00:00+00:00",
            "location": str(shop.place.pk),
            "staff": [str(shop.ben.pk)],
        }
        assert len(by_start["2030-01-07T11:00:00+00:00"]["staff"]) == 2

    def test_one_person_a_place_and_extras(self, shop: Shop, stranger: Stranger) -> None:
        away = LocationFactory(timezone="Asia/Tokyo")
        extras = [ExtraFactory(services=[shop.service], duration_minutes=30) for _ in range(2)]
        query = {"service": str(shop.service.pk), "from": "2030-01-07", "to": "2030-01-07"}
        query |= {"staff": str(shop.ben.pk), "location": str(away.pk)}
        for given in (",".join(str(extra.pk) for extra in extras), [str(extra.pk) for extra in extras]):
            told = stranger.api.get(SLOTS, {**query, "extras": given}).json()
            assert told["timezone"] == "Asia/Tokyo"
            slots = told["days"][0]["slots"]
            assert slots[0]["start"] == "2030-01-07T09:00:00+09:00"
            assert slots[-1]["start"] == "2030-01-07T15:00:00+09:00"
            assert {tuple(slot["staff"]) for slot in slots} == {(str(shop.ben.pk),)}

    def test_statements_are_as_many_for_one_day_and_one_person_as_for_a_season_and_twenty(
        self, shop: Shop, stranger: Stranger
    ) -> None:
        """The business is looked up anew each time, which counts."""

        def counted(**days: str) -> int:
            forget_tenants()
            with CaptureQueriesContext(connection) as asked:
                answer = stranger.api.get(SLOTS, {"service": str(shop.service.pk), **days})
            assert answer.json()["days"][0]["slots"]
            return len(asked)

        few = counted(**{"from": "2030-01-07", "to": "2030-01-07"})
        for day in range(20):
            person = StaffFactory(hours=EVERY_DAY, does=[shop.service])
            AppointmentFactory(
                service=shop.service, staff=person, starts_at=monday(9) + dt.timedelta(days=day), seats_taken=1
            )
        assert counted(**{"from": "2030-01-07", "to": "2030-04-06"}) == few <= 6

    def test_any_is_everybody(self, shop: Shop, stranger: Stranger) -> None:
        query = {"service": str(shop.service.pk), **WEEK}
        assert stranger.api.get(SLOTS, {**query, "staff": "any"}).json() == stranger.api.get(SLOTS, query).json()

    def test_a_class_has_sessions_only(self, shop: Shop, stranger: Stranger) -> None:
        of_class = ServiceFactory(of_class=True)
        told = stranger.api.get(SLOTS, {"service": str(of_class.pk), **WEEK}).json()
        assert told["sessions_only"] is True
        assert [day["slots"] for day in told["days"]] == [[], [], []]

    @pytest.mark.parametrize(
        ("change", "code", "pointer"),
        [
            ({"service": None}, "required", "/service"),
            ({"service": "cut"}, "invalid", "/service"),
            ({"service": str(uuid4())}, "unknown_service", "/service"),
            ({"staff": str(uuid4())}, "unknown_staff", "/staff"),
            ({"staff": "me"}, "invalid", "/staff"),
            ({"location": str(uuid4())}, "unknown_location", "/location"),
            ({"extras": str(uuid4())}, "unknown_extra", "/extras/0"),
            ({"extras": "x"}, "invalid", "/extras/0"),
            ({"from": None}, "required", "/from"),
            ({"to": "2030-02-30"}, "invalid", "/to"),
            ({"to": "07/01/2030"}, "invalid", "/to"),
            ({"to": "2030-01-06"}, "out_of_range", "/to"),
            ({"to": "2030-04-07"}, "out_of_range", "/to"),
            ({"from": "1899-12-31", "to": "1900-01-02"}, "out_of_range", "/from"),
            ({"from": "9999-12-31"}, "out_of_range", "/from"),
            ({"party_size": "0"}, "min_value", "/party_size"),
            ({"party_size": "2"}, "party_too_large", "/party_size"),
            ({"party_size": "9" * 30}, "max_value", "/party_size"),
            ({"party_size": "two"}, "invalid", "/party_size"),
            ({"postcode": "x" * 17}, "max_length", "/postcode"),
        ],
    )
    def test_what_cannot_be_read(
        self, shop: Shop, stranger: Stranger, change: dict[str, Any], code: str, pointer: str
    ) -> None:
        query = {"service": str(shop.service.pk), **WEEK, **change}
        given = {name: value for name, value in query.items() if value is not None}
        refused(stranger.api.get(SLOTS, given), 400, code, pointer)

    def test_services_of_another_business_are_unknown(self, shop: Shop, stranger: Stranger, rival: Tenant) -> None:
        with tenant_scope(rival):
            theirs = open_shop()
        answer = stranger.api.get(SLOTS, {"service": str(theirs.service.pk), **WEEK})
        refused(answer, 400, "unknown_service", "/service")


class TestSessions:
    def test_the_next_thirty_days_unless_told_otherwise(self, shop: Shop, stranger: Stranger) -> None:
        soon = SessionFactory(staff=shop.ada, location=shop.place, seats_taken=3)
        later = SessionFactory(service=soon.service, starts_at=monday(10) + dt.timedelta(days=60))
        SessionFactory(published=False)
        SessionFactory(service__is_active=False)
        rows = stranger.api.get("sessions/").json()["results"]
        assert [row["id"] for row in rows] == [str(soon.pk)]
        assert rows[0] == {
            "id": str(soon.pk),
            "service": str(soon.service_id),
            "service_name": soon.service.name,
            "staff": str(shop.ada.pk),
            "staff_name": "Ada",
            "location": str(shop.place.pk),
            "location_name": shop.place.name,
            "course": None,
            "start": "2030-01-07T10:00:00+00:00",
            "end": "2030-01-07T11:00:00+00:00",
            "capacity": 8,
            "seats_left": 5,
            "min_to_run": None,
            "decide_at": None,
            "is_sure": True,
            "price": "40.00",
            "currency": "GBP",
            "cancellation_text": "Cancelling is free until it begins.",
            "version": 1,
        }
        query = {"from": "2030-03-01", "to": "2030-03-31", "service": str(soon.service_id)}
        assert [row["id"] for row in stranger.api.get("sessions/", query).json()["results"]] == [str(later.pk)]
        query["service"] = str(shop.service.pk)
        assert stranger.api.get("sessions/", query).json()["results"] == []
        for name, row in (("staff", later.staff), ("location", later.location)):
            query = {"from": "2030-03-01", "to": "2030-03-31", name: str(row.pk)}
            assert [each["id"] for each in stranger.api.get("sessions/", query).json()["results"]] == [str(later.pk)]
            query[name] = str(uuid4())
            assert stranger.api.get("sessions/", query).json()["results"] == []

    def test_the_price_is_its_persons(self, shop: Shop, stranger: Stranger) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place)
        StaffServiceFactory(staff=shop.ada, service=session.service, price="12.50")
        assert stranger.api.get(f"sessions/{session.pk}/").json()["price"] == "12.50"

    def test_what_is_not_there(self, shop: Shop, stranger: Stranger, rival: Tenant) -> None:
        with tenant_scope(rival):
            theirs = SessionFactory()
        refused(stranger.api.get(f"sessions/{theirs.pk}/"), 404, "not_found")
        refused(stranger.api.get(f"sessions/{AppointmentFactory(seats_taken=1).pk}/"), 404, "not_found")
        refused(stranger.api.get("sessions/", {"from": "soon"}), 400, "invalid", "/from")
        refused(stranger.api.get("sessions/", {"service": str(uuid4())}), 400, "unknown_service", "/service")
        refused(stranger.api.get("sessions/", {"to": "2029-01-01"}), 400, "out_of_range", "/to")


class TestWhyNot:
    def test_the_team_is_told_every_cause(self, shop: Shop, owner: Person) -> None:
        AppointmentFactory(service=shop.service, staff=shop.ada, location=shop.place, seats_taken=1)
        query = {"service": str(shop.service.pk), "staff": str(shop.ada.pk), "start": "2030-01-07T10:07:00Z"}
        told = owner.api.get("bookings/explain-slot/", query).json()
        assert told == {
            "start": "2030-01-07T10:07:00+00:00",
            "offered": False,
            "causes": [
                {"code": "booking", "text": "Something is booked then."},
                {"code": "grid", "text": "Bookings do not begin at this minute."},
            ],
        }
        told = owner.api.get("bookings/explain-slot/", {**query, "start": "2030-01-07T12:00:00Z"}).json()
        assert (told["offered"], told["causes"]) == (True, [])
        told = owner.api.get("bookings/explain-slot/", {**query, "start": "2050-01-07T12:00:00Z"}).json()
        assert [each["code"] for each in told["causes"]] == ["horizon"]

    def test_in_the_language_that_is_asked_for(self, shop: Shop, owner: Person, salon: Tenant) -> None:
        configure(salon, languages=["en", "fr"])
        query = {"service": str(shop.service.pk), "staff": str(shop.ada.pk), "start": "2050-01-07T12:00:00Z"}
        answer = owner.api.get("bookings/explain-slot/", query, accept_language="fr")
        assert answer.json()["causes"] == [{"code": "horizon", "text": "Trop loin dans l’avenir."}]

    def test_every_cause_has_words_of_its_own(self) -> None:
        texts = {cause_text(code) for code in (*Cause, SESSIONS_ONLY)}
        assert len(texts) == len(Cause) + 1

    def test_rules_of_the_service_and_full_days_are_causes(self, shop: Shop, owner: Person) -> None:
        AppointmentFactory(service=shop.service, staff=shop.ada, location=shop.place, seats_taken=1)
        shop.service.policy = {"max_per_day": 1}
        shop.service.bookable_hours = [{"day": "mon", "start": "09:00", "end": "12:00"}]
        shop.service.save()
        query = {"service": str(shop.service.pk), "staff": str(shop.ada.pk), "start": "2030-01-07T12:00:00Z"}
        causes = owner.api.get("bookings/explain-slot/", query).json()["causes"]
        assert [each["code"] for each in causes] == ["rule", "day_limit"]

    def test_only_of_calendars_and_places_in_reach(self, shop: Shop, salon: Tenant) -> None:
        AppointmentFactory(service=shop.service, staff=shop.ada, location=shop.place, seats_taken=1)
        query = {"service": str(shop.service.pk), "staff": str(shop.ada.pk), "start": "2030-01-07T10:00:00Z"}
        of_ben = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ben.pk)]).api
        refused(of_ben.get("bookings/explain-slot/", query), 403, "out_of_scope")
        assert of_ben.get("bookings/explain-slot/", {**query, "staff": str(shop.ben.pk)}).json()["offered"]
        elsewhere = make_person(salon, Role.MANAGER, location_ids=[str(uuid4())]).api
        refused(elsewhere.get("bookings/explain-slot/", {**query, "location": str(shop.place.pk)}), 403, "out_of_scope")
        assert elsewhere.get("bookings/explain-slot/", query).json()["offered"] is False

    def test_only_the_team(self, shop: Shop, customer: Person, stranger: Stranger) -> None:
        query = {"service": str(shop.service.pk), "staff": str(shop.ada.pk), "start": "2030-01-07T10:00:00Z"}
        refused(stranger.api.get("bookings/explain-slot/", query), 401, "not_signed_in")
        refused(customer.api.get("bookings/explain-slot/", query), 403, "not_allowed")
