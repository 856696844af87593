"""Promise 5 at the size of the daily suite: holds expire by the outbox, and a booking sweeps them before that."""

import datetime as dt
import time
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions import reschedule_booking
from bookme.bookings.actions.overdue import let_expire
from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.config.invariants import broken_invariants
from bookme.core.actor import SYSTEM
from bookme.eventlog.models import Event
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import withdraw
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import NOW, monday, session_body
from tests.bookings.line import full_session, held, statuses, waits
from tests.communications.conftest import configure
from tests.factories.bookings import AppointmentFactory, BookingFactory, HoldFactory, SessionFactory, VisitFactory
from tests.factories.customers import CustomerFactory
from tests.factories.users import Person, Stranger

HOLDS = 100
END = NOW + dt.timedelta(minutes=15)


def hold_many(shop: Shop, count: int, until: dt.datetime) -> None:
    """So many hours of Ada's, one after another, each held until then, with its row in the outbox."""
    visit = VisitFactory(customer=CustomerFactory())
    for number in range(count):
        start = monday(0) + dt.timedelta(hours=number)
        slot = AppointmentFactory(
            service=shop.service, staff=shop.ada, location=shop.place, starts_at=start, seats_taken=1
        )
        hold = HoldFactory(appointment=slot, visit=VisitFactory(customer=visit.customer), hold_expires_at=until)
        with transaction.atomic():
            let_expire(hold, now=NOW)


def test_promise_5_holds_expire_by_the_outbox(shop: Shop, clock: Any, record_property: Any) -> None:
    hold_many(shop, HOLDS, END)
    clock.move_to(END - dt.timedelta(seconds=1))
    deliver_outbox()
    assert Booking.objects.filter(status="held").count() == HOLDS
    clock.move_to(END)
    began = time.perf_counter()
    while OutboxMessage.objects.filter(done_at=None, due_at__lte=END).exists():
        deliver_outbox()
    record_property("seconds", round(time.perf_counter() - began, 2))
    assert Booking.objects.filter(status="expired").count() == HOLDS
    assert Appointment.objects.exclude(seats_taken=0).count() == 0
    assert Event.objects.filter(name="booking.expired").count() == HOLDS
    assert wrong_seats() == 0


def test_promise_5_control(shop: Shop, clock: Any) -> None:
    """Without the outbox nobody frees them, and the invariants say so."""
    hold_many(shop, 3, END)
    with transaction.atomic():
        withdraw(keys=[f"booking:{each}:expire" for each in Booking.objects.values_list("pk", flat=True)])
    clock.move_to(END + dt.timedelta(seconds=61))
    deliver_outbox()
    assert Booking.objects.filter(status="held").count() == 3
    broken = broken_invariants(now=END + dt.timedelta(seconds=61))
    assert broken["holds that ended more than a minute ago"] == 3


@pytest.mark.parametrize(("offset", "status"), [(-1, 200), (0, 409), (1, 409)])
def test_an_offer_is_taken_until_its_last_second(
    shop: Shop, salon: Tenant, owner: Person, stranger: Stranger, clock: Any, offset: int, status: int
) -> None:
    """And whichever it is, the place is booked or free: never both, never neither."""
    configure(salon, features={"waitlist": True})
    session = full_session(shop, capacity=1)
    told = waits(stranger.api, "ada", session=str(session.pk))
    owner.api.post(f"bookings/{session.bookings.get().pk}/cancel/")
    deliver_outbox()
    (hold,) = held()
    assert hold.hold_expires_at is not None
    clock.move_to(hold.hold_expires_at + dt.timedelta(seconds=offset))
    answer = stranger.api.post(f"waitlist/{told['id']}/accept/?token={told['token']}")
    assert answer.status_code == status, answer.content
    clock.move_to(hold.hold_expires_at + dt.timedelta(seconds=2))
    deliver_outbox()
    session.refresh_from_db()
    assert (session.seats_taken, statuses()["ada"]) == ((1, "accepted") if status == 200 else (0, "lapsed"))
    assert wrong_seats() == 0


def swept(clock: Any, hold: Booking) -> None:
    hold.refresh_from_db()
    assert hold.status == "expired"
    assert wrong_seats() == 0


def test_a_session_is_swept_before_it_is_full(shop: Shop, stranger: Stranger, clock: Any) -> None:
    session = SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(18), capacity=1, seats_taken=1)
    hold = HoldFactory(appointment=session, hold_expires_at=END)
    clock.move_to(END - dt.timedelta(seconds=1))
    assert stranger.api.post("bookings/", session_body(session)).status_code == 409
    clock.move_to(END)
    assert stranger.api.post("bookings/", session_body(session)).status_code == 201
    swept(clock, hold)


def test_a_move_sweeps_the_session_that_it_goes_to(shop: Shop, clock: Any) -> None:
    there = SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(18), capacity=1, seats_taken=1)
    here = SessionFactory(
        service=there.service, staff=shop.ben, location=shop.place, starts_at=monday(20), seats_taken=1
    )
    hold = HoldFactory(appointment=there, hold_expires_at=END)
    moved = BookingFactory(appointment=here)
    clock.move_to(END)
    with transaction.atomic():
        reschedule_booking(booking=Booking.objects.get(pk=moved.pk), start=monday(18), actor=SYSTEM, now=END)
    swept(clock, hold)
    assert Booking.objects.get(pk=moved.pk).appointment_id == there.pk


def test_an_offer_sweeps_what_is_in_its_way(
    shop: Shop, salon: Tenant, owner: Person, stranger: Stranger, clock: Any
) -> None:
    """The first offer is over; the next one is made by whoever comes first, the outbox or a reaction."""
    configure(salon, features={"waitlist": True})
    session = full_session(shop, capacity=1)
    for name in ("ada", "bea"):
        waits(stranger.api, name, session=str(session.pk))
    owner.api.post(f"bookings/{session.bookings.get().pk}/cancel/")
    deliver_outbox()
    (hold,) = held()
    assert hold.hold_expires_at is not None
    clock.move_to(hold.hold_expires_at)
    deliver_outbox()
    swept(clock, hold)
    assert statuses() == {"ada": "lapsed", "bea": "offered"}
    assert ResourceAllocation.objects.count() == 0
