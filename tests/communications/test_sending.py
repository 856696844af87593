"""From a fact to a letter: sent to the right people, recorded once, never lost."""

import datetime as dt
import re
import socket
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client

from bookme.bookings.events import (
    BookingArrived,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingRescheduled,
    BookingUndone,
)
from bookme.bookings.links import manage_token, manage_url
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications import actions
from bookme.communications.keys import waiting_key
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.core.time import now
from bookme.tenants.actions import MAX_ATTEMPTS
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, configure, happen
from tests.factories.bookings import BookingFactory
from tests.factories.communications import LastInboundFactory
from tests.factories.users import Person
from tests.letters import Letters, body

CANCELLED = {"by": "customer", "reason": "", "fee": "0", "currency": "GBP"}


def _booking(**values: Any) -> Booking:
    given = {
        "visit__contact_name": "Amelia Hart",
        "visit__contact_email": "amelia@mail.example",
        "visit__reference": "ABC23456",
        "appointment__service__name": "Cut and finish",
    }
    return BookingFactory(**(given | values))


def _make_due() -> None:
    """All that waits but the reminders: time has passed since the last try."""
    waiting = OutboxMessage.objects.filter(done_at=None).exclude(task=actions.SEND_REMINDER_TASK)
    waiting.update(due_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), leased_until=None)


def test_the_record_does_not_open_the_booking_and_sent_again_the_letter_does(
    salon: Tenant, owner: Person, letters: Letters, client: Client
) -> None:
    booking = _booking()
    link = manage_url(booking.visit)
    happen(BookingConfirmed, booking)
    told = Notification.objects.get(to="amelia@mail.example")
    with transaction.atomic():
        actions.send_again(notification=told, actor=owner.actor, now=now())
    deliver_outbox()
    first, second = letters.to("amelia@mail.example")
    assert link in body(first)
    assert link in body(second)
    assert client.get(link.removeprefix("http://salon.localhost:8000")).status_code == 200
    told.refresh_from_db()
    assert told.text.splitlines() == body(first).replace(link, "[link]").splitlines()


def test_the_record_of_a_text_message_does_not_either(salon: Tenant, letters: Letters) -> None:
    configure(salon, features={"sms": True})
    booking = _booking(visit__contact_phone="+447700900123")
    actions.tell(
        key="k",
        kind=Kind.CONFIRMED,
        audience=Audience.CUSTOMER,
        about=actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,)),
        channel=Channel.SMS,
        now=now(),
    )
    (sms,) = letters.all()
    assert manage_url(booking.visit) in body(sms)
    assert Notification.objects.get().text.endswith("\n[link]")


def test_what_strangers_write_of_themselves_is_no_link_in_what_we_send(salon: Tenant, letters: Letters) -> None:
    """Their names go where they want them to go, by an address or number that may be anybody's."""
    evil = "Your bank: https://evil.example/pay " + "x" * 80
    booking = _booking(
        visit__contact_name=evil,
        visit__contact_phone="+447700900123",
        visit__notes="As on https://pictures.example/cut.\nThank you",
        visit__address={"line1": "www.evil.example", "postcode": "N1 1AA"},
    )
    happen(BookingConfirmed, booking)
    configure(salon, features={"sms": True, "whatsapp": True})
    LastInboundFactory(address="+447700900123", at=now())
    about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    for each in (Channel.SMS, Channel.WHATSAPP):
        actions.tell(key=each, kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, about=about, channel=each, now=now())
    sent = letters.all()
    assert [each["X-BookMe-Channel"] for each in sent].count("whatsapp") == 1
    assert len(sent) == 4
    for letter in sent:
        told = f"{letter['Subject']} {letter['To']} {body(letter)}"
        assert not re.search(r"(https?://|www\.)?(evil|pictures)\.example", told)
        assert "x" * 50 not in told
    (business,) = letters.to("hello@salon.example")
    assert "Booked: Your bank: evil. example/pay x" in business["Subject"]
    assert "As on pictures. example/cut." in body(business)


