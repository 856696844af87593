"""A session that needs a minimum of people: decided once, by itself, and never after that."""

import datetime as dt
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from bookme.bookings.actions.sessions import decide_session
from bookme.bookings.models import Appointment, Booking
from bookme.eventlog.models import Event
from bookme.tenants.models import OutboxMessage
from tests.bookings.conftest import Shop
from tests.bookings.crowd import wrong_seats
from tests.bookings.desk import monday, refused
from tests.factories.bookings import BookingFactory, HoldFactory, SessionFactory, VisitFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person

DAY = dt.timedelta(days=1)
POINT = monday(10) - DAY


@pytest.fixture
def session(shop: Shop, owner: Person) -> Appointment:
    """At ten on Monday, if three book by ten on Sunday; two have."""
    service = ServiceFactory(of_class=True, min_to_run=3, staff=[shop.ada, shop.ben])
    body = {"service": str(service.pk), "staff": str(shop.ada.pk), "location": str(shop.place.pk)}
    made = owner.api.post("sessions/", body | {"start": monday(10).isoformat()}).json()["sessions"][0]
    found = Appointment.objects.get(pk=made["id"])
    for language in ("en", "fr"):
        seat(found, visit=VisitFactory(language=language))
    return found


def seat(session: Appointment, *, factory: Any = BookingFactory, **more: Any) -> Booking:
    made: Booking = factory(appointment=session, **more)
    Appointment.objects.filter(pk=session.pk).update(seats_taken=session.seats_taken + made.party_size)
    session.refresh_from_db()
    return made


def message(session: Appointment) -> OutboxMessage:
    return OutboxMessage.objects.get(key=f"session:{session.pk}:decide")


def run(session: Appointment, at: dt.datetime) -> None:
    with transaction.atomic():
        decide_session(session_id=session.pk, now=at)
    session.refresh_from_db()


def test_too_few_call_it_off_and_are_told_in_their_language(session: Appointment, clock: Any) -> None:
    assert message(session).due_at == POINT
    clock.move_to(POINT)
    current_app.tasks[message(session).task].run(**message(session).args)
    session.refresh_from_db()
    assert (session.published, session.seats_taken, session.decide_at) == (False, 0, None)
    reasons = {each.visit.language: each.cancel_reason for each in Booking.objects.all()}
    assert reasons["en"] == "Too few people have booked: it takes at least 3 people."
    assert reasons["fr"] != reasons["en"]
    assert {(each.status, each.cancelled_by, each.fee) for each in Booking.objects.all()} == {
        ("cancelled", "business", 0)
    }
    fact = Event.objects.get(name="session.cancelled")
    assert (fact.payload["cause"], fact.payload["bookings"], fact.actor_kind) == ("too_few", 2, "system")
    assert {each.actor_kind for each in Event.objects.filter(name="booking.cancelled")} == {"system"}
    assert wrong_seats() == 0


def test_enough_make_it_sure(session: Appointment, owner: Person) -> None:
    seat(session)
    run(session, POINT)
    assert (session.published, session.decide_at, session.seats_taken) == (True, None, 3)
    assert Event.objects.filter(name="session.confirmed", subject_id=session.pk).count() == 1
    told = owner.api.get(f"sessions/{session.pk}/").json()
    assert (told["min_to_run"], told["decide_at"], told["is_sure"]) == (3, None, True)


def test_what_is_decided_stays_so(session: Appointment, owner: Person) -> None:
    """However many cancel later, and however often the task runs."""
    booking = seat(session)
    run(session, POINT)
    assert owner.api.post(f"bookings/{booking.pk}/cancel/").status_code == 200
    for later in (POINT, POINT + DAY / 2, monday(11)):
        run(session, later)
    assert session.published
    assert Event.objects.filter(name="session.confirmed").count() == 1
    told = owner.api.patch(f"sessions/{session.pk}/", {"start": (monday(10) + 7 * DAY).isoformat()}).json()
    assert (told["is_sure"], told["decide_at"]) == (True, None)
    refused(owner.api.patch(f"sessions/{session.pk}/", {"min_to_run": 4}), 409, "decided")
    assert owner.api.patch(f"sessions/{session.pk}/", {"min_to_run": None}).json()["min_to_run"] is None


def test_called_off_once(session: Appointment) -> None:
    for at in (POINT, POINT, monday(9)):
        run(session, at)
    assert Event.objects.filter(name="session.cancelled").count() == 1
    assert Event.objects.filter(name="booking.cancelled").count() == 2


def test_not_before_its_time(session: Appointment) -> None:
    run(session, POINT - dt.timedelta(minutes=1))
    assert (session.published, session.decide_at) == (True, POINT)


def test_a_hold_that_ran_out_is_nobody(session: Appointment) -> None:
    seat(session, factory=HoldFactory, hold_expires_at=POINT - dt.timedelta(minutes=1))
    run(session, POINT)
    assert not session.published


def test_a_hold_that_runs_is_somebody(session: Appointment) -> None:
    seat(session, factory=HoldFactory, hold_expires_at=POINT + dt.timedelta(minutes=1))
    run(session, POINT)
    assert session.published


@pytest.mark.parametrize("late", [monday(10), monday(12)])
def test_nothing_that_has_begun_is_called_off(session: Appointment, late: dt.datetime) -> None:
    """The worker was away for a day."""
    run(session, late)
    assert (session.published, session.decide_at) == (True, None)


def test_nor_where_somebody_has_come(session: Appointment) -> None:
    Booking.objects.filter(visit__language="en").update(status="arrived")
    run(session, POINT)
    assert session.published


def test_a_session_that_moves_takes_its_decision_along(session: Appointment, owner: Person) -> None:
    to = monday(15) + DAY
    told = owner.api.patch(f"sessions/{session.pk}/", {"start": to.isoformat()}).json()
    assert told["decide_at"] == "2030-01-07T15:00:00+00:00"
    assert message(session).due_at == to - DAY
    run(session, POINT)
    assert (session.published, session.decide_at) == (True, to - DAY)
    run(session, to - DAY)
    assert not session.published


def test_one_that_moves_too_near_to_decide_is_sure(session: Appointment, owner: Person) -> None:
    told = owner.api.patch(f"sessions/{session.pk}/", {"start": "2030-01-02T18:00:00Z"}).json()
    assert (told["decide_at"], told["is_sure"]) == (None, True)
    assert not OutboxMessage.objects.filter(key=f"session:{session.pk}:decide", done_at=None).exists()


def test_another_minimum(session: Appointment, owner: Person) -> None:
    assert owner.api.patch(f"sessions/{session.pk}/", {"min_to_run": 2}).json()["decide_at"] is not None
    run(session, POINT)
    assert session.published


def test_no_minimum_any_more(session: Appointment, owner: Person) -> None:
    told = owner.api.patch(f"sessions/{session.pk}/", {"min_to_run": None}).json()
    assert (told["min_to_run"], told["decide_at"], told["is_sure"]) == (None, None, True)
    assert not OutboxMessage.objects.filter(key=f"session:{session.pk}:decide").exists()


def test_a_minimum_asked_for_too_late(shop: Shop, owner: Person) -> None:
    soon = SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(10) - 5 * DAY + DAY / 24)
    refused(owner.api.patch(f"sessions/{soon.pk}/", {"min_to_run": 3}), 409, "decided")


def test_a_cancelled_session_decides_nothing(session: Appointment, owner: Person) -> None:
    owner.api.post(f"sessions/{session.pk}/cancel/")
    run(session, POINT)
    assert [each.payload["cause"] for each in Event.objects.filter(name="session.cancelled")] == [""]
