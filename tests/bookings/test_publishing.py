"""Publishing sessions of a class: one, or a run at the same local time; all of them or none."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookme.bookings.models import Appointment, ResourceAllocation, SessionRun
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.models import OutboxMessage, Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import NOW, body_for, monday, refused, session_body, written
from tests.factories.bookings import HoldFactory, SessionFactory
from tests.factories.locations import ClosureFactory, LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import ExternalBusyFactory, StaffFactory, TimeOffFactory
from tests.factories.users import Person, Stranger, make_person

WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def yoga(shop: Shop) -> Service:
    """A class of eight that both give."""
    return ServiceFactory(of_class=True, staff=[shop.ada, shop.ben])


def asked(shop: Shop, service: Service, start: dt.datetime, **more: Any) -> dict[str, Any]:
    given = {"service": str(service.pk), "staff": str(shop.ada.pk), "location": str(shop.place.pk)}
    return given | {"start": start.isoformat()} | more


def weekly(**more: Any) -> dict[str, Any]:
    return {"frequency": "weekly", **more}


class TestOne:
    def test_it_can_be_booked_by_anybody(self, shop: Shop, yoga: Service, owner: Person, stranger: Stranger) -> None:
        answer = owner.api.post("sessions/", asked(shop, yoga, monday(18)))
        assert answer.status_code == 201, answer.content
        assert answer.json()["left_out"] == []
        (told,) = answer.json()["sessions"]
        assert (told["start"], told["end"]) == ("2030-01-07T18:00:00+00:00", "2030-01-07T19:00:00+00:00")
        assert (told["capacity"], told["seats_left"], told["min_to_run"], told["is_sure"]) == (8, 8, None, True)
        assert stranger.api.get(f"sessions/{told['id']}/").json() == told
        session = Appointment.objects.get()
        assert stranger.api.post("bookings/", session_body(session, party_size=3)).status_code == 201
        session.refresh_from_db()
        assert (session.seats_taken, session.version) == (3, 1)
        fact = Event.objects.get(name="session.published")
        assert (fact.subject_id, fact.payload["capacity"]) == (session.pk, 8)

    def test_it_has_its_own_places_and_minimum(self, shop: Shop, owner: Person) -> None:
        service = ServiceFactory(of_class=True, min_to_run=3, staff=[shop.ada])
        told = owner.api.post("sessions/", asked(shop, service, monday(10), capacity=4)).json()["sessions"][0]
        assert (told["capacity"], told["min_to_run"], told["is_sure"]) == (4, 3, False)
        assert told["decide_at"] == "2030-01-06T10:00:00+00:00"
        told = owner.api.post("sessions/", asked(shop, service, monday(12), min_to_run=None)).json()["sessions"][0]
        assert (told["min_to_run"], told["decide_at"], told["is_sure"]) == (None, None, True)
        (message,) = OutboxMessage.objects.filter(task="bookings.decide_session")
        assert message.due_at == monday(10) - dt.timedelta(days=1)

    def test_with_too_little_time_to_decide_it_is_sure(self, shop: Shop, yoga: Service, owner: Person) -> None:
        soon = NOW + dt.timedelta(hours=5)
        told = owner.api.post("sessions/", asked(shop, yoga, soon, min_to_run=3)).json()["sessions"][0]
        assert (told["min_to_run"], told["decide_at"], told["is_sure"]) == (3, None, True)
        assert not OutboxMessage.objects.filter(task="bookings.decide_session").exists()

    def test_units(self, shop: Shop, owner: Person) -> None:
        """The named one, and any free one of each other kind."""
        room, other = (ResourceFactory(location=shop.place, position=each) for each in (1, 2))
        mats = ResourceFactory(location=shop.place, kind="mats", name="Mats")
        service = ServiceFactory(of_class=True, staff=[shop.ada, shop.ben], requires=["mats", "room"])
        named = asked(shop, service, monday(10), resource=str(other.pk))
        first = owner.api.post("sessions/", named).json()["sessions"][0]["id"]
        units = ResourceAllocation.objects.filter(appointment=first).values_list("resource", flat=True)
        assert set(units) == {other.pk, mats.pk}
        before = written()
        problem = refused(owner.api.post("sessions/", named | {"staff": str(shop.ben.pk)}), 409, "sessions_clash")
        reasons = [each["reason"] for each in problem["clashes"]]
        assert reasons == [f"{other.name} is not free", "Mats is not free"]
        assert written() == before
        assert not ResourceAllocation.objects.filter(resource=room).exists()

    @pytest.mark.parametrize(
        ("way", "code", "reason"),
        [
            ("session", "booking", "Ada is busy"),
            ("time_off", "time_off", "Ada is away"),
            ("external", "external", "Ada is busy in another calendar"),
            ("closure", "closure", "closed: Holiday"),
        ],
    )
    def test_what_is_in_its_way_is_told(
        self, shop: Shop, yoga: Service, owner: Person, way: str, code: str, reason: str
    ) -> None:
        at = monday(12, 30)
        {
            "session": lambda: SessionFactory(staff=shop.ada, location=shop.place, starts_at=at),
            "time_off": lambda: TimeOffFactory(staff=shop.ada, starts_at=at),
            "external": lambda: ExternalBusyFactory(staff=shop.ada, starts_at=at),
            "closure": lambda: ClosureFactory(location=shop.place),
        }[way]()
        before = written()
        problem = refused(owner.api.post("sessions/", asked(shop, yoga, monday(12))), 409, "sessions_clash")
        assert problem["clashes"] == [{"date": "2030-01-07", "code": code, "reason": reason}]
        assert written() == before

    def test_padding_may_reach_into_an_absence_and_into_nothing_else(self, shop: Shop, owner: Person) -> None:
        service = ServiceFactory(
            of_class=True, staff=[shop.ada, shop.ben], padding_before_minutes=15, padding_after_minutes=15
        )
        for busy in (TimeOffFactory(staff=shop.ada, starts_at=monday(12)), ExternalBusyFactory(staff=shop.ben)):
            before, after = busy.starts_at - dt.timedelta(hours=1), busy.ends_at
            for start in (before, after):
                body = asked(shop, service, start, staff=str(busy.staff_id))
                answer = owner.api.post("sessions/", body)
                assert answer.status_code == (201 if busy.staff_id == shop.ada.pk else 409), answer.content

    def test_a_party_as_large_as_the_session_not_the_service(
        self, shop: Shop, yoga: Service, owner: Person, stranger: Stranger
    ) -> None:
        made = owner.api.post("sessions/", asked(shop, yoga, monday(18), capacity=12)).json()["sessions"][0]
        session = Appointment.objects.get(pk=made["id"])
        refused(stranger.api.post("bookings/", session_body(session, party_size=13)), 400, "party_too_large")
        assert stranger.api.post("bookings/", session_body(session, party_size=9)).status_code == 201

    def test_a_hold_that_ran_out_is_in_nobody_s_way(self, shop: Shop, yoga: Service, owner: Person) -> None:
        hold = HoldFactory(
            appointment__staff=shop.ada, appointment__location=shop.place, hold_expires_at=NOW - dt.timedelta(seconds=1)
        )
        assert owner.api.post("sessions/", asked(shop, yoga, monday(10))).status_code == 201
        hold.refresh_from_db()
        assert hold.status == "expired"

    def test_the_same_key_publishes_once(self, shop: Shop, yoga: Service, owner: Person) -> None:
        body = asked(shop, yoga, monday(10))
        first, again = (owner.api.post("sessions/", body, idempotency_key="k") for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert Appointment.objects.count() == 1


class TestRuns:
    def test_wall_time_stays_across_daylight_saving(self, shop: Shop, yoga: Service, owner: Person) -> None:
        start = dt.datetime(2030, 3, 18, 18, tzinfo=dt.UTC)  # London's clocks go forward on 31 March
        answer = owner.api.post("sessions/", asked(shop, yoga, start, repeat=weekly(count=4)))
        assert [each["start"] for each in answer.json()["sessions"]] == [
            "2030-03-18T18:00:00+00:00",
            "2030-03-25T18:00:00+00:00",
            "2030-04-01T18:00:00+01:00",
            "2030-04-08T18:00:00+01:00",
        ]
        assert not SessionRun.objects.exists()

    def test_a_time_that_the_clock_skips_is_left_out(self, shop: Shop, yoga: Service, owner: Person) -> None:
        start = dt.datetime(2030, 3, 24, 1, 30, tzinfo=dt.UTC)
        told = owner.api.post("sessions/", asked(shop, yoga, start, repeat=weekly(count=3))).json()
        assert [each["start"][:16] for each in told["sessions"]] == ["2030-03-24T01:30", "2030-04-07T01:30"]
        assert [(each["date"], each["code"]) for each in told["left_out"]] == [("2030-03-31", "skipped")]

    def test_in_the_place_s_own_zone(self, shop: Shop, yoga: Service, owner: Person) -> None:
        """There it is Tuesday already, and the clocks do not change."""
        tokyo = LocationFactory(timezone="Asia/Tokyo")
        start = dt.datetime(2030, 3, 25, 22, tzinfo=dt.UTC)
        body = asked(shop, yoga, start, location=str(tokyo.pk), repeat=weekly(count=2, weekdays=[1]))
        answer = owner.api.post("sessions/", body)
        assert answer.status_code == 201, answer.content
        starts = Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)
        assert list(starts) == [start, start + WEEK]

    def test_two_weekdays_until_a_date(self, shop: Shop, yoga: Service, owner: Person) -> None:
        repeat = weekly(weekdays=[3, 0], interval=2, until="2030-01-24")
        told = owner.api.post("sessions/", asked(shop, yoga, monday(10), repeat=repeat)).json()["sessions"]
        assert [each["start"][:10] for each in told] == ["2030-01-07", "2030-01-10", "2030-01-21", "2030-01-24"]

    def test_by_month(self, shop: Shop, yoga: Service, owner: Person) -> None:
        repeat = {"frequency": "monthly", "count": 3}
        told = owner.api.post("sessions/", asked(shop, yoga, monday(10), repeat=repeat)).json()["sessions"]
        assert [each["start"][:10] for each in told] == ["2030-01-07", "2030-02-04", "2030-03-04"]

    def test_closed_weeks_are_left_out_and_told(self, shop: Shop, yoga: Service, owner: Person) -> None:
        ClosureFactory(name="Refit", starts_at=monday(0) + WEEK)
        told = owner.api.post("sessions/", asked(shop, yoga, monday(10), repeat=weekly(count=3))).json()
        assert [each["start"][:10] for each in told["sessions"]] == ["2030-01-07", "2030-01-21"]
        assert told["left_out"] == [{"date": "2030-01-14", "code": "closure", "reason": "closed: Refit"}]

    def test_where_nothing_remains_nothing_is_published(self, shop: Shop, yoga: Service, owner: Person) -> None:
        ClosureFactory(ends_at=monday(0) + 4 * WEEK)
        before = written()
        answer = owner.api.post("sessions/", asked(shop, yoga, monday(10), repeat=weekly(count=2)))
        problem = refused(answer, 409, "sessions_clash")
        assert [each["date"] for each in problem["clashes"]] == ["2030-01-07", "2030-01-14"]
        assert written() == before

    def test_all_clashes_are_told_and_none_is_published(self, shop: Shop, yoga: Service, owner: Person) -> None:
        SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(10) + WEEK)
        TimeOffFactory(staff=shop.ada, starts_at=monday(9) + 2 * WEEK)
        before = written()
        answer = owner.api.post("sessions/", asked(shop, yoga, monday(10), repeat=weekly(count=4)))
        problem = refused(answer, 409, "sessions_clash")
        assert [(each["date"], each["code"]) for each in problem["clashes"]] == [
            ("2030-01-14", "booking"),
            ("2030-01-21", "time_off"),
        ]
        assert written() == before

    def test_it_is_not_in_its_own_way_twice(self, shop: Shop, owner: Person) -> None:
        """A class that takes more than a day cannot be on two days running."""
        long = ServiceFactory(of_class=True, staff=[shop.ada], duration_minutes=1440, padding_after_minutes=60)
        repeat = weekly(weekdays=[0, 1], count=2)
        problem = refused(
            owner.api.post("sessions/", asked(shop, long, monday(10), repeat=repeat)), 409, "sessions_clash"
        )
        assert [each["date"] for each in problem["clashes"]] == ["2030-01-08"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "code", "pointer"),
        [
            ({"service": None}, "null", "/service"),
            ({"service": str(uuid4())}, "unknown_service", "/service"),
            ({"staff": str(uuid4())}, "unknown_staff", "/staff"),
            ({"location": str(uuid4())}, "unknown_location", "/location"),
            ({"resource": str(uuid4())}, "unknown_resource", "/resource"),
            ({"start": "2030-01-01T10:00:00Z"}, "past", "/start"),
            ({"start": "2030-01-07T10:00:30Z"}, "whole_minutes", "/start"),
            ({"start": "2030-01-07T10:00:00"}, "naive_datetime", "/start"),
            ({"capacity": 0}, "min_value", "/capacity"),
            ({"capacity": 1001}, "max_value", "/capacity"),
            ({"capacity": 2, "min_to_run": 3}, "too_large", "/min_to_run"),
            ({"min_to_run": 0}, "min_value", "/min_to_run"),
            ({"weeks": 4}, "unknown", "/weeks"),
            ({"repeat": {}}, "required", "/repeat/frequency"),
            ({"repeat": "weekly"}, "invalid", "/repeat"),
            ({"repeat": weekly()}, "count_or_until", "/repeat/count"),
            ({"repeat": weekly(count=2, until="2030-03-01")}, "count_or_until", "/repeat/count"),
            ({"repeat": weekly(count=101)}, "too_many_sessions", "/repeat/count"),
            ({"repeat": weekly(count=10**9)}, "max_value", "/repeat/count"),
            ({"repeat": weekly(until="2200-01-01")}, "too_many_sessions", "/repeat/until"),
            ({"repeat": {"frequency": "monthly", "until": "2200-01-01"}}, "out_of_range", "/repeat/until"),
            ({"repeat": {"frequency": "monthly", "count": 50}}, "out_of_range", "/repeat/count"),
            ({"repeat": weekly(until="2030-01-06")}, "end_before_start", "/repeat/until"),
            ({"repeat": weekly(count=2, weekdays=[1])}, "start_not_in_repeat", "/repeat"),
            ({"repeat": weekly(count=2, weekdays=[7])}, "max_value", "/repeat/weekdays/0"),
            ({"repeat": weekly(count=2, interval=0)}, "min_value", "/repeat/interval"),
            ({"repeat": weekly(count=2, last=True)}, "last_of_week", "/repeat/last"),
            ({"repeat": {"frequency": "monthly", "count": 2, "last": True}}, "start_not_in_repeat", "/repeat"),
            (
                {"repeat": {"frequency": "monthly", "count": 2, "weekdays": [0]}},
                "weekdays_of_month",
                "/repeat/weekdays",
            ),
            ({"repeat": {"frequency": "daily", "count": 2}}, "invalid_choice", "/repeat/frequency"),
        ],
    )
    def test_what_does_not_fit(
        self, shop: Shop, yoga: Service, owner: Person, change: dict[str, Any], code: str, pointer: str
    ) -> None:
        before = written()
        refused(owner.api.post("sessions/", asked(shop, yoga, monday(10)) | change), 400, code, pointer)
        assert written() == before

    def test_only_a_class_has_sessions(self, shop: Shop, owner: Person) -> None:
        refused(owner.api.post("sessions/", asked(shop, shop.service, monday(10))), 400, "not_a_class", "/service")

    def test_a_unit_is_one_of_the_place(self, shop: Shop, yoga: Service, owner: Person) -> None:
        elsewhere = ResourceFactory()
        body = asked(shop, yoga, monday(10), resource=str(elsewhere.pk))
        refused(owner.api.post("sessions/", body), 400, "unknown_resource", "/resource")


class TestWhoMay:
    def test_not_customers_nor_strangers(self, shop: Shop, yoga: Service, customer: Person, stranger: Stranger) -> None:
        before = written()
        assert customer.api.post("sessions/", asked(shop, yoga, monday(10))).status_code == 403
        assert stranger.api.post("sessions/", asked(shop, yoga, monday(10))).status_code == 401
        assert written() == before

    def test_within_the_scope(self, salon: Tenant, shop: Shop, yoga: Service) -> None:
        bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ben.pk)])
        before = written()
        refused(bound.api.post("sessions/", asked(shop, yoga, monday(10))), 403, "out_of_scope")
        assert written() == before
        assert bound.api.post("sessions/", asked(shop, yoga, monday(10), staff=str(shop.ben.pk))).status_code == 201
        elsewhere = make_person(salon, Role.MANAGER, location_ids=[str(LocationFactory().pk)])
        refused(elsewhere.api.post("sessions/", asked(shop, yoga, monday(14))), 403, "out_of_scope")

    def test_staff_on_their_own_calendar(self, shop: Shop, yoga: Service, stylist: Person) -> None:
        before = written()
        refused(stylist.api.post("sessions/", asked(shop, yoga, monday(10))), 403, "out_of_scope")
        assert written() == before
        mine = StaffFactory(user_id=stylist.user.id, does=[yoga])
        assert stylist.api.post("sessions/", asked(shop, yoga, monday(10), staff=str(mine.pk))).status_code == 201


def test_a_published_session_keeps_its_person_busy(
    shop: Shop, yoga: Service, owner: Person, stranger: Stranger
) -> None:
    owner.api.post("sessions/", asked(shop, yoga, monday(10)))
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    assert refused(answer, 409, "slot_unavailable")["causes"] == ["booking"]
