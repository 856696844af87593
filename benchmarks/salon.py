"""The scenario: a salon of so many people, about 60 % booked for 90 days over a clock change, made from a seed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from django.db import connection

from bookme.bookings.models import Appointment
from bookme.core.time import MINUTE, zone
from bookme.locations.models import Closure, Location
from bookme.services.models import Service
from bookme.staff.models import Staff, StaffService, TimeOff, WorkingHours

FIRST = dt.date(2027, 3, 1)  # the clock goes forward on the 28th
DAYS = 90
NOW = dt.datetime(2027, 2, 28, 8, tzinfo=dt.UTC)
ZONE = zone("Europe/London")
CONFIG = {
    "timezone": "Europe/London",
    "currency": "GBP",
    "languages": ["en"],
    "policies": {"slot_interval_minutes": 15, "min_notice_minutes": 120, "max_days_ahead": 120},
}
LENGTHS = (15, 20, 30, 30, 45, 45, 60, 60, 75, 90, 105, 120)
BUSY = 0.6


@dataclass(frozen=True)
class Salon:
    """`service` takes 30 minutes, and everybody does it."""

    people: int
    service: Service
    appointments: int


def open_salon(people: int, *, interval: int = 15) -> Salon:
    """In the current business, in place of what was there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE locations_location, locations_closure, services_service, staff_staff, customers_customer CASCADE"
        )
    place = Location.objects.create(name="Soho", slug="soho")
    services = Service.objects.bulk_create(
        Service(
            name=f"Service {number}",
            slug=f"service-{number}",
            duration_minutes=length,
            padding_after_minutes=(0, 5, 10, 15)[number % 4],
            policy={"slot_interval_minutes": interval},
            position=number,
        )
        for number, length in enumerate(LENGTHS)
    )
    for day in (30, 50, 70):
        Closure.objects.create(name="Shut", starts_at=_at(day, 0), ends_at=_at(day + 1, 0))
    rows = [row for number in range(people) for row in _person(number, services, place)]
    Appointment.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Salon(people, next(each for each in services if each.duration_minutes == 30), len(rows))


def _person(number: int, services: list[Service], place: Location) -> Iterator[Appointment]:
    chance = Random(number)
    person = Staff.objects.create(name=f"Person {number}", slug=f"person-{number}", position=number)
    StaffService.objects.bulk_create(StaffService(staff=person, service=service) for service in services)
    WorkingHours.objects.bulk_create(
        WorkingHours(staff=person, weekday=weekday, start=540, end=1080, breaks=[[780, 840]]) for weekday in range(6)
    )
    TimeOff.objects.bulk_create(
        TimeOff(staff=person, starts_at=_at(day, 0), ends_at=_at(day, 780)) for day in chance.sample(range(DAYS), 6)
    )
    for day in range(DAYS):
        for service, start in _day(chance, services):
            begins = _at(day, start)
            ends = begins + service.duration_minutes * MINUTE
            yield Appointment(
                service=service,
                staff=person,
                location=place,
                starts_at=begins,
                ends_at=ends,
                blocked_start=begins,
                blocked_end=ends + service.padding_after_minutes * MINUTE,
                seats_taken=1,
            )


def _day(chance: Random, services: list[Service]) -> Iterator[tuple[Service, int]]:
    """Services by the minute at which they begin, one after another before and after the break, some left out."""
    for minute, end in ((540, 780), (840, 1080)):
        at = minute
        for service in (chance.choice(services) for _ in islice(iter(int, 1), 40)):
            length = service.duration_minutes + service.padding_after_minutes
            if at + length > end:
                break
            if chance.random() < BUSY * 1.13:  # some of the end of each half day is never filled
                yield service, at
            at += -(-length // 5) * 5


def _at(day: int, minute: int) -> dt.datetime:
    midnight = dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time.min)
    return (midnight + dt.timedelta(minutes=minute)).replace(tzinfo=ZONE).astimezone(dt.UTC)
