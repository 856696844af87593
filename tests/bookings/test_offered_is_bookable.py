"""Promise 7 at the size of the daily suite: whatever is offered can be booked, and nothing else can."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from bookme.bookings.actions import create_visit
from bookme.bookings.models import Booking
from bookme.bookings.selectors.slots import available_slots
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import GUEST
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import NOW, monday, request_for
from tests.bookings.offers import PAIRS, not_offered, offered_visits, some_shop
from tests.bookings.offers import accepts as takes
from tests.bookings.offers import offered as offers_of
from tests.factories.bookings import AppointmentFactory, ResourceAllocationFactory
from tests.factories.locations import ClosureFactory, LocationFactory, OpeningHoursFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffServiceFactory, TimeOffFactory, WorkingHoursFactory

pytestmark = pytest.mark.no_cover

DAY = monday(0).date()


@pytest.fixture
def busy_shop(shop: Shop) -> Shop:
    """Two places, a room, padding, breaks, a closure, time off, and a morning half booked."""
    away = LocationFactory(position=9)
    OpeningHoursFactory(location=away, weekday=0, start=600, end=900)
    room = ResourceFactory(location=shop.place)
    ResourceFactory(location=away)
    ClosureFactory(starts_at=monday(15, 30), ends_at=monday(16), location=shop.place)
    TimeOffFactory(staff=shop.ben, starts_at=monday(9), ends_at=monday(9, 40))
    WorkingHoursFactory(staff=shop.ada, on_date=DAY, start=540, end=960, breaks=[[720, 750]])
    taken = AppointmentFactory(
        service=shop.service, staff=shop.ada, location=shop.place, starts_at=monday(11), seats_taken=1
    )
    ResourceAllocationFactory(appointment=taken, resource=room)
    return shop


def services_of(shop: Shop) -> list[Service]:
    plain = shop.service
    padded = ServiceFactory(staff=[shop.ada, shop.ben], duration_minutes=45, padding_before_minutes=5)
    padded.padding_after_minutes = 15
    padded.save()
    roomy = ServiceFactory(staff=[shop.ben], requires=["room"], policy={"slot_interval_minutes": 20})
    StaffServiceFactory(staff=shop.ada, service=roomy, duration_minutes=30)
    group = ServiceFactory(group=True, staff=[shop.ada], duration_minutes=90)
    AppointmentFactory(service=group, staff=shop.ada, location=shop.place, starts_at=monday(13), seats_taken=3)
    return [plain, padded, roomy, group]


def accepts(service: Service, start: dt.datetime, **more: Any) -> bool:
    """Whether it can be booked, in a copy of the day that is thrown away."""
    with transaction.atomic():
        try:
            create_visit(request=request_for(service, start, **more), actor=GUEST, now=NOW)
        except SlotUnavailable:
            accepted = False
        else:
            accepted = True
        transaction.set_rollback(True)
    return accepted


def test_promise_7(busy_shop: Shop, record_property: Any) -> None:
    dice, booked, tried = random.Random(7), 0, 0
    for service in services_of(busy_shop):
        slots = available_slots(service=service, first=DAY, last=DAY, now=NOW)["days"][0]["slots"]
        assert slots
        offered = set()
        for index, slot in enumerate(slots):
            start, place = dt.datetime.fromisoformat(slot["start"]), UUID(slot["location"])
            takers = [*map(UUID, slot["staff"]), None]
            offered |= {(start, place, staff) for staff in takers}
            for staff in takers if index % 2 else takers[:1]:
                assert accepts(service, start, location_id=place, staff_id=staff), (service, slot, staff)
                booked += 1
        places = sorted({place for _, place, _ in offered})
        every = [
            (monday(7) + dt.timedelta(minutes=minute), place, staff)
            for minute in range(0, 660, 5)
            for place in places
            for staff in (busy_shop.ada.pk, None)
        ]
        for start, place, staff in dice.sample([each for each in every if each not in offered], 15):
            assert not accepts(service, start, location_id=place, staff_id=staff), (service, start, place, staff)
            tried += 1
    record_property("offered_and_booked", booked)
    record_property("not_offered_and_refused", tried)
    assert booked > 100
    assert tried >= 50
    assert not Booking.objects.exists()


def test_promise_7_in_a_shop_at_random(clock: Any, salon: Tenant) -> None:
    dice = random.Random(3)
    made = some_shop(dice, first=dt.date(2030, 3, 30), days=1, now=NOW)
    for service in made.services:
        offers = offers_of(made, service)
        for start, place, staff in dice.sample(sorted(offers, key=str), min(8, len(offers))):
            assert takes(made, [(service, staff)], start, place), (service, start, place, staff)
        for start, place, staff in not_offered(dice, made, service, offers, 4):
            assert not takes(made, [(service, staff)], start, place), (service, start, place, staff)
    visits = [each for pair in PAIRS for each in offered_visits(made, [made.services[index] for index in pair])]
    assert visits
    for start, place, items in dice.sample(visits, min(8, len(visits))):
        assert takes(made, items, start, place), (start, place, items)


def test_promise_7_control(clock: Any, salon: Tenant) -> None:
    """What was offered before others booked is found out."""
    made = some_shop(random.Random(3), first=DAY, days=1, now=NOW)
    service = made.services[0]
    stale = offers_of(made, service)
    away = {staff for _, _, staff in stale if staff}
    for staff in away:
        TimeOffFactory(staff=Staff.objects.get(pk=staff), starts_at=monday(9), ends_at=monday(13))
    assert not all(takes(made, [(service, staff)], start, place) for start, place, staff in stale)
