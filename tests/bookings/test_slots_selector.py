"""The selector against real rows: what is loaded, what is left out, and in how many queries."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.availability import Snapshot
from bookme.bookings.models import Appointment, ResourceAllocation
from bookme.bookings.selectors.slots import available_slots
from bookme.bookings.selectors.snapshots import Left, load_snapshot
from bookme.core.errors import Invalid
from bookme.core.time import EARLIEST, LATEST, minute_of
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.services.models import Service, ServiceKind, ServiceRequirement
from bookme.staff.models import Staff, StaffService, TimeOff, WorkingHours
from bookme.tenants.config import AnyStaff, Policy
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant

pytestmark = pytest.mark.usefixtures("salon")

NOW = dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC)
MONDAY = dt.date(2027, 3, 8)
TEN = dt.datetime(2027, 3, 8, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def place(slug: str = "soho", **values: Any) -> Location:
    return Location.objects.create(name=slug, slug=slug, **values)


def service(slug: str = "cut", **values: Any) -> Service:
    return Service.objects.create(name=slug, slug=slug, **{"duration_minutes": 60, **values})


def person(slug: str, *services: Service, duration: int | None = None, **values: Any) -> Staff:
    """Works on Mondays from 9 to 12, with a break from 11:00 to 11:30."""
    made = Staff.objects.create(name=slug, slug=slug, **values)
    for each in services:
        StaffService.objects.create(staff=made, service=each, duration_minutes=duration)
    WorkingHours.objects.create(staff=made, weekday=0, start=540, end=720, breaks=[[660, 690]])
    return made


def appointment(who: Staff, what: Service, where: Location, start: dt.datetime = TEN, **values: Any) -> Appointment:
    end = start + HOUR
    kept = {"blocked_start": start, "blocked_end": end, "seats_taken": 1, **values}
    return Appointment.objects.create(staff=who, service=what, location=where, starts_at=start, ends_at=end, **kept)


def loaded(what: Service, **values: Any) -> Snapshot:
    return load_snapshot(**{"service": what, "first": MONDAY, "last": MONDAY, "now": NOW, "policy": Policy(), **values})


def starts(what: Service, **values: Any) -> list[str]:
    asked = {"service": what, "first": MONDAY, "last": MONDAY, "now": NOW, **values}
    return [slot["start"][11:16] for day in available_slots(**asked)["days"] for slot in day["slots"]]


def test_answer_has_every_date_and_iso_times_in_the_business_zone() -> None:
    where, cut = place(), service()
    who = person("ann", cut)

    answer = available_slots(service=cut, first=MONDAY, last=MONDAY + dt.timedelta(days=22), now=NOW)

    assert (answer["service"], answer["timezone"]) == (str(cut.id), "Europe/London")
    assert [day["date"] for day in answer["days"]] == [
        (MONDAY + dt.timedelta(days=each)).isoformat() for each in range(23)
    ]
    assert [slot["start"] for slot in answer["days"][0]["slots"]] == [
        f"2027-03-08T{clock}:00+00:00" for clock in ("09:00", "09:15", "09:30", "09:45", "10:00")
    ]
    assert answer["days"][1]["slots"] == []
    assert answer["days"][21]["slots"][0] == {
        "start": "2027-03-29T09:00:00+01:00",
        "end": "2027-03-29T10:00:00+01:00",
        "location": str(where.id),
        "staff": (str(who.id),),
    }


@pytest.mark.parametrize("rule", list(AnyStaff))
def test_queries_do_not_grow_with_people_days_or_bookings(rule: AnyStaff) -> None:
    where, cut = place(), service(kind=ServiceKind.GROUP, capacity=4)
    Resource.objects.create(location=where, name="Basin", kind="basin")
    ServiceRequirement.objects.create(service=cut, kind="basin")

    def counted(last: dt.date) -> tuple[int, Snapshot]:
        with CaptureQueriesContext(connection) as queries:
            snapshot = loaded(cut, last=last, policy=Policy(any_staff=rule))
        return len(queries), snapshot

    appointment(person("p0", cut), cut, where)
    few, one = counted(MONDAY)
    for each in range(1, 10):
        who = person(f"p{each}", cut)
        for day in range(5):
            appointment(who, cut, where, TEN + dt.timedelta(days=day))
    many, ten = counted(MONDAY + dt.timedelta(days=29))

    assert (few, many) == (3, 3)
    assert (len(one.people), len(ten.people)) == (1, 10)
    assert [len(each.booked) for each in ten.people] == [1] + [5] * 9


def test_a_plain_service_takes_two_queries(django_assert_num_queries: Callable[[int], Any]) -> None:
    place(), person("ann", cut := service())
    with django_assert_num_queries(2):
        assert len(starts(cut)) == 5


def test_only_active_people_who_do_it_at_active_places_that_offer_it() -> None:
    soho, cut = place(position=2), service()
    camden = place("camden", position=1, timezone="Africa/Casablanca")
    place("closed", is_active=False)
    ann = person("ann", cut, position=2)
    bob = person("bob", cut, position=1, duration=45)
    person("gone", cut, is_active=False)
    person("other", service("colour"))

    everywhere = loaded(cut, extra_minutes=10)
    assert [(each.id, each.zone) for each in everywhere.places] == [
        (str(camden.id), "Africa/Casablanca"),
        (str(soho.id), "Europe/London"),
    ]
    assert [(each.id, each.duration) for each in everywhere.people] == [(str(bob.id), 45), (str(ann.id), 60)]
    assert everywhere.zone == "Europe/London"

    cut.locations.add(soho)
    assert [each.id for each in loaded(cut).places] == [str(soho.id)]
    assert loaded(cut, location_ids=[camden.id]).places == ()
    assert [each.id for each in loaded(cut, staff_ids=[ann.id]).people] == [str(ann.id)]

    soho.is_active = False
    soho.save()
    assert loaded(cut).places == ()


def test_dates_are_the_asked_locations() -> None:
    camden = place("camden", timezone="Pacific/Auckland")
    person("ann", cut := service())
    assert loaded(cut, location_ids=[camden.id]).zone == "Pacific/Auckland"
    answer = available_slots(service=cut, first=MONDAY, last=MONDAY, now=NOW, location_ids=[camden.id])
    assert answer["timezone"] == "Pacific/Auckland"
    assert answer["days"][0]["slots"][0]["start"] == "2027-03-08T09:00:00+13:00"


def test_what_is_busy() -> None:
    where, cut = place(), service(padding_before_minutes=5, padding_after_minutes=10)
    ann = person("ann", cut)
    before, after = TEN - dt.timedelta(minutes=15), TEN + HOUR
    appointment(ann, cut, where, blocked_start=before, blocked_end=after)
    appointment(ann, cut, where, overbooked=True)
    appointment(ann, cut, where, TEN + HOUR, seats_taken=0, published=True)
    appointment(ann, cut, where, TEN + 3 * HOUR, seats_taken=0)
    appointment(ann, cut, where, TEN - dt.timedelta(days=60))

    found = loaded(cut).people[0]
    ten = minute_of(TEN)
    assert sorted(found.booked) == [(ten, ten + 60), (ten, ten + 60), (ten + 60, ten + 120)]
    assert sorted(found.blocked) == [(ten - 15, ten + 60), (ten, ten + 60), (ten + 60, ten + 120)]


def test_an_appointment_that_all_have_left_leaves_its_time_and_its_units_free() -> None:
    where, cut = place(), service()
    unit = Resource.objects.create(location=where, name="Basin", kind="basin")
    ServiceRequirement.objects.create(service=cut, kind="basin")
    own = appointment(person("ann", cut), cut, where)
    held = {"resource": unit, "blocked_start": TEN, "blocked_end": TEN + HOUR}
    ResourceAllocation.objects.create(appointment=own, **held)
    assert starts(cut) == ["09:00"]

    moving = loaded(cut, left=[Left(own.id, 1, is_emptied=True)])
    assert (moving.people[0].booked, moving.units[0].blocked) == ((), ())


def test_absences_and_closures_are_widened_to_whole_minutes() -> None:
    where, other, cut = place(), place("camden"), service()
    ann = person("ann", cut)
    half = dt.timedelta(seconds=30)
    TimeOff.objects.create(staff=ann, starts_at=TEN + half, ends_at=TEN + HOUR - half)
    Closure.objects.create(name="All", starts_at=TEN - half, ends_at=TEN + half)
    Closure.objects.create(name="Soho", location=where, starts_at=TEN, ends_at=dt.datetime(9999, 1, 1, tzinfo=dt.UTC))
    Closure.objects.create(name="Camden", location=other, starts_at=TEN, ends_at=TEN + HOUR)
    Closure.objects.create(name="Past", starts_at=TEN - 400 * HOUR, ends_at=TEN - 300 * HOUR)

    found = loaded(cut, location_ids=[where.id])
    ten = minute_of(TEN)
    assert found.people[0].time_off == ((ten, ten + 60),)
    assert sorted(found.places[0].closures)[0] == (ten - 1, ten + 1)
    assert len(found.places[0].closures) == 2
    assert starts(cut) == []


def test_hours_of_people_and_places() -> None:
    where, cut = place(), service()
    ann = person("ann", cut)
    WorkingHours.objects.create(staff=ann, location=where, on_date=MONDAY + dt.timedelta(days=7))
    WorkingHours.objects.create(staff=ann, on_date=MONDAY - dt.timedelta(days=300), start=0, end=60)
    OpeningHours.objects.create(location=where, weekday=0, start=570, end=720)

    found = loaded(cut, last=MONDAY + dt.timedelta(days=7))
    assert [(row.on_date, row.place) for row in found.people[0].hours] == [
        (MONDAY + dt.timedelta(days=7), str(where.id)),
        (None, None),
    ]
    assert found.people[0].hours[1].breaks == ((660, 690),)
    assert [(row.weekday, row.start, row.end) for row in found.places[0].hours] == [(0, 570, 720)]
    assert starts(cut, last=MONDAY + dt.timedelta(days=7)) == ["09:30", "09:45", "10:00"]


def test_units_are_active_ones_of_the_needed_kinds() -> None:
    where, cut = place(), service()
    ServiceRequirement.objects.create(service=cut, kind="basin")
    assert loaded(cut).kinds == ("basin",)
    second = Resource.objects.create(location=where, name="2", kind="basin", position=2)
    first = Resource.objects.create(location=where, name="1", kind="basin", position=1)
    Resource.objects.create(location=where, name="off", kind="basin", is_active=False)
    Resource.objects.create(location=where, name="room", kind="room")
    assert [(unit.id, unit.kind) for unit in loaded(cut).units] == [(str(first.id), "basin"), (str(second.id), "basin")]


def test_a_group_appointment_offers_its_start_while_seats_are_left() -> None:
    where, yoga = place(), service("yoga", kind=ServiceKind.GROUP, capacity=4)
    ann = person("ann", yoga)
    made = appointment(ann, yoga, where, capacity=4, seats_taken=3)
    appointment(ann, service("cut"), where, TEN + HOUR)

    groups = loaded(yoga).people[0].groups
    assert [(group.id, group.place, group.seats_left) for group in groups] == [(str(made.id), str(where.id), 1)]
    assert starts(yoga) == ["09:00", "10:00"]
    assert starts(yoga, party_size=2) == ["09:00"]
    assert starts(yoga, party_size=5) == []


def test_who_was_booked_last() -> None:
    where, cut = place(), service()
    ann, _bob = person("ann", cut, position=1), person("bob", cut, position=2)
    made = appointment(ann, cut, where)
    found = loaded(cut, policy=Policy(any_staff=AnyStaff.IN_TURN)).people
    assert [each.last_booked for each in found] == [made.created_at.timestamp(), None]
    assert [each.last_booked for each in loaded(cut).people] == [None, None]


def test_policy_of_the_service_overrides_the_businesss() -> None:
    place(), person("ann", cut := service(policy={"slot_interval_minutes": 60}))
    assert starts(cut) == ["09:00", "10:00"]


def test_a_class_has_sessions_only(django_assert_num_queries: Callable[[int], Any]) -> None:
    place(), person("ann", flow := service("flow", kind=ServiceKind.CLASS, capacity=10))
    with django_assert_num_queries(0):
        answer = available_slots(service=flow, first=MONDAY, last=MONDAY + dt.timedelta(days=1), now=NOW)
    assert answer["sessions_only"] is True
    assert answer["days"] == [{"date": "2027-03-08", "slots": []}, {"date": "2027-03-09", "slots": []}]


def test_nobody_and_nowhere() -> None:
    cut = service()
    assert starts(cut) == []
    person("ann", cut)
    ServiceRequirement.objects.create(service=cut, kind="basin")
    assert starts(cut) == []
    assert starts(cut, staff_ids=[], location_ids=[]) == []


@pytest.mark.parametrize(
    ("first", "last", "pointer"),
    [
        (MONDAY, MONDAY - dt.timedelta(days=1), "/to"),
        (MONDAY, MONDAY + dt.timedelta(days=90), "/to"),
        (dt.date.min, MONDAY, "/from"),
        (MONDAY, dt.date.max, "/to"),
        (dt.date.max, dt.date.max, "/from"),
    ],
)
def test_a_range_that_cannot_be_asked_for(first: dt.date, last: dt.date, pointer: str) -> None:
    cut = service()
    with pytest.raises(Invalid) as refused:
        starts(cut, first=first, last=last)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize("day", [EARLIEST, LATEST])
def test_the_ends_of_time_are_answered(day: dt.date) -> None:
    place(), person("ann", cut := service())
    assert starts(cut, first=day, last=day) == []


def test_another_business_is_not_seen(rival: Tenant) -> None:
    where, cut = place(), service()
    person("ann", cut)
    with tenant_scope(rival):
        assert starts(cut) == []
        assert loaded(cut).places == ()
    assert [each.id for each in loaded(cut).places] == [str(where.id)]
