"""What one of the staff is told of: their own calendar, once, and not what they did themselves."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions.facts import before_move, fact_of
from bookme.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
    BookingExpired,
    BookingRequested,
    BookingRescheduled,
    BookingUndone,
)
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.states import Status
from bookme.communications.models import Notification
from bookme.communications.selectors.notifications import messages_about
from bookme.core.actor import SYSTEM, Actor
from bookme.eventlog.actions import publish
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.models import User
from tests.bookings.conftest import Shop, shop  # noqa: F401 - fixtures
from tests.bookings.desk import body_for, monday
from tests.communications.conftest import Moody, configure
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.communications import MutedFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory, TimeOffFactory
from tests.factories.users import Person
from tests.letters import Letters, body

ADA, BEN, HOUSE = "ada@salon.example", "ben@salon.example", "hello@salon.example"
CANCELLED = {"by": "customer", "reason": "", "fee": "0", "currency": "GBP"}


@pytest.fixture
def ada(salon: Tenant) -> Staff:
    return StaffFactory(name="Ada", email=ADA)


def _booking(staff: Staff, **values: Any) -> Booking:
    named = {"visit__contact_name": "Amelia", "appointment__service__name": "Cut"}
    return BookingFactory(appointment__staff=staff, **(named | values))


def _happen(kind: type[BookingEvent], booking: Booking, *, actor: Actor = SYSTEM, **more: Any) -> None:
    with transaction.atomic():
        publish(fact_of(kind, booking, **more), actor=actor)
    deliver_outbox()


def _hand_over(booking: Booking, to: Staff) -> None:
    was = before_move(booking.appointment)
    Appointment.objects.filter(pk=booking.appointment_id).update(staff=to)
    booking.appointment.refresh_from_db()
    _happen(BookingRescheduled, booking, by="business", **was)


@pytest.mark.parametrize(
    ("event", "status", "more", "subject"),
    [
        (BookingRequested, Status.PENDING, {}, "New request: Amelia, Cut"),
        (BookingConfirmed, Status.CONFIRMED, {}, "Booked: Amelia, Cut"),
        (BookingDeclined, Status.DECLINED, {"reason": ""}, "Declined: Amelia, Cut"),
        (BookingCancelled, Status.CANCELLED, CANCELLED, "Cancelled: Amelia, Cut"),
        (BookingExpired, Status.EXPIRED, {}, "Not answered: Amelia, Cut"),
        (BookingUndone, Status.CONFIRMED, {"old_status": "cancelled"}, "Booked: Amelia, Cut"),
    ],
)
def test_each_fact_of_their_calendar(
    ada: Staff, letters: Letters, event: Any, status: Status, more: dict[str, str], subject: str
) -> None:
    booking = _booking(ada, status=status)
    _happen(event, booking, **more)
    (letter,) = letters.to(ADA)
    assert letter["Subject"].startswith(subject)
    told = Notification.objects.get(audience="staff")
    assert (told.recipient_id, told.booking_ids, told.status) == (ada.pk, [booking.pk], "sent")


def test_not_what_they_did_themselves(ada: Staff, stylist: Person, owner: Person, letters: Letters) -> None:
    Staff.objects.filter(pk=ada.pk).update(user_id=stylist.user.pk)
    _happen(BookingConfirmed, _booking(ada), actor=stylist.actor)
    assert letters.to(ADA) == []
    _happen(BookingConfirmed, _booking(ada, appointment__starts_at=monday(15)), actor=owner.actor)
    assert len(letters.to(ADA)) == 1


def test_at_the_address_and_in_the_language_of_who_signs_in(ada: Staff, stylist: Person, letters: Letters) -> None:
    Staff.objects.filter(pk=ada.pk).update(user_id=stylist.user.pk, email="")
    User.objects.filter(pk=stylist.user.pk).update(language="fr")
    _happen(BookingConfirmed, _booking(ada))
    (letter,) = letters.to(stylist.user.email)
    assert "lundi 7 janvier" in letter["Subject"]


def test_who_helps_is_told_too(ada: Staff, letters: Letters) -> None:
    booking, ben = _booking(ada), StaffFactory(name="Ben", email=BEN)
    lead = booking.appointment
    Appointment.objects.create(lead=lead, staff=ben, seats_taken=1, **{
        name: getattr(lead, name)
        for name in ("service", "location", "starts_at", "ends_at", "blocked_start", "blocked_end")
    })  # fmt: skip
    _happen(BookingConfirmed, booking)
    assert (len(letters.to(ADA)), len(letters.to(BEN))) == (1, 1)


def test_a_move_is_told_to_who_had_it_and_to_who_has_it(ada: Staff, letters: Letters) -> None:
    booking, ben = _booking(ada), StaffFactory(name="Ben", email=BEN)
    _hand_over(booking, ben)
    (lost,), (found,) = letters.to(ADA), letters.to(BEN)
    assert "It is with Ben now, and no longer in your calendar." in body(lost)
    assert "no longer in your calendar" not in body(found)
    assert "Was: with Ada" in body(found)


def test_a_move_is_told_to_who_helped_and_does_not_any_more(
    shop: Shop,  # noqa: F811
    owner: Person,
    letters: Letters,
) -> None:
    lift = ServiceFactory(staff_needed=2, staff=[shop.ada, shop.ben])
    cyd = StaffFactory(name="Cyd", hours=EVERY_DAY, does=[lift], email="cyd@salon.example")
    for staff, address in ((shop.ada, ADA), (shop.ben, BEN)):
        Staff.objects.filter(pk=staff.pk).update(email=address)
    made = owner.api.post("bookings/", body_for(lift, monday(10), staff=str(shop.ada.pk))).json()
    assert made["helpers"] == [str(shop.ben.pk)]
    deliver_outbox()
    assert (len(letters.to(BEN)), len(letters.to(cyd.email))) == (1, 0)

    TimeOffFactory(staff=shop.ben, starts_at=monday(14), ends_at=monday(15))
    moved = owner.api.post(f"bookings/{made['id']}/reschedule/", {"start": monday(14).isoformat()}).json()
    assert moved["helpers"] == [str(cyd.pk)]
    deliver_outbox()
    (_had, lost), (found,) = letters.to(BEN), letters.to(cyd.email)
    assert "It is with Ada now, and no longer in your calendar." in body(lost)
    assert "METHOD:CANCEL" in next(lost.iter_attachments()).get_content()
    assert "no longer in your calendar" not in body(found)
    assert "no longer in your calendar" not in body(letters.to(ADA)[-1])


def test_what_is_told_of_a_calendar_that_it_has_left_is_not_true(ada: Staff, moody: Moody) -> None:
    """A confirmation that could not go out to whom it was first with."""
    booking, ben = _booking(ada), StaffFactory(name="Ben", email=BEN)
    moody.to_message = "451 Later, please"
    _happen(BookingConfirmed, booking)
    moody.to_message = "250 Kept"
    _hand_over(booking, ben)
    first = Notification.objects.get(audience="staff", kind="booking.confirmed")
    assert (first.status, first.reason) == ("withdrawn", "no_longer_true")
    told = Notification.objects.filter(audience="staff", status="sent")
    assert set(told.values_list("to", flat=True)) == {ADA, BEN}


def test_a_visit_is_told_once_to_each_with_what_is_theirs(ada: Staff, owner: Person, letters: Letters) -> None:
    ben = StaffFactory(name="Ben", email=BEN)
    cut = _booking(ada)
    colour = _booking(ben, visit=cut.visit, position=1, appointment__service__name="Colour")
    with transaction.atomic():
        publish(fact_of(BookingConfirmed, cut, also=[str(colour.pk)]), actor=SYSTEM)
        publish(fact_of(BookingConfirmed, colour, told_with=str(cut.pk)), actor=SYSTEM)
    deliver_outbox()
    (of_ada,), (of_ben,) = letters.to(ADA), letters.to(BEN)
    assert "Colour" not in body(of_ada)
    assert "Colour" in body(of_ben)
    about_cut = messages_about(owner.actor, cut)
    assert {(each.audience, each.to) for each in about_cut if each.audience != "customer"} == {
        ("business", HOUSE),
        ("staff", ADA),
    }


def test_the_business_of_one_person_is_told_once(ada: Staff, salon: Tenant, letters: Letters) -> None:
    Staff.objects.filter(pk=ada.pk).update(email=HOUSE.upper())
    _happen(BookingConfirmed, _booking(ada))
    assert len(letters.to(HOUSE)) == 1
    configure(salon, messages={"off": ["booking.confirmed.business"]})
    _happen(BookingConfirmed, _booking(ada, appointment__starts_at=monday(15)))
    assert set(Notification.objects.filter(audience="staff").values_list("status", flat=True)) == {"sent"}


@pytest.mark.parametrize("why", ["off", "muted", "left", "no address"])
def test_who_is_not_told(ada: Staff, salon: Tenant, letters: Letters, why: str) -> None:
    match why:
        case "off":
            configure(salon, messages={"off": ["booking.confirmed.staff"]})
        case "muted":
            MutedFactory(person_id=ada.pk, name="booking.confirmed.staff")
        case "left":
            Staff.objects.filter(pk=ada.pk).update(is_active=False)
        case _:
            Staff.objects.filter(pk=ada.pk).update(email="")
    _happen(BookingConfirmed, _booking(ada))
    assert letters.to(ADA) == []
    assert len(letters.to(HOUSE)) == 1
    assert not Notification.objects.filter(audience="staff").exclude(status="skipped", reason="not_wanted").exists()


def test_of_several_none_waits_for_another(ada: Staff, moody: Moody) -> None:
    """What cannot be delivered to one is tried again by itself."""
    booking, ben = _booking(ada), StaffFactory(name="Ben", email=BEN)
    moody.to_recipient = "451 Later, please"
    _hand_over(booking, ben)
    waiting = Notification.objects.filter(audience="staff", status="queued")
    assert set(waiting.values_list("recipient_id", "attempts")) == {(ada.pk, 1), (ben.pk, 1)}


def test_a_session_is_told_to_who_gave_it_and_who_gives_it(shop: Shop, owner: Person, letters: Letters) -> None:  # noqa: F811
    Staff.objects.filter(pk=shop.ada.pk).update(email=ADA)
    Staff.objects.filter(pk=shop.ben.pk).update(email=BEN)
    service = ServiceFactory(name="Yoga", of_class=True, staff=[shop.ada, shop.ben])
    session = SessionFactory(service=service, staff=shop.ada, location=shop.place)
    owner.api.patch(f"sessions/{session.pk}/", {"capacity": 9})
    deliver_outbox()
    assert letters.all() == []
    change = {"start": monday(15).isoformat(), "staff": str(shop.ben.pk)}
    assert owner.api.patch(f"sessions/{session.pk}/", change).status_code == 200
    deliver_outbox()
    (of_ada,), (of_ben,) = letters.to(ADA), letters.to(BEN)
    assert of_ada["Subject"] == of_ben["Subject"] == "Class changed: Yoga, Monday 7 January, 15:00"
    assert "Nobody had booked it." in body(of_ben)
    assert letters.to(HOUSE) == [], "it concerns nobody who booked"


def test_a_session_that_is_called_off_is_told_once_for_all_its_bookings(
    shop: Shop,  # noqa: F811
    owner: Person,
    letters: Letters,
) -> None:
    Staff.objects.filter(pk=shop.ada.pk).update(email=ADA)
    service = ServiceFactory(name="Yoga", of_class=True, staff=[shop.ada])
    session = SessionFactory(service=service, staff=shop.ada, location=shop.place, seats_taken=2)
    BookingFactory(appointment=session)
    BookingFactory(appointment=session)
    assert owner.api.post(f"sessions/{session.pk}/cancel/", {}).status_code == 200
    deliver_outbox()
    (letter,) = letters.to(ADA)
    assert letter["Subject"].startswith("Class called off: Yoga")


def test_the_time_is_not_read_from_the_fact(ada: Staff, letters: Letters) -> None:
    """What is told is how it is when it goes out."""
    booking = _booking(ada)
    with transaction.atomic():
        publish(fact_of(BookingConfirmed, booking), actor=SYSTEM)
    later = booking.appointment.starts_at + dt.timedelta(hours=5)
    Appointment.objects.update(
        starts_at=later, ends_at=later + dt.timedelta(hours=1), blocked_end=later + dt.timedelta(hours=1)
    )
    deliver_outbox()
    assert letters.to(ADA)[0]["Subject"] == "Booked: Amelia, Cut, Monday 7 January, 15:00"
