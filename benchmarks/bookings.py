"""What a booking costs: customer, policy, event, outbox and all, beside a DRF view with one query and the bare SQL."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import door
from benchmarks.meter import Table, costs_of
from benchmarks.salon import FIRST, NOW, Salon, open_salon
from bookme.bookings.locks import lock_key
from bookme.core.ids import uuid7


def measure(rounds: int) -> None:
    """A guest's booking with any of ten people."""
    table = Table(
        "A guest's booking: CPU in ms, of this process and of the database's",
        "people", "view with one query", "bare SQL", "booking", "of it database", "× view", "in a row", "× bare SQL",
        "statements",
    )  # fmt: skip
    with time_machine.travel(NOW, tick=True):
        for people in (10, 100):
            salon = open_salon(people)
            openings = _openings(salon)
            book, bare = _booking(salon, openings), _bare(salon)
            book()
            with CaptureQueriesContext(connection) as captured:
                book()
            statements = len(captured)  # at once: the next request forgets them
            (view, floor, booking), (view_row, _, booking_row) = costs_of(
                lambda: door.get("/floor/query/"), bare, book, rounds=rounds
            )
            table.row(
                people, view.total, floor.total, booking.total, booking.database, booking.total / view.total,
                booking_row.total / view_row.total, booking.total / floor.total, statements,
            )  # fmt: skip


def _openings(salon: Salon) -> Iterator[str]:
    query = urlencode({"service": salon.service.pk, "from": FIRST.isoformat(), "to": "2027-05-29"})
    for day in json.loads(door.get("/api/v1/bookings/available-slots/", query))["days"]:
        for slot in day["slots"][::4]:
            yield slot["start"]


def _booking(salon: Salon, openings: Iterator[str]) -> Callable[[], Any]:
    numbers = iter(range(10_000))

    def book() -> Any:
        number = next(numbers)
        body = {
            "service": str(salon.service.pk),
            "start": next(openings),
            "staff": "any",
            "customer": {"name": "Guest", "email": f"guest{number}@example.com", "phone": f"+4477009{number:05}"},
            "consents": {"terms": True, "privacy": True},
        }
        return door.post("/api/v1/bookings/", body, REMOTE_ADDR=f"10.0.{number // 250}.{number % 250 + 1}")

    return book


def _bare(salon: Salon) -> Callable[[], Any]:
    """The same rows by psycopg alone: a lock, a look, a customer, a visit, an appointment, a booking, a fact."""
    numbers = iter(range(10_000))
    person, place = _a_person()

    def book() -> None:
        number = next(numbers)
        ids = [uuid7() for _ in range(6)]
        when = f"2030-01-01T00:00Z'::timestamptz + interval '{number} hours"
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(person)])
            cursor.execute(
                f"SELECT 1 FROM bookings_appointment WHERE staff_id = %s AND blocked_start < '{when}'"
                f" AND blocked_end > '{when}' AND (published OR seats_taken > 0)",
                [person],
            )
            for statement, values in _rows(ids, salon, person, place, when, number):
                cursor.execute(statement, values)
            cursor.execute("COMMIT")

    return book


def _a_person() -> tuple[Any, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT staff.id, place.id FROM staff_staff staff, locations_location place LIMIT 1")
        row: tuple[Any, Any] = cursor.fetchone()
    return row


def _rows(
    ids: list[Any], salon: Salon, person: Any, place: Any, when: str, number: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """INSERTs of every column that has no default, with the least that it takes."""
    customer, visit, appointment, booking, event, _ = ids
    times = {
        "starts_at": when,
        "blocked_start": when,
        "ends_at": f"{when} 30 minutes",
        "blocked_end": f"{when} 30 minutes",
    }
    yield _insert("customers_customer", id=customer, name="Guest", email=f"bare{number}@example.com")
    yield _insert("bookings_visit", id=visit, customer_id=customer, reference=f"B{number:07}", contact_name="Guest")
    yield _insert(
        "bookings_appointment", raw=times, id=appointment, service_id=salon.service.pk, staff_id=person,
        location_id=place, capacity=1, seats_taken=1,
    )  # fmt: skip
    yield _insert(
        "bookings_booking", id=booking, visit_id=visit, appointment_id=appointment, status="confirmed", price=0,
        currency="GBP",
    )  # fmt: skip
    yield _insert("eventlog_event", id=event, name="booking.confirmed", subject_id=booking)


def _insert(table: str, raw: dict[str, str] | None = None, **values: Any) -> tuple[str, dict[str, Any]]:
    """With what the table wants beside `values` filled by the emptiest value of its type."""
    given = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in values.items()}
    filled = {
        name: default for name, default in _columns(table).items() if name not in given and name not in (raw or {})
    }
    names = [*given, *(raw or {}), *filled]
    slots = [*(f"%({name})s" for name in given), *(f"'{text}'" for text in (raw or {}).values()), *filled.values()]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(slots)})", given


_KNOWN: dict[str, dict[str, str]] = {}
_EMPTY = {
    "text": "''", "character varying": "''", "boolean": "false", "jsonb": "'{}'", "timestamp with time zone": "now()",
    "integer": "1", "smallint": "1", "numeric": "0",
}  # fmt: skip


def _columns(table: str) -> dict[str, str]:
    if table not in _KNOWN:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
                " AND table_schema = current_schema() AND is_nullable = 'NO'",
                [table],
            )
            _KNOWN[table] = {name: _EMPTY.get(kind, "NULL") for name, kind in cursor.fetchall()}
    return _KNOWN[table]