def test_a_confirmed_booking_is_told_to_customer_and_business(salon: Tenant, letters: Letters) -> None:
    booking = _booking()
    happen(BookingConfirmed, booking)

    (customer,) = letters.to("amelia@mail.example")
    assert customer["Subject"] == "You're booked: Cut and finish, Monday 7 January, 10:00"
    assert customer["From"] == "Salon <bookings@localhost>"
    assert customer["Reply-To"] == "Salon <hello@salon.example>"
    assert customer["To"] == "Amelia Hart <amelia@mail.example>"
    assert (customer["X-BookMe-Tenant"], customer["X-BookMe-Channel"]) == ("salon", "email")
    assert "http://salon.localhost:8000/m/" in body(customer)
    assert "http://salon.localhost:8000/m/" in body(customer, "html")
    (file,) = customer.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert f"UID:{booking.pk}@bookme" in file.get_content()

    (business,) = letters.to("hello@salon.example")
    assert business["Subject"] == "Booked: Amelia Hart, Cut and finish, Monday 7 January, 10:00"
    (file,) = business.iter_attachments()
    assert "SUMMARY:Amelia Hart\\, Cut and finish" in file.get_content()
    assert f"http://salon.localhost:8000/team/bookings/{booking.pk}/" in file.get_content().replace("\r\n ", "")
    assert business["Reply-To"] == "Amelia Hart <amelia@mail.example>"
    assert manage_token(booking.visit) not in business.as_string()

    assert set(Notification.objects.values_list("kind", "audience", "status", "to", "attempts")) == {
        ("booking.confirmed", "customer", "sent", "amelia@mail.example", 1),
        ("booking.confirmed", "business", "sent", "hello@salon.example", 1),
    }


@pytest.mark.parametrize(
    ("event", "status", "more", "subject"),
    [
        (BookingRequested, Status.PENDING, {}, "Request received: "),
        (BookingDeclined, Status.DECLINED, {"reason": ""}, "Not possible: "),
        (BookingCancelled, Status.CANCELLED, CANCELLED, "Cancelled: "),
    ],
)
def test_each_fact_has_its_letter(
    salon: Tenant, letters: Letters, event: Any, status: Status, more: dict[str, str], subject: str
) -> None:
    happen(event, _booking(status=status), **more)
    (customer,) = letters.to("amelia@mail.example")
    assert customer["Subject"].startswith(subject)
    assert len(letters.to("hello@salon.example")) == 1


def test_a_move_tells_the_old_and_the_new_time(salon: Tenant, letters: Letters) -> None:
    booking = _booking()
    old = booking.appointment.starts_at - dt.timedelta(days=1)
    happen(BookingRescheduled, booking, old_start=old.isoformat(), old_end=old.isoformat(),
           old_staff_id=booking.appointment.staff_id, old_location_id=booking.appointment.location_id,
           by="customer")  # fmt: skip
    (customer,) = letters.to("amelia@mail.example")
    assert "When: Monday 7 January, 10:00 to 11:00" in body(customer)
    assert "Was: Sunday 6 January, 10:00" in body(customer)


def test_another_end_or_place_is_told_as_a_change(salon: Tenant, letters: Letters) -> None:
    booking = _booking()
    start, end = booking.appointment.starts_at, booking.appointment.ends_at - dt.timedelta(minutes=10)
    happen(BookingRescheduled, booking, old_start=start.isoformat(), old_end=end.isoformat(),
           old_staff_id=booking.appointment.staff_id, old_location_id=booking.appointment.location_id,
           by="business")  # fmt: skip
    (customer,), (business,) = letters.to("amelia@mail.example"), letters.to("hello@salon.example")
    assert (customer["Subject"].split(":")[0], business["Subject"].split(":")[0]) == ("Changed", "Changed")
    assert "When: Monday 7 January, 10:00 to 11:00" in body(customer)
    assert "Was:" not in body(customer)
    (file,) = customer.iter_attachments()
    assert "METHOD:PUBLISH" in file.get_content()


