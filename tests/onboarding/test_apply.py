"""Applying a config file: what it makes, what it leaves alone, and that a second time is nothing."""

import datetime as dt
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookme.bookings.actions.sessions import SessionChanges, cancel_session, change_session
from bookme.bookings.models import Appointment, SessionRun
from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.onboarding.actions import ApplyResult, apply_config, close_business
from bookme.onboarding.validation import BadConfig
from bookme.services.models import Category, Extra, Question, Service
from bookme.staff.models import ServiceArea, Staff, StaffService, WorkingHours
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Domain, Tenant, TenantConfig, TenantStatus
from bookme.tenants.provisioning import drop_schema
from bookme.users.models import Membership, User
from tests.factories.bookings import AppointmentFactory, ResourceAllocationFactory
from tests.factories.staff import TimeOffFactory
from tests.onboarding.files import SLUGS, demo, entry, small, without

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)  # a Friday
WRITE = re.compile(r"(INSERT INTO|(?<!KEY )UPDATE|DELETE FROM) \"?(\w+)")


def apply(data: dict[str, Any], now: dt.datetime = NOW) -> ApplyResult:
    return apply_config(data=data, actor=SYSTEM, now=now)


@contextmanager
def writes() -> Iterator[list[str]]:
    """The tables that are written to, in order."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    told = [each for query in queries.captured_queries for each in WRITE.finditer(query["sql"])]
    found.extend(f"{each[1].split()[0]} {each[2]}" for each in told)


def refused(data: dict[str, Any]) -> list[str]:
    """The faults of a file that is refused."""
    with pytest.raises(BadConfig) as error:
        apply(data)
    return [fault.text for fault in error.value.faults]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_demo_file_applied_twice_changes_nothing(db: None, slug: str) -> None:
    with public_scope():
        first = apply(demo(slug))
    assert first.is_new
    with writes() as written:
        second = apply(demo(slug))
    assert written == []
    assert (second.is_new, second.changes, second.changes_total) == (False, [], 0)
    assert set(second.counts) <= {"unchanged", "created", "removed"}
    with tenant_scope(second.tenant):
        keys = set(Service.objects.values_list("key", flat=True))
        assert keys == {each["key"] for each in demo(slug)["services"]}
        assert Event.objects.filter(name="business.configured").count() == 1


def test_a_changed_price_changes_one_row(salon: Tenant) -> None:
    data = small()
    apply(data)
    entry(data, "services", "cut")["price"] = "31.00"
    with writes() as written:
        result = apply(data)
    history = ["INSERT eventlog_event", "INSERT tenants_outboxmessage"]
    assert written == ["UPDATE services_service", *history]
    assert result.counts["changed"] == 1
    assert result.changes == [{"path": "services.cut.price", "before": "30.000", "after": "31.00"}]
    assert Service.objects.get(key="cut").price == Decimal("31.00")
    assert Event.objects.latest("occurred_at").payload["changes"] == result.changes


def test_everything_of_a_file_is_stored(salon: Tenant) -> None:
    data = small()
    entry(data, "staff", "bo")["areas"] = [
        {"postcode": "W1D 5JL", "latitude": 51.5, "longitude": -0.13, "radius_km": 3, "days": ["tue"]}
    ]
    entry(data, "services", "cut").update(
        deposit={"kind": "percent", "value": "25"}, policy={"min_notice_minutes": 0}, tags=["hair"], metadata={"a": 1}
    )
    apply(data)
    main = Location.objects.get(key="main")
    assert list(OpeningHours.objects.values_list("location", "weekday", "start", "end")) == [(main.pk, 0, 540, 1080)]
    assert Location.objects.get(key="annex").translations == {"fr": {"name": "Annexe"}}
    assert list(Resource.objects.values_list("key", "kind", "location")) == [
        ("room-1", "room", main.pk),
        ("room-2", "room", main.pk),
    ]
    cut, yoga = Service.objects.get(key="cut"), Service.objects.get(key="yoga")
    assert (cut.category, cut.slug, cut.position) == (Category.objects.get(), "cut", 0)
    assert cut.policy == {"min_notice_minutes": 0, "deposit": {"kind": "percent", "value": "25"}}
    assert (cut.tags, cut.metadata) == (["hair"], {"a": 1})
    assert [each.kind for each in yoga.requirements.all()] == ["room"]
    assert (yoga.kind, yoga.capacity) == ("class", 8)
    assert list(Extra.objects.get().services.all()) == [cut]
    question = Question.objects.get()
    assert (question.choices, question.translations) == (["Short", "Long"], {"fr": {"choices": ["Short", "Longs"]}})
    ada, bo = Staff.objects.get(key="ada"), Staff.objects.get(key="bo")
    assert dict(StaffService.objects.filter(staff=ada).values_list("service__key", "price")) == {
        "cut": None,
        "colour": Decimal("95.00"),
        "yoga": None,
    }
    assert list(WorkingHours.objects.values_list("staff", "weekday", "start", "end", "breaks", "location")) == [
        (ada.pk, 0, 540, 1020, [[720, 780]], None)
    ]
    assert list(ServiceArea.objects.values_list("staff", "radius_km", "days")) == [(bo.pk, 3.0, [1])]
    roles = Membership.objects.filter(user_id__in=[ada.user_id, bo.user_id]).values_list("user__email", "role")
    assert dict(roles) == {"ada@salon.example": "owner", "bo@salon.example": "staff"}
    assert User.objects.get(email="ada@salon.example").check_password("bookme-demo")
    assert TenantConfig.objects.get(tenant=salon).data["policies"]["hold_minutes"] == 20


def test_a_file_that_breaks_halfway_leaves_nothing(db: None) -> None:
    """The last step, publishing sessions, fails: nothing of a new business is left, its schema included."""
    data = small() | {"slug": "new-salon", "domains": ["new-salon.localhost"]}
    data["sessions"].append(data["sessions"][0] | {"weekly": {"day": "tue", "start": "18:30"}})
    with public_scope():
        before = (Tenant.objects.count(), User.objects.count(), _schemas())
        assert refused(data) == [
            f"sessions[1]: the session of {day} cannot be: {reason}"
            for day in ("2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15")
            for reason in ("Ada is busy",)
        ]
        assert (Tenant.objects.count(), User.objects.count(), _schemas()) == before
        del data["sessions"][1]
        assert apply(data).is_new
        assert _schemas() == before[2] + 1


def _schemas() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        return int(cursor.fetchone()[0])


def test_what_the_file_does_not_name_is_left_alone(salon: Tenant) -> None:
    apply(small())
    Service.objects.filter(key="cut").update(description="Edited on the page", color="#123456")
    made_here = Service.objects.create(name="Own", slug="own", duration_minutes=10)
    ada = Staff.objects.get(key="ada")
    StaffService.objects.create(staff=ada, service=made_here)
    with writes() as written:
        apply(small())
    assert written == []
    cut = Service.objects.get(key="cut")
    assert (cut.description, cut.color) == ("Edited on the page", "#123456")
    assert Service.objects.filter(pk=made_here.pk, is_active=True).exists()
    assert StaffService.objects.filter(staff=ada, service=made_here).exists()


def test_the_file_wins_for_what_it_names(salon: Tenant) -> None:
    apply(small())
    Service.objects.filter(key="cut").update(price=Decimal(99), name="Changed")
    WorkingHours.objects.update(end=600)
    TenantConfig.objects.filter(tenant=salon).update(data=salon.config and {**_data(salon), "policies": {}})
    apply(small())
    cut = Service.objects.get(key="cut")
    assert (cut.price, cut.name) == (Decimal("30.00"), "Cut")
    assert WorkingHours.objects.get().end == 1020
    assert _data(salon)["policies"] == small()["policies"]


def _data(tenant: Tenant) -> dict[str, Any]:
    return dict(TenantConfig.objects.get(tenant=tenant).data)


def test_what_the_file_names_no_more_goes_back_to_its_default(salon: Tenant) -> None:
    data = small()
    cut = entry(data, "services", "cut")
    cut |= {
        "description": "Fine",
        "padding_after_minutes": 10,
        "deposit": {"kind": "full"},
        "requires": [{"kind": "room"}],
        "bookable_hours": [{"day": "mon", "start": "22:00", "end": "26:00"}],
        "bookable_dates": [{"from": "2027-06-01", "to": "2027-08-31"}],
    }
    data["policies"] |= {
        "max_per_day": 6,
        "max_per_customer": None,
        "travel_minutes": 0,
        "cancellation": {"fee_steps": [{"minutes_before": 60, "percent": 100}], "refund_percent": 80},
    }
    data["contact"] = {"email": "hello@salon.example", "phone": "+44 20 7946 0101"}
    apply(data)
    row = Service.objects.get(key="cut")
    assert (row.description, row.padding_after_minutes, row.policy) == ("Fine", 10, {"deposit": {"kind": "full"}})
    assert (row.bookable_hours, row.bookable_dates) == (cut["bookable_hours"], cut["bookable_dates"])
    assert _data(salon)["contact"]["phone"] == "+442079460101"
    assert _data(salon)["policies"].items() >= data["policies"].items()
    assert apply(data).changes == []
    told = {each["path"]: (each["before"], each["after"]) for each in apply(small()).changes}
    assert told["services.cut.bookable_hours"] == (cut["bookable_hours"], [])
    assert told["settings.policies.max_per_day"] == (6, None)
    assert told["settings.policies.cancellation.fee_steps"] == ([{"minutes_before": 60, "percent": 100}], None)
    row = Service.objects.get(key="cut")
    assert (row.description, row.padding_after_minutes, row.policy) == ("", 0, {})
    assert (row.requirements.count(), row.bookable_hours, row.bookable_dates) == (0, [], [])
    assert "contact" not in _data(salon)
    assert _data(salon)["policies"].keys().isdisjoint(data["policies"].keys() - small()["policies"].keys())


def test_an_entry_that_is_gone_becomes_inactive_and_comes_back(salon: Tenant) -> None:
    apply(small())
    gone = without(small(), "extras", "mask")
    gone["services"] = [each for each in gone["services"] if each["key"] != "colour"]
    entry(gone, "staff", "ada")["services"] = ["cut", "yoga"]
    result = apply(gone)
    assert result.counts["retired"] == 2
    assert not Extra.objects.get(key="mask").is_active
    assert not Service.objects.get(key="colour").is_active
    with writes() as written:
        apply(gone)
    assert written == []
    apply(small())
    assert Service.objects.filter(key="colour", is_active=True).exists()


def test_what_people_archived_is_not_revived_by_the_same_file(salon: Tenant) -> None:
    apply(small())
    Service.objects.filter(key="colour").update(is_active=False)
    with writes() as written:
        apply(small())
    assert written == []


def test_a_row_with_bookings_to_come_is_not_retired(salon: Tenant) -> None:
    apply(small())
    colour, bo = Service.objects.get(key="colour"), Staff.objects.get(key="bo")
    annex = Location.objects.get(key="annex")
    booked = AppointmentFactory(service=colour, staff=bo, location=annex, seats_taken=1)
    ResourceAllocationFactory(appointment=booked, resource=Resource.objects.get(key="room-2"))
    data = small()
    for section, key in (("services", "colour"), ("staff", "bo"), ("locations", "annex"), ("resources", "room-2")):
        data = without(data, section, key)
    entry(data, "staff", "ada")["services"] = ["cut", "yoga"]
    assert refused(data) == [
        'locations: the entry "annex" is gone, but it is still booked (1 to come)',
        'resources: the entry "room-2" is gone, but it is still booked (1 to come)',
        'services: the entry "colour" is gone, but it is still booked (1 to come)',
        'staff: the entry "bo" is gone, but it is still booked (1 to come)',
    ]
    assert Service.objects.get(key="colour").is_active
    assert Membership.objects.get(user_id=bo.user_id).is_active
    after = booked.ends_at + dt.timedelta(minutes=1)
    data["sessions"] = []
    assert apply(data, after).counts["retired"] == 4


def test_a_person_that_is_gone_does_not_belong_any_more(salon: Tenant) -> None:
    apply(small())
    member = Membership.objects.get(user__email="bo@salon.example")
    apply(without(small(), "staff", "bo"))
    assert not Membership.objects.get(pk=member.pk).is_active
    assert not Staff.objects.get(key="bo").is_active
    apply(small())
    assert Membership.objects.get(pk=member.pk).is_active


def test_people_may_swap_their_addresses(salon: Tenant) -> None:
    apply(small())
    before = dict(Staff.objects.values_list("key", "user_id"))
    data = small()
    data["staff"][0]["email"], data["staff"][1]["email"] = data["staff"][1]["email"], data["staff"][0]["email"]
    apply(data)
    after = dict(Staff.objects.values_list("key", "user_id"))
    assert (after["ada"], after["bo"]) == (before["bo"], before["ada"])
    assert Membership.objects.get(user_id=after["ada"]).role == Role.OWNER


def test_a_person_may_get_another_key(salon: Tenant) -> None:
    apply(small())
    user_id = Staff.objects.get(key="bo").user_id
    data = small()
    data["staff"][1]["key"] = "bob"
    apply(data)
    assert dict(Staff.objects.values_list("key", "user_id"))["bob"] == user_id
    assert not Staff.objects.get(key="bo").is_active
    assert Membership.objects.get(user_id=user_id).is_active


def test_an_address_of_somebody_made_by_hand_is_not_taken_over(salon: Tenant) -> None:
    user = User.objects.create_user("bo@salon.example", name="Bo")
    Staff.objects.create(name="Bo by hand", slug="bo", user_id=user.pk)
    assert refused(small()) == ["staff[1].email: belongs already to Bo by hand, who is not of this file"]
    assert list(Staff.objects.values_list("slug", "key")) == [("bo", None)]


def test_a_slug_that_is_taken_gets_a_number(salon: Tenant) -> None:
    Service.objects.create(name="Own", slug="cut", duration_minutes=10)
    apply(small())
    assert Service.objects.get(key="cut").slug == "cut-2"


def test_a_user_of_another_business_keeps_their_password(salon: Tenant) -> None:
    known = User.objects.create_user("ada@salon.example", "her own password", name="Ada L.", email_verified_at=NOW)
    apply(small())
    known.refresh_from_db()
    assert known.check_password("her own password")
    assert known.name == "Ada L."
    assert Membership.objects.get(user=known, tenant=salon).role == Role.OWNER


def test_hours_are_replaced_as_a_set(salon: Tenant) -> None:
    apply(small())
    kept = WorkingHours.objects.get().pk
    data = small()
    entry(data, "staff", "ada")["hours"] += [
        {"day": "sat", "start": "20:00", "end": "26:00", "location": "main"},
        {"on_date": "2026-12-24", "start": "09:00", "end": "12:00"},
        {"on_date": "2026-12-31"},
    ]
    apply(data)
    rows = WorkingHours.objects.order_by("on_date", "weekday").values_list("weekday", "on_date", "start", "end")
    assert set(rows) == {
        (0, None, 540, 1020),
        (5, None, 1200, 1560),
        (None, dt.date(2026, 12, 24), 540, 720),
        (None, dt.date(2026, 12, 31), None, None),
    }
    assert WorkingHours.objects.filter(pk=kept).exists()
    apply(small())
    assert [row.pk for row in WorkingHours.objects.all()] == [kept]


def test_lists_of_keys_are_replaced_as_a_set(salon: Tenant) -> None:
    data = small()
    entry(data, "extras", "mask")["services"] = ["cut", "colour"]
    entry(data, "services", "cut")["locations"] = ["main"]
    apply(data)
    entry(data, "extras", "mask")["services"] = ["colour", "yoga"]
    entry(data, "services", "cut")["locations"] = []
    entry(data, "staff", "ada")["services"] = [{"service": "cut", "duration_minutes": 25}, "yoga"]
    result = apply(data)
    assert [each.key for each in Extra.objects.get(key="mask").services.order_by("key")] == ["colour", "yoga"]
    assert Service.objects.get(key="cut").locations.count() == 0
    given = StaffService.objects.filter(staff__key="ada").order_by("service__key")
    assert list(given.values_list("service__key", "duration_minutes")) == [("cut", 25), ("yoga", None)]
    assert result.counts["removed"] == 3


def test_the_history_is_capped_but_counts_all(salon: Tenant) -> None:
    data = small()
    more = {"name": "More", "duration_minutes": 10, "price": "1.00"}
    data["services"] += [more | {"key": f"more-{number}"} for number in range(250)]
    result = apply(data)
    assert (len(result.changes), result.changes_total > 250) == (200, True)
    payload = Event.objects.get(name="business.configured").payload
    assert (len(payload["changes"]), payload["changes_total"]) == (200, result.changes_total)


def test_what_only_the_database_refuses_is_a_fault_too(salon: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE services_service ADD CONSTRAINT no_colour CHECK (name <> 'Colour')")
    assert refused(small()) == ["(file): breaks a rule of the database (no_colour)"]
    assert not Location.objects.exists()


def apply_three_times_at_once() -> list[ApplyResult]:
    """What each that was not refused has done."""
    data = small() | {"slug": "race", "domains": ["race.localhost"]}
    results: list[ApplyResult] = []
    start = threading.Barrier(3)

    def apply_it() -> None:
        start.wait()
        with suppress(BadConfig), closing(connection):
            results.append(apply(data))

    threads = [threading.Thread(target=apply_it) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        with public_scope():
            for made in Tenant.objects.filter(slug="race"):
                drop_schema(made.schema_name)
                made.delete()
    return results


def test_those_who_apply_at_once_wait_for_each_other(committed: Tenant) -> None:
    results = apply_three_times_at_once()
    assert sorted((each.is_new, each.changes_total > 0) for each in results) == [(False, False)] * 2 + [(True, True)]


def test_control_without_waiting_the_others_are_refused(committed: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookme.onboarding.actions.apply.wait_for_others", lambda: None)
    assert len(apply_three_times_at_once()) < 3


def test_closures_are_those_of_the_file_and_those_made_by_hand(salon: Tenant) -> None:
    own = Closure.objects.create(name="Own", starts_at=NOW, ends_at=NOW + dt.timedelta(days=1))
    data = small()
    data["locations"][1]["timezone"] = "America/New_York"
    data["closures"].append({"name": "Annex", "from": "2026-07-01T12:00", "to": "2026-07-01", "location": "annex"})
    apply(data)
    told = Closure.objects.filter(from_file=True).order_by("name").values_list("name", "starts_at", "ends_at")
    assert list(told) == [
        ("Annex", dt.datetime(2026, 7, 1, 16, tzinfo=dt.UTC), dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)),
        ("Christmas", dt.datetime(2026, 12, 25, tzinfo=dt.UTC), dt.datetime(2026, 12, 27, tzinfo=dt.UTC)),
    ]
    data["closures"] = []
    apply(data)
    assert list(Closure.objects.all()) == [own]


def test_sessions_are_published_once_and_only_grow(salon: Tenant) -> None:
    apply(small())
    sessions = Appointment.objects.filter(published=True).order_by("starts_at")
    assert [each.starts_at.isoformat() for each in sessions] == [
        f"2026-{day}T18:00:00+00:00" for day in ("11-24", "12-01", "12-08", "12-15")
    ]
    assert {each.allocations.get().resource.key for each in sessions} == {"room-1"}
    later = NOW + dt.timedelta(days=10)
    data = small()
    data["sessions"][0]["weeks"] = 2
    apply(data, later)
    assert (sessions.all().count(), SessionRun.objects.get().weeks) == (4, 4)
    data["sessions"][0]["weeks"] = 6
    data["closures"] = [{"name": "Break", "from": "2026-12-21", "to": "2026-12-27"}]
    apply(data, later)
    assert [each.starts_at.date().isoformat() for each in sessions.all()][4:] == ["2026-12-29"]
    data["sessions"] = []
    apply(data, later)
    assert sessions.all().count() == 5


def test_sessions_that_the_team_moved_or_cancelled_stay_so(salon: Tenant) -> None:
    """The weeks of the run are on record: applying the file again brings nothing back, and growing only appends."""
    apply(small())
    moved, gone = Appointment.objects.order_by("starts_at")[:2]
    to = moved.starts_at + dt.timedelta(days=1)
    with transaction.atomic():
        change_session(session=moved, changes=SessionChanges(start=to), actor=SYSTEM, now=NOW)
    with transaction.atomic():
        cancel_session(session=gone, actor=SYSTEM, now=NOW)
    apply(small())
    data = small()
    data["sessions"][0]["weeks"] = 5
    apply(data)
    starts = Appointment.objects.filter(published=True).order_by("starts_at").values_list("starts_at", flat=True)
    assert [f"{each:%m-%d}" for each in starts] == ["11-25", "12-08", "12-15", "12-22"]


def test_a_run_is_decided_where_its_class_needs_a_minimum(salon: Tenant) -> None:
    data = small()
    data["services"][2]["min_to_run"] = 3
    apply(data)
    first = Appointment.objects.earliest("starts_at")
    assert (first.min_to_run, first.decide_at) == (3, first.starts_at - dt.timedelta(days=1))
    facts = Event.objects.filter(name="session.published")
    assert {each.payload["start"][:10] for each in facts} == {"2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"}
    assert facts.count() == 4


def test_a_class_keeps_its_hour_when_the_clock_changes(salon: Tenant) -> None:
    apply(small(), dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC))
    starts = Appointment.objects.filter(published=True).order_by("starts_at").values_list("starts_at", flat=True)
    assert [each.strftime("%m-%d %H:%M") for each in starts] == [
        "03-23 18:00",
        "03-30 17:00",
        "04-06 17:00",
        "04-13 17:00",
    ]


def test_sessions_that_clash_are_told_by_path(salon: Tenant) -> None:
    data = small()
    sessions = data.pop("sessions")
    apply(data)
    at = dt.datetime(2026, 12, 1, 18, 30, tzinfo=dt.UTC)
    bo, annex = Staff.objects.get(key="bo"), Location.objects.get(key="annex")
    other = AppointmentFactory(
        service=Service.objects.get(key="cut"), staff=bo, location=annex, starts_at=at, seats_taken=1
    )
    ResourceAllocationFactory(appointment=other, resource=Resource.objects.get(key="room-1"))
    assert refused(data | {"sessions": sessions}) == [
        "sessions[0]: the session of 2026-12-01 cannot be: Room 1 is not free"
    ]
    assert not SessionRun.objects.exists()
    del sessions[0]["resource"]
    apply(data | {"sessions": sessions})
    taken = Appointment.objects.filter(published=True).order_by("starts_at")
    assert [each.allocations.get().resource.key for each in taken] == ["room-1", "room-2", "room-1", "room-1"]


def test_a_class_is_not_published_while_its_person_is_away(salon: Tenant) -> None:
    data = small()
    sessions = data.pop("sessions")
    apply(data)
    person = Staff.objects.get(key=sessions[0]["staff"])
    TimeOffFactory(staff=person, starts_at=dt.datetime(2026, 12, 8, 18, 15, tzinfo=dt.UTC))
    faults = refused(data | {"sessions": sessions})
    assert faults == [f"sessions[0]: the session of 2026-12-08 cannot be: {person.name} is away"]
    assert not SessionRun.objects.exists()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"domains": ["rival.localhost"]}, 'domains[0]: leads to another business already ("rival.localhost")'),
        ({"domains": ["salon.localhost", "localhost"]}, "domains[1]: is the platform's own"),
        ({"domains": ["admin.localhost"]}, "domains[0]: is reserved"),
        ({"slug": "admin", "domains": ["x.example"]}, "slug: is reserved"),
    ],
)
def test_names_that_are_taken_are_refused(salon: Tenant, rival: Tenant, change: dict[str, Any], fault: str) -> None:
    before = list(Domain.objects.order_by("domain").values_list("domain", "tenant"))
    assert refused(small() | change) == [fault]
    assert list(Domain.objects.order_by("domain").values_list("domain", "tenant")) == before


def test_domains_are_those_of_the_file_and_the_first_is_the_primary(salon: Tenant) -> None:
    def domains() -> dict[str, bool]:
        return dict(Domain.objects.filter(tenant=salon).values_list("domain", "is_primary"))

    apply(small() | {"domains": ["www.salon.example", "salon.localhost"]})
    assert domains() == {"www.salon.example": True, "salon.localhost": False}
    apply(small() | {"domains": ["salon.localhost", "www.salon.example"]})
    assert domains() == {"www.salon.example": False, "salon.localhost": True}
    apply(small() | {"domains": ["salon.localhost"]})
    assert domains() == {"salon.localhost": True}


def test_a_closed_business_takes_no_file(salon: Tenant) -> None:
    close_business(tenant=salon, actor=SYSTEM)
    assert refused(small()) == ["slug: is that of a business that is closed"]
    assert Tenant.objects.get(pk=salon.pk).status == TenantStatus.CLOSED


def test_the_history_tells_what_changed_but_not_how_to_reach_people(salon: Tenant) -> None:
    apply(small())
    data = small()
    entry(data, "staff", "bo")["phone"] = "+442079460102"
    data["policies"]["hold_minutes"] = 30
    apply(data)
    payload = Event.objects.filter(name="business.configured").latest("occurred_at").payload
    assert payload["changes"] == [
        {"path": "settings.policies.hold_minutes", "before": 20, "after": 30},
        {"path": "staff.bo.phone", "before": None, "after": None},
    ]
    assert "+442079460102" not in str(payload)


def test_the_history_tells_which_hours_and_which_services_changed(salon: Tenant) -> None:
    apply(small())
    data = small()
    ada, bo = entry(data, "staff", "ada"), entry(data, "staff", "bo")
    ada["hours"][0]["end"] = "18:00"
    ada["services"][1]["price"] = "99.00"
    bo["services"] = ["colour", "yoga"]
    bo["areas"] = [{"postcode": "W1", "latitude": 51.5, "longitude": -0.13, "radius_km": 3}]
    entry(data, "extras", "mask")["services"] = ["colour"]
    entry(data, "locations", "main")["opening_hours"][0]["start"] = "08:00"
    del data["closures"]
    apply(data)

    changes = Event.objects.filter(name="business.configured").latest("occurred_at").payload["changes"]
    told = {each["path"]: (each["before"], each["after"]) for each in changes}
    shift = {"weekday": 0, "start": 540, "breaks": [[720, 780]]}
    assert told == {
        "locations.main.opening_hours": (
            [{"weekday": 0, "start": 540, "end": 1080}],
            [{"weekday": 0, "start": 480, "end": 1080}],
        ),
        "extras.mask.services": (["cut"], ["colour"]),
        "staff.ada.services.colour.price": ("95.000", "99.00"),
        "staff.bo.services.colour": (None, "created"),
        "staff.bo.services.cut": ("there", None),
        "staff.ada.hours": ([shift | {"end": 1020}], [shift | {"end": 1080}]),
        "staff.bo.areas": (
            [],
            [{"postcode": "W1", "latitude": 51.5, "longitude": -0.13, "radius_km": 3.0, "days": []}],
        ),
        "closures.Christmas": ("there", None),
    }
