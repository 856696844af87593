"""Two who act on what they both saw: the second is told to look again, and has no effect."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction

from bookme.bookings import actions
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.core.actor import SYSTEM
from bookme.core.errors import Conflict
from bookme.eventlog.models import Event
from tests.bookings.conftest import Shop
from tests.bookings.desk import NOW, monday
from tests.factories.bookings import BookingFactory

ACTS: dict[str, Callable[[Booking], object]] = {
    "arrive": lambda booking: actions.arrive_booking(booking=booking, actor=SYSTEM, now=NOW),
    "cancel": lambda booking: actions.cancel_booking(booking=booking, actor=SYSTEM, now=NOW),
    "move": lambda booking: actions.reschedule_booking(booking=booking, start=monday(12), actor=SYSTEM, now=NOW),
    "note": lambda booking: actions.update_booking(
        booking=booking, version=1, actor=SYSTEM, now=NOW, internal_notes="x"
    ),
}


@pytest.mark.parametrize("second", ACTS)
@pytest.mark.parametrize("first", ACTS)
def test_the_second_looks_again(shop: Shop, first: str, second: str) -> None:
    made = BookingFactory(
        appointment__service=shop.service, appointment__staff=shop.ada, appointment__location=shop.place
    )
    mine, theirs = booking_for(SYSTEM, made.pk), booking_for(SYSTEM, made.pk)
    with transaction.atomic():
        ACTS[first](mine)
    seats = dict(Booking.objects.values_list("appointment__starts_at", "appointment__seats_taken"))
    with pytest.raises(Conflict) as refused, transaction.atomic():
        ACTS[second](theirs)
    assert refused.value.code == "stale_version"
    assert Event.objects.count() == 1
    assert Booking.objects.get().version == 2
    assert dict(Booking.objects.values_list("appointment__starts_at", "appointment__seats_taken")) == seats


def test_an_unknown_booking_is_nobodys_to_expire(shop: Shop) -> None:
    with transaction.atomic():
        assert actions.expire_if_overdue(booking_id=shop.service.pk, now=NOW + dt.timedelta(days=99)) is False
