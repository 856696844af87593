"""Promise 1 at full size: 64 HTTP clients want the same 200 slots, of mixed lengths, from a real server.

The control, with neither lock nor constraint, is in `tests/bookings/test_races.py`: it books twice.
"""

import datetime as dt
import threading
import time
from collections import Counter
from contextlib import closing

import pytest

from bookme.bookings.models import Appointment, Booking
from tests.at_once import all_at_once
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import body_for
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.proof.wire import ALL_DAY, Line, Server

CLIENTS, SLOTS, SLOTS_A_DAY = 64, 200, 8
P99_SECONDS = 2.0


@pytest.mark.proof
def test_one_winner_per_slot(server: Server, first_day: dt.datetime, part: float) -> None:
    LocationFactory()
    services = [ServiceFactory(duration_minutes=minutes) for minutes in (60, 30, 45)]
    person = StaffFactory(hours=ALL_DAY, does=services)
    slots = max(int(SLOTS * part), 4)
    starts = [
        first_day + dt.timedelta(days=number // SLOTS_A_DAY, hours=9 + number % SLOTS_A_DAY) for number in range(slots)
    ]
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    together = threading.Barrier(CLIENTS)

    def client(number: int) -> None:
        with closing(server.wire(number)) as wire:
            line = Line(wire)
            for index, start in enumerate(starts):
                body = body_for(services[(number + index) % 3], start, staff=str(person.pk))
                body["customer"] = {"name": "Ada", "email": f"ada{number}-{index}@mail.example"}
                together.wait(120)
                began = time.perf_counter()
                status = line("POST", "bookings/", body).status
                seconds.append(time.perf_counter() - began)
                statuses[status] += 1

    all_at_once(CLIENTS, client)
    p99 = sorted(seconds)[int(len(seconds) * 0.99)]
    print(f"{CLIENTS} clients x {slots} slots: {dict(statuses)}, p99 {p99:.2f} s")  # noqa: T201 - the figure of the proof
    assert statuses == {201: slots, 409: slots * (CLIENTS - 1)}
    assert Booking.objects.count() == len(set(Appointment.objects.values_list("starts_at", flat=True))) == slots
    assert (overlaps(), wrong_seats()) == (0, 0)
    assert p99 <= P99_SECONDS
