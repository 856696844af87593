"""What is told of a session that changes or is called off: each customer once, and the business once of all."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions.sessions import decide_session
from bookme.bookings.models import Appointment
from bookme.communications.models import Notification
from bookme.tenants.models import OutboxMessage
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop, shop  # noqa: F401 - fixtures
from tests.bookings.desk import monday
from tests.factories.bookings import BookingFactory, SessionFactory, VisitFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person
from tests.letters import Letters

DAY = dt.timedelta(days=1)
ADA, ZOE, HOUSE = "ada@mail.example", "zoe@mail.example", "hello@salon.example"


@pytest.fixture
def session(shop: Shop) -> Appointment:  # noqa: F811
    """Yoga with Ada at ten on Monday, booked by an English Ada and a French Zoe; three it needs, by Sunday at ten."""
    service = ServiceFactory(name="Yoga", of_class=True, min_to_run=3, staff=[shop.ada, shop.ben])
    made: Appointment = SessionFactory(
        service=service, staff=shop.ada, location=shop.place, seats_taken=2, min_to_run=3, decide_at=monday(10) - DAY
    )
    for name, email, language in (("Ada", ADA, "en"), ("Zoe", ZOE, "fr")):
        BookingFactory(appointment=made, visit=VisitFactory(contact_name=name, contact_email=email, language=language))
    return made


def body(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())


def test_another_time_and_teacher(shop: Shop, session: Appointment, owner: Person, letters: Letters) -> None:  # noqa: F811
    change = {"start": monday(15).isoformat(), "staff": str(shop.ben.pk)}
    assert owner.api.patch(f"sessions/{session.pk}/", change).status_code == 200
    deliver_outbox()
    (ada,), (zoe,), (house,) = letters.to(ADA), letters.to(ZOE), letters.to(HOUSE)
    assert ada["Subject"] == "New time: Yoga, Monday 7 January, 15:00"
    assert "Was: Monday 7 January, 10:00, with Ada" in body(ada)
    assert "With: Ben" in body(ada)
    assert "avec Ada" in body(zoe)
    (file,) = ada.iter_attachments()
    assert "SEQUENCE:2" in file.get_content()
    assert "DTSTART:20300107T150000Z" in file.get_content()
    assert house["Subject"] == "Class changed: Yoga, Monday 7 January, 15:00"
    assert "Was: Monday 7 January, 10:00, with Ada" in body(house)
    assert "Booked: 2 bookings" in body(house)


def test_another_teacher_alone(shop: Shop, session: Appointment, owner: Person, letters: Letters) -> None:  # noqa: F811
    owner.api.patch(f"sessions/{session.pk}/", {"staff": str(shop.ben.pk)})
    deliver_outbox()
    (ada,) = letters.to(ADA)
    assert ada["Subject"] == "Changed: Yoga, Monday 7 January, 10:00"
    assert "Was: with Ada" in body(ada)


def test_another_place(session: Appointment, owner: Person, letters: Letters) -> None:
    owner.api.patch(f"sessions/{session.pk}/", {"location": str(LocationFactory(name="Annex").pk)})
    deliver_outbox()
    assert f"Was: at {session.location.name}" in body(letters.to(ADA)[0])


def test_reminders_follow_the_new_time(session: Appointment, owner: Person) -> None:
    to = monday(15) + 2 * DAY
    owner.api.patch(f"sessions/{session.pk}/", {"start": to.isoformat()})
    deliver_outbox()
    reminders = OutboxMessage.objects.filter(task="communications.send_reminder", done_at=None)
    assert [each.due_at for each in reminders] == [to - DAY] * 2


def test_more_places_are_nobody_s_news(session: Appointment, owner: Person, letters: Letters) -> None:
    owner.api.patch(f"sessions/{session.pk}/", {"capacity": 12})
    deliver_outbox()
    assert letters.all() == []


def test_called_off_by_the_team(session: Appointment, owner: Person, letters: Letters) -> None:
    owner.api.post(f"sessions/{session.pk}/cancel/", {"reason": "Ada is ill."})
    deliver_outbox()
    (ada,), (zoe,), (house,) = letters.to(ADA), letters.to(ZOE), letters.to(HOUSE)
    assert ada["Subject"] == "Cancelled: Yoga, Monday 7 January, 10:00"
    assert "Reason: Ada is ill." in body(ada)
    assert "Ada is ill." in body(zoe)
    assert house["Subject"] == "Class called off: Yoga, Monday 7 January, 10:00"
    assert not OutboxMessage.objects.filter(task="communications.send_reminder", done_at=None).exists()


def test_called_off_for_want_of_people(session: Appointment, letters: Letters, clock: Any) -> None:
    clock.move_to(monday(10) - DAY)
    with transaction.atomic():
        decide_session(session_id=session.pk, now=monday(10) - DAY)
    deliver_outbox()
    (ada,), (zoe,), (house,) = letters.to(ADA), letters.to(ZOE), letters.to(HOUSE)
    assert "Too few people have booked: it takes at least 3 people." in body(ada)
    assert "Trop peu de personnes ont réservé : il en faut au moins 3." in body(zoe)
    assert "Too few people had booked it, so it was called off." in body(house)


def test_of_one_that_nobody_has_booked_only_the_machine_tells(
    shop: Shop,  # noqa: F811
    owner: Person,
    letters: Letters,
) -> None:
    empty = SessionFactory(staff=shop.ada, location=shop.place)
    owner.api.post(f"sessions/{empty.pk}/cancel/")
    deliver_outbox()
    assert letters.all() == []
    decided = SessionFactory(staff=shop.ada, location=shop.place, min_to_run=2, decide_at=monday(9))
    with transaction.atomic():
        decide_session(session_id=decided.pk, now=monday(9))
    deliver_outbox()
    (house,) = letters.all()
    assert "Booked:" not in body(house)


def test_the_business_s_letter_is_on_record_and_can_be_sent_again(
    session: Appointment, owner: Person, letters: Letters
) -> None:
    owner.api.post(f"sessions/{session.pk}/cancel/")
    deliver_outbox()
    record = Notification.objects.get(kind="session.cancelled")
    assert (record.to, record.booking_ids, record.status) == (HOUSE, [], "sent")
    deliver_outbox()
    assert Notification.objects.filter(kind="session.cancelled").count() == 1
    assert owner.api.post(f"communications/notifications/{record.pk}/send-again/").status_code == 202
    deliver_outbox()
    assert len(letters.to(HOUSE)) == 2
