"""Promises 1, 3 and 4 at the size of the daily suite. Each has its control: with the guard off, the harm is done."""

import datetime as dt
import random
import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from bookme.bookings import locks
from bookme.bookings.actions import seats
from bookme.bookings.models import Appointment, Booking
from bookme.core.ids import uuid7
from bookme.tenants.models import Tenant
from tests.at_once import all_at_once
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, deadlocks_seen, overlaps, wrong_seats
from tests.bookings.desk import body_for, monday, session_body
from tests.factories.bookings import SessionFactory
from tests.factories.locations import ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Api

CLIENTS, SLOTS = 16, 30


def race_for_slots(host: str, shop: Shop, *, slots: int, clients: int) -> tuple[Counter[int], list[float]]:
    """Every client wants every slot of Ada's, all of them the same one at the same time, with two lengths mixed."""
    short = ServiceFactory(staff=[shop.ada], duration_minutes=30)
    starts = [monday(9 + number % 8) + dt.timedelta(days=number // 8) for number in range(slots)]
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    together = threading.Barrier(clients)

    def work(api: Api, number: int) -> None:
        for index, start in enumerate(starts):
            body = body_for(short if (number + index) % 2 else shop.service, start, staff=str(shop.ada.pk))
            body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
            together.wait()
            began = time.perf_counter()
            answer = api.post("bookings/", body)
            seconds.append(time.perf_counter() - began)
            statuses[answer.status_code] += 1

    crowd(host, clients, work)
    return statuses, sorted(seconds)


def test_promise_1_one_winner_per_slot(open_business: Shop, record_property: Any) -> None:
    statuses, seconds = race_for_slots("salon.localhost", open_business, slots=SLOTS, clients=CLIENTS)
    record_property("statuses", dict(statuses))
    record_property("p99_seconds", round(seconds[int(len(seconds) * 0.99)], 3))
    assert set(statuses) == {201, 409}
    assert overlaps() == 0
    assert wrong_seats() == 0
    starts = Appointment.objects.values_list("starts_at", flat=True)
    assert len(set(starts)) == SLOTS, "no slot went to nobody"
    assert statuses[201] == Booking.objects.count() == SLOTS


def test_promise_1_control(unguarded: str) -> None:
    race_for_slots(unguarded, open_shop(), slots=6, clients=8)
    assert overlaps() > 0


def race_for_seats(host: str, session: Appointment, *, clients: int, tries: int) -> Counter[int]:
    statuses: Counter[int] = Counter()

    def work(api: Api, number: int) -> None:
        dice = random.Random(number)
        for index in range(tries):
            body = session_body(session, party_size=dice.randint(1, 4))
            body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
            statuses[api.post("bookings/", body).status_code] += 1

    crowd(host, clients, work)
    return statuses


def test_promise_3_seats_are_never_oversold(open_business: Shop) -> None:
    for week in range(4):
        session = SessionFactory(
            service=ServiceFactory(of_class=True, capacity=10), starts_at=monday(18) + dt.timedelta(weeks=week)
        )
        statuses = race_for_seats("salon.localhost", session, clients=8, tries=3)
        assert set(statuses) <= {201, 409}
        session.refresh_from_db()
        assert session.seats_taken <= 10
        while session.seats_taken < 10:
            body = session_body(session, party_size=1)
            body["customer"] = {"name": "Ada", "email": f"{uuid7()}@mail.example"}
            assert Api(host="salon.localhost").post("bookings/", body).status_code == 201
            session.refresh_from_db()
    assert wrong_seats() == 0


def test_promise_3_control(unguarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read, then write: what one atomic statement is there for."""

    def careless(*, appointment_id: Any, seats: int) -> bool:
        row = Appointment.objects.get(pk=appointment_id)
        if row.seats_taken + seats > row.capacity:
            return False
        time.sleep(0.01)
        Appointment.objects.filter(pk=appointment_id).update(seats_taken=row.seats_taken + seats)
        return True

    monkeypatch.setattr(seats, "take_seats", careless)
    session = SessionFactory(service=ServiceFactory(of_class=True, capacity=10), starts_at=monday(18))
    race_for_seats(unguarded, session, clients=8, tries=3)
    assert sum(Booking.objects.values_list("party_size", flat=True)) > 10


class Persistent:
    """Asks again when told 503, that the wait for a lock was too long: an honest answer of a machine under load."""

    def __init__(self, api: Api) -> None:
        self.api, self.statuses = api, Counter[int]()

    def post(self, path: str, body: Any) -> Any:
        for _ in range(10):
            answer = self.api.post(path, body)
            self.statuses[answer.status_code] += 1
            if answer.status_code != 503:
                return answer
        pytest.fail("503 ten times in a row")


def test_promise_4_people_and_rooms_in_opposite_orders(open_business: Shop) -> None:
    """Any of three people and any of two rooms, overlapping starts, bookings and moves all at once."""
    for _ in range(2):
        ResourceFactory(location=open_business.place)
        ResourceFactory(location=open_business.place, kind="laser")
    services = [ServiceFactory(requires=kinds) for kinds in (["room", "laser"], ["laser"], ["room"])]
    for _ in range(3):
        StaffFactory(hours=EVERY_DAY, does=services)
    statuses: Counter[int] = Counter()
    before = deadlocks_seen()

    def work(api: Api, number: int) -> None:
        dice, client = random.Random(number), Persistent(api)
        for index in range(10):
            start = monday(9 + dice.randint(0, 6), 15 * dice.randint(0, 3))
            body = body_for(dice.choice(services), start)
            body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
            answer = client.post("bookings/", body)
            if answer.status_code == 201:
                told, start = answer.json(), monday(9 + dice.randint(0, 6))
                path = f"bookings/{told['id']}/reschedule/?token={told['manage_token']}"
                client.post(path, {"start": start.isoformat(), "staff": "any"})
        statuses.update(client.statuses)

    crowd("salon.localhost", 8, work)
    assert set(statuses) - {503} == {200, 201, 409}, statuses
    assert deadlocks_seen() == before
    assert Booking.objects.count() == statuses[201], "what was answered 503 was not done"
    assert overlaps() == 0
    assert wrong_seats() == 0
    for appointment in Appointment.objects.prefetch_related("allocations__resource", "service__requirements"):
        held = sorted(each.resource.kind for each in appointment.allocations.all())
        needed = sorted(each.kind for each in appointment.service.requirements.all()) if appointment.seats_taken else []
        assert held == needed, "no half bookings"


def lock_in_opposite_orders(take: Any) -> int:
    """How many of two threads' attempts at the same two calendars ended in a deadlock."""
    keys, deadlocks = [uuid7(), uuid7()], []
    begin = threading.Barrier(2)

    def one(number: int) -> None:
        mine = keys[::-1] if number else keys
        for _ in range(3):
            begin.wait()
            try:
                with transaction.atomic():
                    take(mine)
            except OperationalError as error:
                deadlocks.append(error)

    all_at_once(2, one)
    return len(deadlocks)


def test_one_sorted_lock_never_deadlocks(committed: Tenant) -> None:
    assert lock_in_opposite_orders(locks.lock) == 0


def test_one_sorted_lock_never_deadlocks_control(committed: Tenant) -> None:
    def one_after_another(ids: list[Any]) -> None:
        with connection.cursor() as cursor:
            for each in ids:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.lock_key(each)])
                time.sleep(0.02)

    before = deadlocks_seen()
    assert lock_in_opposite_orders(one_after_another) > 0
    assert deadlocks_seen() > before, "the database tells of them"
