"""The scenario: a salon of so many people, 60 % booked for 90 days over a clock change, made from a seed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
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
HALVES = ((540, 780), (840, 1080))  # of a working day, around the break
SHUT = (30, 50, 70)
CHANCE = {15: 0.845, 5: 0.815}  # that an appointment is kept, by grid: 60 % of the time that is worked is then booked


@dataclass(frozen=True)
class Salon:
    """`service` takes 30 minutes, and everybody does it. `busy` is the booked part of the time that is worked."""

    people: int
    service: Service
    appointments: int
    busy: float


def open_salon(people: int, *, interval: int = 15, first: dt.date = FIRST) -> Salon:
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
    calendar = _Calendar(first, interval, services, place)
    for day in SHUT:
        Closure.objects.create(name="Shut", starts_at=calendar.at(day, 0), ends_at=calendar.at(day + 1, 0))
    rows = [row for number in range(people) for row in calendar.of_person(number)]
    Appointment.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    booked = sum((row.ends_at - row.starts_at) // MINUTE for row in rows)
    half_hour = next(each for each in services if each.duration_minutes == 30)
    return Salon(people, half_hour, len(rows), booked / calendar.worked_minutes)


@dataclass
class _Calendar:
    first: dt.date
    interval: int
    services: list[Service]
    place: Location
    worked_minutes: int = 0

    def at(self, day: int, minute: int) -> dt.datetime:
        midnight = dt.datetime.combine(self.first + dt.timedelta(days=day), dt.time.min)
        return (midnight + dt.timedelta(minutes=minute)).replace(tzinfo=ZONE).astimezone(dt.UTC)

    def of_person(self, number: int) -> Iterator[Appointment]:
        """Someone who works from Monday to Saturday, has six mornings off, and does every service."""
        chance = Random(number)
        person = Staff.objects.create(name=f"Person {number}", slug=f"person-{number}", position=number)
        StaffService.objects.bulk_create(StaffService(staff=person, service=service) for service in self.services)
        WorkingHours.objects.bulk_create(
            WorkingHours(staff=person, weekday=weekday, start=540, end=1080, breaks=[[780, 840]])
            for weekday in range(6)
        )
        mornings_off = chance.sample(range(DAYS), 6)
        TimeOff.objects.bulk_create(
            TimeOff(staff=person, starts_at=self.at(day, 0), ends_at=self.at(day, 780)) for day in mornings_off
        )
        for day in range(DAYS):
            if day in SHUT or (self.first + dt.timedelta(days=day)).weekday() == 6:
                continue
            for half in HALVES[1:] if day in mornings_off else HALVES:
                self.worked_minutes += half[1] - half[0]
                for service, start in self._half_day(chance, *half):
                    yield self._appointment(person, service, self.at(day, start))

    def _half_day(self, chance: Random, at: int, end: int) -> Iterator[tuple[Service, int]]:
        """Services and the minutes at which they begin, one after another on the grid, some left out."""
        while True:
            service = chance.choice(self.services)
            length = service.duration_minutes + service.padding_after_minutes
            if at + length > end:
                return
            if chance.random() < CHANCE[self.interval]:
                yield service, at
            at += -(-length // self.interval) * self.interval

    def _appointment(self, person: Staff, service: Service, begins: dt.datetime) -> Appointment:
        ends = begins + service.duration_minutes * MINUTE
        return Appointment(
            service=service,
            staff=person,
            location=self.place,
            starts_at=begins,
            ends_at=ends,
            blocked_start=begins,
            blocked_end=ends + service.padding_after_minutes * MINUTE,
            seats_taken=1,
        )
