"""Every way of booking with everything that can be true of one: the whole life of a booking, in each pair of them.

A case is a kind and a set of features. Each kind is tried with each feature alone, and then in a covering array in
which every kind meets every two features together. What makes no sense is refused with a sentence.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.locations.models import Location
from bookme.services.models import Extra, Service
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import CONSENTS, refused
from tests.communications.conftest import configure
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ExtraFactory, ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Api, Person, Stranger

pytestmark = pytest.mark.no_cover

KINDS = ("individual", "group", "class", "visit", "series")
FEATURES = (
    "any_staff",
    "resource",
    "extras",
    "approval",
    "waitlist",
    "locations",
    "padding",
    "daylight_saving",
    "reschedule",
    "cancel",
)
LONDON = ZoneInfo("Europe/London")
ALL_WEEK = [(weekday, 0, 1440) for weekday in range(7)]
WEEK = dt.timedelta(weeks=1)
BEFORE, AFTER = 10, 15


def alone() -> list[tuple[str, frozenset[str]]]:
    return [(kind, frozenset({feature})) for kind, feature in product(KINDS, FEATURES)]


def together() -> list[tuple[str, frozenset[str]]]:
    """Sets of features for each kind, such that every two of them meet: greedily, from a seed."""
    cases = []
    for kind in KINDS:
        dice, missing = Random(kind), set(combinations(FEATURES, 2))
        while missing:
            tries = [frozenset(dice.sample(FEATURES, 6)) for _ in range(60)]
            best = max(tries, key=lambda each: sum(set(pair) <= each for pair in missing))
            missing -= {pair for pair in missing if set(pair) <= best}
            cases.append((kind, best))
    return cases


CASES = [*alone(), *together()]


@dataclass
class World:
    """A business in which a case can happen, and whoever books there."""

    kind: str
    features: frozenset[str]
    api: Api
    owner: Api

    def has(self, feature: str) -> bool:
        return feature in self.features

    @cached_property
    def places(self) -> list[Location]:
        return [LocationFactory() for _ in range(2 if self.has("locations") else 1)]

    @property
    def place(self) -> Location:
        """Where it will be: of two, the second."""
        return self.places[-1]

    @cached_property
    def services(self) -> list[Service]:
        trait = {"group": {"group": True}, "class": {"of_class": True, "capacity": 2}}.get(self.kind, {})
        padding = {"padding_before_minutes": BEFORE, "padding_after_minutes": AFTER} if self.has("padding") else {}
        needs = {"requires": ["room"]} if self.has("resource") else {}
        policy = {"policy": {"auto_confirm": False}} if self.has("approval") else {}
        made = [
            ServiceFactory(staff=self.staff, locations=[self.place], **trait, **padding, **needs, **policy)
            for _ in range(2 if self.kind == "visit" else 1)
        ]
        if self.has("resource"):
            for place in self.places:
                ResourceFactory(location=place)
        return made

    @cached_property
    def staff(self) -> list[Staff]:
        """Two who are always there; where a day is waited for, only at the two times that matter."""
        people = [StaffFactory(name=name, hours=ALL_WEEK) for name in ("Ada", "Ben")]
        if self.has("waitlist") and self.kind in {"individual", "group"}:
            for person, start in product(people, (self.start, self.later)):
                person.working_hours.create(on_date=start.date(), **self.shift(start))
        return people

    def shift(self, start: dt.datetime) -> dict[str, int]:
        """Just as long as a booking."""
        end = (start.astimezone(dt.UTC) + self.length).astimezone(LONDON)
        return {"start": start.hour * 60 + start.minute, "end": end.hour * 60 + end.minute}

    @property
    def length(self) -> dt.timedelta:
        """Real minutes, whatever the clock does."""
        return dt.timedelta(minutes=80 if self.has("extras") and self.kind != "class" else 60)

    @cached_property
    def extra(self) -> Extra:
        """It lengthens, but for a class, which is as long as it is."""
        extra: Extra = ExtraFactory(price="5.000", duration_minutes=0 if self.kind == "class" else 20)
        extra.services.set(self.services)
        return extra

    @property
    def start(self) -> dt.datetime:
        """Half past midnight on the night in which the clock goes forward, or ten on a Monday."""
        if self.has("daylight_saving"):
            first = dt.datetime(2030, 3, 31, 0, 30, tzinfo=LONDON)
            return first - WEEK if self.kind == "series" else first
        return dt.datetime(2030, 1, 7, 10, tzinfo=LONDON)

    @property
    def later(self) -> dt.datetime:
        """Six hours on by the clock on the wall."""
        return self.start + dt.timedelta(hours=6)

    def sessions(self) -> list[Appointment]:
        return [
            SessionFactory(service=self.services[0], staff=self.staff[0], location=self.place, starts_at=start)
            for start in (self.start, self.later)
        ]

    def item(self, service: Service) -> dict[str, Any]:
        extras = {"extras": [str(self.extra.pk)]} if self.has("extras") and service == self.services[0] else {}
        staff = {"staff": "any" if self.has("any_staff") else str(self.staff[0].pk)}
        return {"service": str(service.pk), **staff, **extras}

    def body(self, name: str, at: dt.datetime | None = None) -> dict[str, Any]:
        who = {"customer": {"name": name, "email": f"{name}@mail.example"}, "consents": CONSENTS}
        start = {"start": (at or self.start).isoformat()}
        if self.kind == "class":
            item = self.item(self.services[0])
            item.pop("service")
            session = Appointment.objects.get(starts_at=at or self.start, published=True)
            return {"session": str(session.pk), **item, **who}
        if self.kind == "visit":
            return {"items": [self.item(each) for each in self.services], **start, **who}
        if self.kind == "series":
            items = [self.item(each) for each in self.services]
            return {"items": items, "rule": {"frequency": "weekly", "count": 2}, **start, **who}
        return {**self.item(self.services[0]), **start, **who}

    @property
    def door(self) -> str:
        return {"visit": "visits/", "series": "series/"}.get(self.kind, "bookings/")

    def book(self, name: str, at: dt.datetime | None = None) -> tuple[Any, list[Booking]]:
        """The answer, and the bookings that came of it, by start."""
        answer = self.api.post(self.door, self.body(name, at))
        made = Booking.objects.filter(visit__contact_email=f"{name}@mail.example").select_related("appointment")
        return answer, list(made.order_by("appointment__starts_at"))

    def step(self, told: dict[str, Any], step: str, **given: Any) -> Any:
        scope = {"scope": "all"} if self.kind == "series" else {}
        return self.api.post(f"{self.door}{told['id']}/{step}/?token={told['manage_token']}", {**scope, **given})


@pytest.fixture
def world_of(clock: Any, salon: Tenant, stranger: Stranger, owner: Person) -> Any:
    configure(salon, features={"waitlist": True})

    def build(kind: str, features: frozenset[str]) -> World:
        world = World(kind, features, stranger.api, owner.api)
        if kind == "class":
            world.sessions()
        return world

    return build


@pytest.mark.parametrize(
    ("kind", "features"), CASES, ids=lambda each: each if isinstance(each, str) else "+".join(sorted(each))
)
def test_a_booking_lives_through_it(kind: str, features: frozenset[str], world_of: Any) -> None:
    world: World = world_of(kind, features)
    if kind != "class":
        assert_offered(world)
    answer, bookings = world.book("ada")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert_as_wished(world, bookings)
    if world.has("approval"):
        approve(world, bookings)
    assert_nobody_else_fits(world)
    if world.has("reschedule"):
        assert_moved(world, told, bookings)
    if world.has("waitlist"):
        assert_waited_for(world, told, bookings)
    elif world.has("cancel"):
        assert_freed(world, told, bookings)
    assert (overlaps(), wrong_seats()) == (0, 0)


def assert_offered(world: World) -> None:
    day = world.start.date().isoformat()
    query = {"from": day, "to": day, "service": [str(each.pk) for each in world.services]}
    if world.has("extras"):
        query["extras"] = [str(world.extra.pk)]
    door = "visits" if world.kind == "visit" else "bookings"
    days = world.api.get(f"{door}/available-slots/", query).json()["days"]
    starts = {dt.datetime.fromisoformat(slot["start"]) for each in days for slot in each["slots"]}
    assert world.start in starts


def assert_as_wished(world: World, bookings: list[Booking]) -> None:
    assert len(bookings) == (2 if world.kind in {"visit", "series"} else 1)
    assert {each.status for each in bookings} == {"pending" if world.has("approval") else "confirmed"}
    assert {each.appointment.location_id for each in bookings} == {world.place.pk}
    first = bookings[0].appointment
    assert first.starts_at == world.start
    assert first.ends_at - first.starts_at == world.length
    if world.kind == "visit":
        assert bookings[1].appointment.starts_at - first.ends_at <= dt.timedelta(
            minutes=BEFORE + AFTER if world.has("padding") else 15
        )
    if world.kind == "series":
        local = [each.appointment.starts_at.astimezone(LONDON).time() for each in bookings]
        assert local[0] == local[1]
    assert str(bookings[0].price) == ("45.000" if world.has("extras") else "40.000")
    if world.has("padding") and world.kind != "class":
        assert first.blocked_start == first.starts_at - dt.timedelta(minutes=BEFORE)
        assert first.blocked_end == first.ends_at + dt.timedelta(minutes=AFTER)
    if world.has("resource") and world.kind != "class":
        assert {each.allocations.count() for each in Appointment.objects.filter(seats_taken__gt=0)} == {1}


def approve(world: World, bookings: list[Booking]) -> None:
    for visit in {each.visit_id for each in bookings}:
        answer = world.owner.post(f"visits/{visit}/confirm/")
        assert answer.status_code == 200, answer.content
    assert set(Booking.objects.values_list("status", flat=True)) == {"confirmed"}


def fill(world: World, at: dt.datetime | None = None) -> None:
    """Until nobody else fits at that time: two people, or a group of four with each, and one who is too late."""
    for number in range(9):
        answer, _ = world.book(f"guest{number}.{at and at.hour}", at)
        if answer.status_code == 409:
            return
        assert answer.status_code == 201, answer.content


def assert_nobody_else_fits(world: World) -> None:
    """As many as there are people, rooms and seats for, and then no more."""
    fill(world)
    answer, made = world.book("zoe")
    problem = refused(answer, 409, "slot_unavailable")
    assert problem["causes"]
    assert made == []
    assert (overlaps(), wrong_seats()) == (0, 0)


def assert_moved(world: World, told: dict[str, Any], bookings: list[Booking]) -> None:
    answer = world.step(told, "reschedule", start=world.later.isoformat())
    assert answer.status_code == 200, answer.content
    for booking, was in zip(Booking.objects.in_bulk([each.pk for each in bookings]).values(), bookings, strict=True):
        assert booking.times_moved == was.times_moved + 1
    found = Booking.objects.filter(pk__in=[each.pk for each in bookings]).order_by("appointment__starts_at")
    assert found[0].appointment.starts_at == world.later.astimezone(dt.UTC)
    assert {each.status for each in found} == {"confirmed"}


def assert_freed(world: World, told: dict[str, Any], bookings: list[Booking]) -> None:
    answer = world.step(told, "cancel")
    assert answer.status_code == 200, answer.content
    gone = Booking.objects.filter(pk__in=[each.pk for each in bookings])
    assert {each.status for each in gone} == {"cancelled"}
    left = ResourceAllocation.objects.filter(appointment__seats_taken=0, appointment__published=False)
    assert not left.exists()


def assert_waited_for(world: World, told: dict[str, Any], bookings: list[Booking]) -> None:
    """Who waits gets what is cancelled. What repeats, or has several services, is not waited for, and says so."""
    body = world.body("wes", world.later if world.kind == "class" and world.has("reschedule") else None)
    if world.kind in {"visit", "series"}:
        problem = world.api.post("waitlist/", body).json()
        assert problem["status"] == 400
        assert "/items" in {each["pointer"] for each in problem["errors"]}
        return
    fill(world)
    fill(world, world.later)
    if world.kind != "class":
        body["date"] = body.pop("start")[:10]
    joined = world.api.post("waitlist/", body)
    assert joined.status_code == 201, joined.content
    assert_freed(world, told, bookings)
    deliver_outbox()
    path = f"waitlist/{joined.json()['id']}/accept/?token={joined.json()['token']}"
    accepted = world.api.post(path)
    assert accepted.status_code == 200, accepted.content
    assert accepted.json()["offer"]["status"] == ("pending" if world.has("approval") else "confirmed")


def test_what_makes_no_sense_is_refused_with_a_sentence(world_of: Any) -> None:
    world: World = world_of("class", frozenset())
    service, (ada, ben) = world.services[0], world.staff
    longer, far = ExtraFactory(duration_minutes=20), LocationFactory()
    longer.services.set([service])
    body = world.body("ada")
    cut = ServiceFactory(staff=[ada])
    both = {name: body[name] for name in ("customer", "consents")} | {
        "items": [{"service": str(cut.pk)}, {"service": str(service.pk)}],
        "start": world.start.isoformat(),
    }
    for door, asked, pointer, code in (
        ("bookings/", body | {"staff": str(ben.pk)}, "/staff", "session_staff"),
        ("bookings/", body | {"location": str(far.pk)}, "/location", "session_location"),
        ("bookings/", body | {"extras": [str(longer.pk)]}, "/extras/0", "session_length"),
        ("visits/", both, "/items/1/service", "class_apart"),
        ("series/", both | {"rule": {"frequency": "weekly", "count": 2}}, "/items/1/service", "class_apart"),
        ("waitlist/", both, "/items", "unknown"),
    ):
        problem = world.api.post(door, asked).json()
        assert problem["status"] == 400, problem
        told = {(each["pointer"], each["code"]): each["detail"] for each in problem["errors"]}
        assert told[(pointer, code)].endswith(".")
    assert Booking.objects.count() == 0