def test_a_cancelled_booking_takes_itself_out_of_the_calendar(salon: Tenant, letters: Letters) -> None:
    happen(BookingCancelled, _booking(status=Status.CANCELLED), **CANCELLED)
    (letter,) = letters.to("amelia@mail.example")
    (file,) = letter.iter_attachments()
    assert "METHOD:CANCEL" in file.get_content()
    assert "STATUS:CANCELLED" in file.get_content()


def test_a_cancelled_booking_is_told_nothing_is_due(salon: Tenant, letters: Letters) -> None:
    happen(BookingConfirmed, _booking(payment_due=20))
    happen(
        BookingCancelled, _booking(status=Status.CANCELLED, payment_due=20, visit__reference="GONE2345"), **CANCELLED
    )
    confirmed, cancelled = letters.to("amelia@mail.example")
    assert "Due: £20" in body(confirmed)
    assert "Due:" not in body(cancelled)


def test_a_request_that_was_moved_is_tentative_in_the_calendar(salon: Tenant, letters: Letters) -> None:
    booking = _booking(status=Status.PENDING)
    happen(BookingRescheduled, booking, old_start="2030-01-06T10:00:00+00:00", old_end="2030-01-06T11:00:00+00:00",
           old_staff_id=booking.appointment.staff_id, old_location_id=booking.appointment.location_id,
           by="customer")  # fmt: skip
    (file,) = letters.to("amelia@mail.example")[0].iter_attachments()
    assert "METHOD:PUBLISH" in file.get_content()
    assert "STATUS:TENTATIVE" in file.get_content()


def test_who_was_told_cancelled_is_told_that_it_stands_after_all(salon: Tenant, letters: Letters) -> None:
    booking = _booking()
    happen(BookingUndone, booking, old_status="arrived")
    assert letters.all() == []
    happen(BookingUndone, booking, old_status="cancelled")
    assert [each["Subject"][:12] for each in letters.all()] == ["You're booke"]


