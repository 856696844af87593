"""Promise 9 at full size: 2,000 keys, each sent one to five times, half of them cut in mid-answer, to a real server.

The control, without a key, is in `tests/bookings/test_idempotency.py`: asked for twice, it is done twice.
"""

import datetime as dt
import json
import socket
import struct
from collections import Counter, defaultdict
from contextlib import closing
from random import Random
from typing import Any

import pytest

from bookme.bookings.models import Booking, Visit
from bookme.dev.processes import wait_until
from bookme.eventlog.models import Event, IdempotencyKey
from tests.at_once import all_at_once
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import body_for
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.proof.wire import ALL_DAY, HOST, Line, Server

CLIENTS, KEYS, PEOPLE = 16, 2_000, 10
RESET = struct.pack("ii", 1, 0)  # close with a reset, as a cable that is pulled


def cut(server: Server, number: int, body: Any, key: str, after: int) -> None:
    """Send the whole request and go away after so many bytes of the answer."""
    data = json.dumps(body).encode()
    head = f"POST /api/v1/bookings/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    head += f"Idempotency-Key: {key}\r\nContent-Length: {len(data)}\r\n\r\n"
    address = (f"127.0.0.{number + 1}", 0)
    with socket.create_connection(("127.0.0.1", server.port), 30, address) as wire:
        wire.sendall(head.encode() + data)
        if after:
            wire.recv(after)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@pytest.mark.proof
def test_a_retry_is_safe(server: Server, first_day: dt.datetime, part: float) -> None:
    LocationFactory()
    service = ServiceFactory()
    people = [StaffFactory(hours=ALL_DAY, does=[service]) for _ in range(PEOPLE)]
    count = max(int(KEYS * part), 20)
    bodies = []
    for number in range(count):
        hours = number // PEOPLE
        start = first_day + dt.timedelta(days=hours // 20, hours=hours % 20)
        body = body_for(service, start, staff=str(people[number % PEOPLE].pk))
        bodies.append(body | {"customer": {"name": "Ada", "email": f"ada{number}@mail.example"}})
    tries = [number for number in range(count) for _ in range(Random(number).randint(1, 5))]
    Random(9).shuffle(tries)
    told: Counter[str] = Counter()
    answers: dict[int, set[str]] = defaultdict(set)

    def client(number: int) -> None:
        dice = Random(number)
        for which in tries[number::CLIENTS]:
            if dice.random() < 0.5:
                cut(server, number, bodies[which], f"key-{which}", dice.choice([0, 1, 40]))
                told["cut"] += 1
                continue
            with closing(server.wire(number)) as wire:
                answer = Line(wire)("POST", "bookings/", bodies[which], **{"Idempotency-Key": f"key-{which}"})
            told[str(answer.status)] += 1
            if answer.status == 201:
                answers[which].add(answer.body["id"])
            else:
                assert (answer.status, answer.body["code"]) == (409, "in_progress")

    all_at_once(CLIENTS, client)
    wait_until(lambda: Booking.objects.count() == count, seconds=30)
    again = ask_again(server, bodies, answers)
    print(f"{count} keys, {len(tries)} tries: {dict(told)}; {Booking.objects.count()} bookings; {dict(again)}")  # noqa: T201
    assert all(len(ids) == 1 for ids in answers.values())
    assert Booking.objects.count() == Visit.objects.count() == IdempotencyKey.objects.count() == count
    assert Event.objects.filter(name="booking.confirmed").count() == count
    assert again == {"same": count, "other body 422": count}
    assert (overlaps(), wrong_seats()) == (0, 0)


def ask_again(server: Server, bodies: list[Any], answers: dict[int, set[str]]) -> Counter[str]:
    """Each key once more, with its own body and with another one."""
    again: Counter[str] = Counter()

    def client(number: int) -> None:
        with closing(server.wire(number)) as wire:
            line = Line(wire)
            for which in range(number, len(bodies), CLIENTS):
                key = {"Idempotency-Key": f"key-{which}"}
                answer = line("POST", "bookings/", bodies[which], **key)
                assert answer.status == 201, answer
                answers[which].add(answer.body["id"])
                again["same"] += 1
                other = line("POST", "bookings/", bodies[which] | {"notes": "another"}, **key)
                assert (other.status, other.body["code"]) == (422, "idempotency_mismatch")
                again["other body 422"] += 1

    all_at_once(CLIENTS, client)
    return again
