"""Shops at random, half booked, and what they offer tried one by one in a copy that is thrown away."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from bookme.bookings.actions import create_visit
from bookme.bookings.actions.request import BookingRequest, Item
from bookme.bookings.selectors.offer import asked_visit
from bookme.bookings.selectors.slots import available_slots, available_visit_slots
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import GUEST
from bookme.core.time import DAY_NAMES
from bookme.customers.actions import Contact
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.staff.models import StaffService
from tests.bookings.desk import CONSENTS
from tests.factories.locations import ClosureFactory, LocationFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import ExternalBusyFactory, StaffFactory, StaffServiceFactory, TimeOffFactory

HORIZON = {"max_days_ahead": 366}
PAIRS = ((0, 1), (1, 0), (3, 0), (0, 2, 1))  # services of one visit, by where they are in the shop
Offer = tuple[dt.datetime, UUID, UUID | None]


@dataclass
class Made:
    """A shop: its services, of which all can be booked alone, and the days that are looked at."""

    services: list[Service]
    places: list[Location]
    first: dt.date
    last: dt.date
    now: dt.datetime


def at(day: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(0), dt.UTC) + dt.timedelta(minutes=minute)


def some_shop(dice: Random, *, first: dt.date, days: int, now: dt.datetime) -> Made:
    """Two places, perhaps in two zones, three people who may work at night, rooms, a closure, absences, busy calendars;
    services with padding, rooms, rules and lengths of their own, in groups and for two people; some of it booked."""
    zones = ["", dice.choice(["", "Europe/Berlin"])]
    places = [LocationFactory(position=number, timezone=zone) for number, zone in enumerate(zones)]
    OpeningHoursFactory(location=places[1], weekday=first.weekday(), start=60 * dice.randrange(8, 12), end=1080)
    for _ in range(dice.randint(1, 2)):
        ResourceFactory(location=places[0])
    ResourceFactory(location=places[1])
    begins = at(first, 60 * dice.randrange(9, 16))
    ClosureFactory(location=dice.choice(places), starts_at=begins, ends_at=begins + dt.timedelta(minutes=50))
    services = [
        ServiceFactory(duration_minutes=dice.choice([30, 60]), locations=places, policy=HORIZON),
        ServiceFactory(
            duration_minutes=45,
            padding_before_minutes=5,
            padding_after_minutes=dice.choice([0, 15]),
            locations=places,
            policy=HORIZON | {"slot_anchor": dice.choice(["clock", "opening"])},
        ),
        ServiceFactory(requires=["room"], locations=places, policy=HORIZON | {"slot_interval_minutes": 20}),
        ServiceFactory(group=True, duration_minutes=90, locations=places, policy=HORIZON),
        ServiceFactory(staff_needed=2, duration_minutes=30, locations=places, policy=HORIZON),
        ServiceFactory(
            bookable_hours=[{"day": DAY_NAMES[first.weekday()], "start": "10:00", "end": "14:00"}],
            locations=places,
            policy=HORIZON | {"max_per_day": dice.choice([None, 2])},
        ),
    ]
    for _ in range(3):
        _somebody(dice, services, first, days)
    made = Made(services, places, first, first + dt.timedelta(days=days - 1), now)
    _book_some(dice, made)
    return made


def _somebody(dice: Random, services: Sequence[Service], first: dt.date, days: int) -> None:
    """One of their days may go on through the night."""
    hours = [(weekday, 60 * dice.randrange(8, 11), 60 * dice.randrange(15, 19)) for weekday in range(7)]
    if dice.random() < 0.5:
        hours.append((first.weekday(), 1260, 1440 + 60 * dice.randrange(1, 5)))
    person = StaffFactory(hours=hours, does=services[1:])
    StaffServiceFactory(staff=person, service=services[0], duration_minutes=dice.choice([None, 40]))
    begins = at(first + dt.timedelta(days=dice.randrange(days)), 15 * dice.randrange(36, 64))
    absent = dice.choice([TimeOffFactory, ExternalBusyFactory])
    absent(staff=person, starts_at=begins, ends_at=begins + dt.timedelta(minutes=70))


def _book_some(dice: Random, made: Made) -> None:
    for service in made.services * 3:
        found = sorted(offered(made, service), key=str)
        if found:
            start, place, staff = dice.choice(found)
            with transaction.atomic():
                create_visit(request=_request([(service, staff)], start, place), actor=GUEST, now=made.now)


def offered(made: Made, service: Service) -> set[Offer]:
    """Each start with each place and each person who can take it, and with anybody."""
    told = available_slots(service=service, first=made.first, last=made.last, now=made.now)
    return {
        (dt.datetime.fromisoformat(slot["start"]), UUID(slot["location"]), staff)
        for day in told["days"]
        for slot in day["slots"]
        for staff in [*map(UUID, slot["staff"]), None]
    }


def not_offered(dice: Random, made: Made, service: Service, offers: set[Offer], count: int) -> Iterator[Offer]:
    """Starts between or beside those that are offered, of whoever does it and anybody."""
    doing = [*StaffService.objects.filter(service=service).values_list("staff", flat=True), None]
    places = [each.pk for each in made.places]
    minutes = range(0, 1440 * ((made.last - made.first).days + 1), 5)
    while count:
        offer = (at(made.first, dice.choice(minutes)), dice.choice(places), dice.choice(doing))
        if offer not in offers:
            count -= 1
            yield offer


def offered_visits(made: Made, services: Sequence[Service]) -> Iterator[tuple[dt.datetime, UUID, list[Any]]]:
    """Each start of these services one after another, with the place and who does what."""
    wish = asked_visit(
        service_ids=[each.pk for each in services],
        staff_ids=[],
        extra_ids=[],
        location_id=None,
        party_size=1,
        postcode="",
        start=made.now,
    )
    for day in available_visit_slots(wish=wish, first=made.first, last=made.last, now=made.now)["days"]:
        for slot in day["slots"]:
            leads = [UUID(each["staff"][0]) for each in slot["services"]]
            yield (
                dt.datetime.fromisoformat(slot["start"]),
                UUID(slot["location"]),
                list(zip(services, leads, strict=True)),
            )


def accepts(made: Made, items: Iterable[tuple[Service, UUID | None]], start: dt.datetime, place: UUID) -> bool:
    """Whether it can be booked, in a copy that is thrown away."""
    with transaction.atomic():
        try:
            create_visit(request=_request(items, start, place), actor=GUEST, now=made.now)
        except SlotUnavailable:
            accepted = False
        else:
            accepted = True
        transaction.set_rollback(True)
    return accepted


def _request(items: Iterable[tuple[Service, UUID | None]], start: dt.datetime, place: UUID) -> BookingRequest:
    return BookingRequest(
        items=tuple(Item(service_id=service.pk, staff_id=staff) for service, staff in items),
        start=start,
        location_id=place,
        contact=Contact(name="Ada", email=f"{uuid4().hex}@mail.example"),
        consents=CONSENTS,
    )
