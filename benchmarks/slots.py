"""What a month of slots costs: `.venv/bin/python benchmarks/slots.py [rounds]`.

A salon like the one of the measurements: one zone with a clock change ahead, working from 9 to 18 with a break, about
60 % booked for 90 days. Prints the CPU time of this process (the database's is not in it), queries, and the ratio to a
floor: the same minutes read by one raw statement, turned into masks, and the answer written as JSON.
"""

import datetime as dt
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import django
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.dev import servers

FIRST = dt.date(2027, 3, 1)
NOW = dt.datetime(2027, 2, 28, 8, tzinfo=dt.UTC)
CONFIG = {"timezone": "Europe/London", "currency": "GBP", "languages": ["en"]}


def main(rounds: int) -> None:
    with servers.up("test") as running:
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = running.database_url, running.redis_url
        os.environ["DJANGO_SETTINGS_MODULE"] = "bookme.config.settings.test"
        django.setup()
        connection.settings_dict["TEST"]["NAME"] = "bench_slots"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            measure(rounds)
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure(rounds: int) -> None:
    from bookme.tenants.context import tenant_scope
    from bookme.tenants.models import Tenant
    from bookme.tenants.provisioning import create_tenant

    made = create_tenant(slug="bench", name="Bench", kind="salon", config=CONFIG, domains=["bench.localhost"])
    for people in (1, 10):
        with tenant_scope(Tenant.objects.select_related("tenantconfig").get(pk=made.pk)):
            service, bookings = salon(people)
            for days in (1, 30):
                report(people, days, rounds, service, bookings)


def salon(people: int) -> tuple[Any, int]:
    """A service that so many people do, and how many appointments they have. Removes the salon before."""
    from bookme.bookings.models import Appointment
    from bookme.locations.models import Location
    from bookme.services.models import Service
    from bookme.staff.models import Staff, StaffService, WorkingHours

    for model in (Appointment, Staff, Service, Location):
        model.objects.all().delete()
    place = Location.objects.create(name="Soho", slug="soho")
    service = Service.objects.create(name="Trim", slug="trim", duration_minutes=30)
    for number in range(people):
        staff = Staff.objects.create(name=f"P{number}", slug=f"p{number}", position=number)
        StaffService.objects.create(staff=staff, service=service)
        for weekday in range(6):
            WorkingHours.objects.create(staff=staff, weekday=weekday, start=540, end=1080, breaks=[[780, 840]])
        rows = [
            Appointment(
                staff=staff, service=service, location=place, seats_taken=1,
                starts_at=start, ends_at=end, blocked_start=start, blocked_end=end + dt.timedelta(minutes=5),
            )
            for start, end in times(random.Random(number))
        ]  # fmt: skip
        Appointment.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return service, Appointment.objects.count()


def times(chance: random.Random) -> list[tuple[dt.datetime, dt.datetime]]:
    found = []
    for day in range(90):
        minute = 540
        while minute < 1020:
            length = chance.choice((30, 45, 60, 90))
            start = dt.datetime.combine(FIRST, dt.time.min, dt.UTC) + dt.timedelta(days=day, minutes=minute)
            if chance.random() < 0.75:
                found.append((start, start + dt.timedelta(minutes=length)))
            minute += length + 5
    return found


def report(people: int, days: int, rounds: int, service: Any, bookings: int) -> None:
    from bookme.bookings.availability import offered
    from bookme.bookings.selectors.slots import available_slots, load_snapshot
    from bookme.tenants.config import Policy

    last = FIRST + dt.timedelta(days=days - 1)
    asked: dict[str, Any] = {"service": service, "first": FIRST, "last": last, "now": NOW}
    with CaptureQueriesContext(connection) as queries:
        answer = available_slots(**asked)
    snapshot = load_snapshot(**asked, policy=Policy())
    whole = best(lambda: json.dumps(available_slots(**asked)), rounds)
    floor = best(lambda: floor_of(last, answer), rounds)
    parts = {
        "load": best(lambda: load_snapshot(**asked, policy=Policy()), rounds),
        "engine": best(lambda: offered(snapshot), rounds),
    }
    slots = sum(len(day["slots"]) for day in answer["days"])
    print(
        f"{people:>3} people, {days:>2} days, {bookings} bookings: {whole:6.2f} ms CPU, {len(queries)} queries, "
        f"{slots} slots; floor {floor:5.2f} ms, ratio {whole / floor:.1f}; "
        + ", ".join(f"{name} {value:.2f} ms" for name, value in parts.items())
    )


def floor_of(last: dt.date, answer: dict[str, Any]) -> str:
    from bookme.bookings.availability.masks import fitting, ones, union

    base, days = int(NOW.timestamp()) // 86400 * 1440, (last - FIRST).days + 3
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT staff_id, array_agg((date_part('epoch', blocked_start) / 60)::int),"
            " array_agg((date_part('epoch', blocked_end) / 60)::int) FROM bookings_appointment"
            " WHERE seats_taken > 0 AND blocked_start >= %s AND blocked_start < %s GROUP BY staff_id",
            [FIRST, last + dt.timedelta(days=1)],
        )
        rows = cursor.fetchall()
    for _, starts, ends in rows:
        fitting(ones(days * 1440) & ~union(zip(starts, ends, strict=True), base=base, days=days), 30)
    return json.dumps(answer)


def best(action: Callable[[], object], rounds: int) -> float:
    """The least CPU time of the rounds, in milliseconds: what it costs when nothing else is in the way."""
    taken = []
    for _ in range(rounds):
        before = time.process_time()
        action()
        taken.append(time.process_time() - before)
    return min(taken) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
