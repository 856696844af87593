"""Promise 3 at full size: 100 classes of 10, 64 clients with parties of one to four, on a real server.

The control, which reads the seats and then writes them, is in `tests/bookings/test_races.py`: it oversells.
"""

import datetime as dt
from collections import Counter, defaultdict
from contextlib import closing
from random import Random

import pytest

from bookme.bookings.models import Appointment
from tests.at_once import all_at_once
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import session_body
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.proof.wire import Line, Server

CLIENTS, CLASSES, SEATS = 64, 100, 10


@pytest.mark.proof
def test_seats_are_never_oversold(server: Server, first_day: dt.datetime, part: float) -> None:
    service, place, teacher = ServiceFactory(of_class=True, capacity=SEATS), LocationFactory(), StaffFactory()
    classes = [
        SessionFactory(
            service=service,
            location=place,
            staff=teacher,
            starts_at=first_day + dt.timedelta(days=number // 20, hours=number % 20),
        )
        for number in range(max(int(CLASSES * part), 4))
    ]
    statuses: Counter[int] = Counter()
    refused: dict[str, list[int]] = defaultdict(list)

    def client(number: int) -> None:
        dice = Random(number)
        with closing(server.wire(number)) as wire:
            line = Line(wire)
            for session in dice.sample(classes, len(classes)):
                body = session_body(session, party_size=dice.randint(1, 4))
                body["customer"] = {"name": "Ada", "email": f"ada{number}-{session.pk.hex}@mail.example"}
                status = line("POST", "bookings/", body).status
                statuses[status] += 1
                if status == 409:
                    refused[str(session.pk)].append(body["party_size"])

    all_at_once(CLIENTS, client)
    taken = dict(Appointment.objects.values_list("pk", "seats_taken"))
    print(f"{CLIENTS} clients x {len(classes)} classes: {dict(statuses)}, {sum(taken.values())} seats taken")  # noqa: T201
    assert set(statuses) == {201, 409}
    assert max(taken.values()) <= SEATS
    assert wrong_seats() == 0
    for session in classes:
        left = SEATS - taken[session.pk]
        assert all(size > left for size in refused[str(session.pk)]), "a party was refused that fits at the end"
    with closing(server.wire(100)) as wire:
        fill_up(Line(wire), classes, taken)


def fill_up(line: Line, classes: list[Appointment], taken: dict[object, int]) -> None:
    """What is left is booked to the last seat, and then there is none."""
    for number, session in enumerate(classes):
        customer = {"name": "Ada", "email": f"last{number}@mail.example"}
        left = SEATS - taken[session.pk]
        if left:
            body = session_body(session, party_size=left, customer=customer)
            assert line("POST", "bookings/", body).status == 201
        assert line("POST", "bookings/", session_body(session, party_size=1, customer=customer)).status == 409
    assert wrong_seats() == 0
