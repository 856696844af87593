"""Where a booking may move to is what is offered for it, also when it shares its appointment with others."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from bookme.bookings.actions import reschedule_booking
from bookme.bookings.availability import offered
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.bookings.selectors.openings import snapshots_between
from bookme.bookings.states import Status
from bookme.bookings.wishes import SlotUnavailable, Wish
from bookme.core.actor import SYSTEM
from bookme.core.time import instant_of
from bookme.locations.models import Resource
from tests.bookings.conftest import Shop
from tests.bookings.desk import NOW, monday, refused
from tests.factories.bookings import AppointmentFactory, BookingFactory, ResourceAllocationFactory
from tests.factories.locations import ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person

pytestmark = pytest.mark.no_cover

DAY = monday(0).date()
QUARTERS = [monday(8) + dt.timedelta(minutes=15 * step) for step in range(36)]
ALL_DAY = [start for start in QUARTERS if monday(9) <= start <= monday(16)]
BESIDE_THE_OTHERS = [start for start in ALL_DAY if start <= monday(12) or start == monday(13) or start >= monday(14)]


def two_in_a_group(shop: Shop, **others: Any) -> Booking:
    """Ada's group on Monday at one is full with two parties of two; returns the first."""
    service = ServiceFactory(group=True, staff=[shop.ada, shop.ben], requires=["room"])
    room: Resource = ResourceFactory(location=shop.place)
    appointment = AppointmentFactory(service=service, staff=shop.ada, location=shop.place, starts_at=monday(13))
    ResourceAllocationFactory(appointment=appointment, resource=room)
    mine, theirs = (BookingFactory(appointment=appointment, party_size=2, **more) for more in ({}, others))
    appointment.seats_taken = sum(each.party_size for each in (mine, theirs) if each.keeps_seats)
    appointment.save()
    return booking_for(SYSTEM, mine.pk)


def shown(booking: Booking, staff_id: UUID | None) -> list[dt.datetime]:
    wish = Wish.to_move(booking, start=NOW, staff_id=staff_id, location_id=booking.appointment.location_id)
    (found,) = snapshots_between(wish, DAY, DAY, now=NOW)
    return [instant_of(slot.start) for slot in offered(found)[DAY]]


def accepts(booking: Booking, start: dt.datetime, staff_id: UUID | None) -> bool:
    """Whether it can be moved there, in a copy of the day that is thrown away."""
    with transaction.atomic():
        own = booking_for(SYSTEM, booking.pk)
        try:
            reschedule_booking(
                booking=own, start=start, actor=SYSTEM, now=NOW, staff_id=staff_id, any_staff=staff_id is None
            )
        except SlotUnavailable:
            accepted = False
        else:
            accepted = True
        transaction.set_rollback(True)
    return accepted


@pytest.mark.parametrize(
    ("others", "expected"),
    [({}, BESIDE_THE_OTHERS), ({"status": Status.CANCELLED}, ALL_DAY), ({"status": Status.NO_SHOW}, BESIDE_THE_OTHERS)],
    ids=["others stay", "others went", "others did not come"],
)
def test_what_is_shown_is_what_is_accepted(shop: Shop, others: dict[str, Any], expected: list[dt.datetime]) -> None:
    booking = two_in_a_group(shop, **others)
    own, anybody = booking.appointment.staff_id, None
    assert shown(booking, own) == expected
    assert [start for start in QUARTERS if accepts(booking, start, own)] == expected
    halves = QUARTERS[::2]
    assert [start for start in halves if accepts(booking, start, anybody)] == [
        start for start in shown(booking, anybody) if start in halves
    ]


def test_the_alternatives_are_those_of_a_move(shop: Shop, owner: Person) -> None:
    booking = two_in_a_group(shop)
    answer = owner.api.post(f"bookings/{booking.pk}/reschedule/", {"start": monday(13, 15).isoformat()})
    problem = refused(answer, 409, "slot_unavailable")
    starts = [dt.datetime.fromisoformat(each["start"]) for each in problem["alternatives"]]
    assert starts[:3] == [monday(13), monday(14), monday(14, 15)]
    assert set(starts) <= set(BESIDE_THE_OTHERS)
    assert all(accepts(booking, start, shop.ada.pk) for start in starts), json.dumps(problem)


def test_who_moves_away_leaves_the_others_where_they_are(shop: Shop, owner: Person) -> None:
    booking = two_in_a_group(shop)
    answer = owner.api.post(f"bookings/{booking.pk}/reschedule/", {"start": monday(10).isoformat()})
    assert answer.status_code == 200, answer.content
    moved, stays = (
        Booking.objects.select_related("appointment").get(pk=each.pk) for each in Booking.objects.all()[::-1]
    )
    assert (moved.appointment.starts_at, moved.appointment.seats_taken) == (monday(10), 2)
    assert (stays.appointment.starts_at, stays.appointment.seats_taken) == (monday(13), 2)
