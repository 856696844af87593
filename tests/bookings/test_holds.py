"""What ends by itself: unpaid holds, and requests that nobody answered."""

import datetime as dt
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from bookme.bookings.actions import BookingRequest, Item, create_visit, expire_if_overdue
from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import GUEST
from bookme.eventlog.models import Event
from bookme.tenants.models import OutboxMessage
from tests.bookings.conftest import Shop
from tests.bookings.desk import CONSENTS, NOW, body_for, monday, request_for
from tests.factories.bookings import HoldFactory, ResourceAllocationFactory, SessionFactory
from tests.factories.locations import ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, Stranger

OVER = NOW - dt.timedelta(seconds=1)
STILL = NOW + dt.timedelta(seconds=1)


def held(shop: Shop, until: dt.datetime, **more: Any) -> Booking:
    given = {"appointment__staff": shop.ada, "appointment__location": shop.place, "appointment__service": shop.service}
    return HoldFactory(hold_expires_at=until, **given | more)


def test_a_hold_keeps_its_time_until_it_ends(shop: Shop, stranger: Stranger) -> None:
    held(shop, STILL)
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    assert answer.status_code == 409
    assert Booking.objects.get().status == "held"


def test_an_ended_hold_is_released_by_who_wants_its_time(shop: Shop, stranger: Stranger) -> None:
    hold = held(shop, OVER)
    Booking.objects.filter(pk=hold.pk).update(updated_at=OVER)
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    assert answer.status_code == 201, answer.content
    hold.refresh_from_db()
    assert hold.updated_at > OVER
    assert (hold.status, hold.version, hold.appointment.seats_taken) == ("expired", 2, 0)
    assert Event.objects.filter(name="booking.expired", subject_id=hold.pk, actor_kind="system").count() == 1


def test_so_is_the_room_that_it_kept(shop: Shop, stranger: Stranger) -> None:
    """With another person than the hold's, and any: the unit, too, is found again."""
    room = ResourceFactory(location=shop.place)
    treated = ServiceFactory(staff=[shop.ben], requires=["room"])
    hold = held(shop, OVER)
    ResourceAllocationFactory(appointment=hold.appointment, resource=room)
    answer = stranger.api.post("bookings/", body_for(treated, monday(10)))
    assert answer.status_code == 201, answer.content
    assert ResourceAllocation.objects.get().appointment_id != hold.appointment_id


def test_so_are_the_seats_of_a_session(shop: Shop) -> None:
    session = SessionFactory(staff=shop.ada, location=shop.place, seats_taken=8)
    hold = HoldFactory(appointment=session, hold_expires_at=OVER, party_size=2)
    request = request_for(shop.service, None)
    wanted = BookingRequest(
        contact=request.contact, items=(Item(session_id=session.pk),), party_size=2, consents=CONSENTS
    )
    with transaction.atomic():
        create_visit(request=wanted, actor=GUEST, now=NOW)
    hold.refresh_from_db()
    session.refresh_from_db()
    assert (hold.status, session.seats_taken) == ("expired", 8)


def test_and_a_move_into_its_time(shop: Shop, owner: Person, stranger: Stranger) -> None:
    told = stranger.api.post("bookings/", body_for(shop.service, monday(12), staff=str(shop.ada.pk))).json()
    hold = held(shop, OVER)
    answer = owner.api.post(f"bookings/{told['id']}/reschedule/", {"start": monday(10).isoformat()})
    assert answer.status_code == 200, answer.content
    hold.refresh_from_db()
    assert hold.status == "expired"


def test_a_refused_booking_releases_nothing(shop: Shop) -> None:
    hold = held(shop, OVER)
    with pytest.raises(SlotUnavailable), transaction.atomic():
        create_visit(request=request_for(shop.service, monday(18)), actor=GUEST, now=NOW)
    hold.refresh_from_db()
    assert (hold.status, Appointment.objects.get().seats_taken) == ("held", 1)


@pytest.mark.parametrize(
    ("status", "more", "expires"),
    [
        ("held", {"hold_expires_at": OVER}, True),
        ("held", {"hold_expires_at": STILL}, False),
        ("pending", {"appointment__starts_at": OVER}, True),
        ("pending", {"appointment__starts_at": STILL}, False),
        ("confirmed", {"appointment__starts_at": OVER}, False),
        ("cancelled", {"appointment__starts_at": OVER}, False),
    ],
)
def test_what_is_overdue(shop: Shop, status: str, more: dict[str, Any], expires: bool) -> None:
    booking = (
        held(shop, **{"until": STILL, "status": status} | more)
        if "hold_expires_at" not in more
        else held(shop, more["hold_expires_at"], status=status)
    )
    before = booking.appointment.seats_taken
    with transaction.atomic():
        assert expire_if_overdue(booking_id=booking.pk, now=NOW) is expires
    booking.refresh_from_db()
    assert booking.status == ("expired" if expires else status)
    assert Appointment.objects.get().seats_taken == (0 if expires else before)
    assert Event.objects.filter(name="booking.expired").exists() is expires


def test_a_request_nobody_answers_ends_at_its_start(shop: Shop, stranger: Stranger, owner: Person, clock: Any) -> None:
    """By its message in the outbox, which moves along with the booking."""
    shop.service.policy = {"auto_confirm": False}
    shop.service.save()
    told = stranger.api.post("bookings/", body_for(shop.service, monday(10))).json()
    owner.api.post(f"bookings/{told['id']}/reschedule/", {"start": monday(12).isoformat()})
    message = OutboxMessage.objects.get(task="bookings.expire_booking")
    assert message.due_at == monday(12)
    task = current_app.tasks[message.task]
    clock.move_to(monday(11))
    task.run(**message.args)
    assert Booking.objects.get().status == "pending"
    clock.move_to(monday(12))
    task.run(**message.args)
    assert Booking.objects.get().status == "expired"
    assert Appointment.objects.get().seats_taken == 0