def test_a_request_that_nobody_answered_is_told_an_unpaid_hold_is_not(salon: Tenant, letters: Letters) -> None:
    hold = _booking(status=Status.EXPIRED, hold_expires_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    happen(BookingExpired, hold)
    assert letters.all() == []
    happen(BookingExpired, _booking(status=Status.EXPIRED, visit__reference="REQ23456"))
    (customer,) = letters.to("amelia@mail.example")
    assert customer["Subject"].startswith("No answer in time: ")
    assert len(letters.to("hello@salon.example")) == 1


def test_what_is_no_longer_true_is_not_told(salon: Tenant, letters: Letters) -> None:
    booking = _booking()
    happen(BookingConfirmed, booking, deliver=False)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    deliver_outbox()
    assert letters.all() == []
    assert not Notification.objects.exists()


def test_nothing_is_told_of_a_fact_without_letters(salon: Tenant, letters: Letters) -> None:
    happen(BookingArrived, _booking(status=Status.ARRIVED))
    assert letters.all() == []


def test_nobody_to_tell_is_no_failure(salon: Tenant, letters: Letters) -> None:
    configure(salon, contact={"email": ""})
    happen(BookingConfirmed, _booking(visit__contact_email=""))
    assert letters.all() == []
    assert not OutboxMessage.objects.filter(done_at=None, attempts__gt=0).exists()


def test_a_fact_that_is_delivered_twice_is_told_once(salon: Tenant, letters: Letters) -> None:
    happen(BookingConfirmed, _booking())
    OutboxMessage.objects.update(done_at=None)
    _make_due()
    deliver_outbox()
    assert len(letters.to("amelia@mail.example")) == 1
    assert Notification.objects.count() == 2


def test_a_mail_server_that_is_down_delays_but_loses_nothing(salon: Tenant, settings: Any, letters: Letters) -> None:
    right = settings.EMAIL_PORT
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.EMAIL_PORT = nobody.getsockname()[1]
    happen(BookingConfirmed, _booking())
    assert letters.all() == []
    assert set(Notification.objects.values_list("status", "attempts")) == {("queued", 1)}

    settings.EMAIL_PORT = right
    _make_due()
    deliver_outbox()
    assert len(letters.all()) == 2
    assert set(Notification.objects.values_list("status", "attempts", "error")) == {("sent", 2, "")}


def test_a_server_that_asks_to_wait_is_tried_again(salon: Tenant, moody: Moody) -> None:
    moody.to_message = "451 Later, please"
    happen(BookingConfirmed, _booking())
    assert moody.messages() == []
    assert not OutboxMessage.objects.filter(dead=True).exists()
    moody.to_message = "250 Kept"
    _make_due()
    deliver_outbox()
    assert len(moody.messages()) == 2


@pytest.mark.parametrize("answer", ["to_recipient", "to_message"])
def test_a_final_refusal_is_recorded_and_not_tried_again(salon: Tenant, moody: Moody, answer: str) -> None:
    setattr(moody, answer, "550 Nobody here")
    happen(BookingConfirmed, _booking())
    told = Notification.objects.get(audience="customer")
    assert (told.status, told.attempts) == (NotificationStatus.FAILED, 1)
    assert "550" in told.error
    assert not OutboxMessage.objects.filter(task="eventlog.run_reaction", done_at=None).exists()


def test_a_message_that_never_gets_through_is_dead_with_a_reason(salon: Tenant, moody: Moody) -> None:
    moody.to_message = "451 Never"
    happen(BookingConfirmed, _booking())
    OutboxMessage.objects.filter(done_at=None).update(attempts=MAX_ATTEMPTS - 1)
    _make_due()
    deliver_outbox()
    dead = OutboxMessage.objects.filter(dead=True)
    assert {each.last_error.split(":")[0] for each in dead} == {"SMTPDataError"}
    assert len(dead) == 2


def test_who_dies_after_sending_repeats_it_once_and_records_it_once(
    salon: Tenant, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EmailMultiAlternatives.send

    def send_and_die(self: EmailMultiAlternatives, *args: Any) -> int:
        real(self, *args)
        raise KeyboardInterrupt

    booking = _booking()
    configure(salon, contact={"email": ""})
    happen(BookingConfirmed, booking, deliver=False)
    monkeypatch.setattr(EmailMultiAlternatives, "send", send_and_die)
    with pytest.raises(KeyboardInterrupt):
        deliver_outbox()
    assert Notification.objects.get().status == NotificationStatus.QUEUED

    monkeypatch.undo()
    Notification.objects.update(leased_until=None)
    _make_due()
    deliver_outbox()
    first, second = letters.to("amelia@mail.example")
    assert first["Message-ID"] == second["Message-ID"]
    assert Notification.objects.count() == 1
    _make_due()
    deliver_outbox()
    assert len(letters.all()) == 2


def test_two_businesses_do_not_share_letters(salon: Tenant, rival: Tenant, letters: Letters) -> None:
    with tenant_scope(rival):
        happen(BookingConfirmed, _booking(visit__contact_name="Rita Rival"))
        assert Notification.objects.count() == 2
    assert not Notification.objects.exists()
    assert {each["X-BookMe-Tenant"] for each in letters.all()} == {"rival"}


def test_a_failure_leaves_it_to_its_row_of_the_outbox(salon: Tenant, moody: Moody) -> None:
    moody.to_message = "421 Bye"
    at = now()
    actions.tell(
        key="k",
        kind=Kind.CONFIRMED,
        audience=Audience.CUSTOMER,
        about=actions.About(booking_ids=(_booking().pk,)),
        now=at,
    )
    told, row = Notification.objects.get(), OutboxMessage.objects.get()
    assert (told.status, told.leased_until) == (NotificationStatus.QUEUED, None)
    assert (row.key, row.attempts) == (waiting_key(told.pk), 0)
    assert dt.timedelta(seconds=5) <= row.due_at - at < dt.timedelta(seconds=30), "long before its lease would be over"
