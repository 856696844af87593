"""A step of several bookings is one letter to each who is told: of all of them that it is still true of."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions.facts import publish_together
from bookme.bookings.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingRescheduled,
)
from bookme.bookings.links import manage_url
from bookme.bookings.models import Booking, Visit
from bookme.bookings.states import Status
from bookme.communications import actions
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.core.actor import SYSTEM
from bookme.core.errors import Conflict
from bookme.core.time import now
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, happen
from tests.factories.bookings import MONDAY_AT_TEN, BookingFactory, VisitFactory
from tests.factories.users import Person
from tests.letters import Letters, body

AMELIA = "amelia@mail.example"
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
CANCELLED = {"by": "customer", "reason": "", "fee": "0", "currency": "GBP"}


def _visit(**values: Any) -> Visit:
    return VisitFactory(contact_name="Amelia Hart", contact_email=AMELIA, **values)


def _parts(*names: str, visit: Visit | None = None, status: Status = Status.CONFIRMED, **values: Any) -> list[Booking]:
    """Services of a visit, one after another from Monday at ten."""
    visit = visit or _visit()
    return [
        BookingFactory(
            visit=visit,
            position=position,
            status=status,
            appointment__service__name=name,
            appointment__starts_at=MONDAY_AT_TEN + position * HOUR,
            **values,
        )
        for position, name in enumerate(names)
    ]


def _dates(count: int) -> list[Booking]:
    """A visit a week, as of a series."""
    first = _visit()
    visits = [first, *(_visit(customer=first.customer) for _ in range(count - 1))]
    return [
        BookingFactory(
            visit=visit, appointment__service__name="Yoga", appointment__starts_at=MONDAY_AT_TEN + 7 * n * DAY
        )
        for n, visit in enumerate(visits)
    ]


def _together(kind: type[BookingEvent], bookings: Sequence[Booking], told: Any = lambda _: {}) -> None:
    with transaction.atomic():
        publish_together(kind, bookings, actor=SYSTEM, told=told)


def _late(booking: Booking) -> dict[str, Any]:
    """What the fact of a move says beyond others: it was a day before."""
    old = booking.appointment.starts_at - DAY
    return {
        "old_start": old.isoformat(),
        "old_end": old.isoformat(),
        "old_staff_id": booking.appointment.staff_id,
        "old_location_id": booking.appointment.location_id,
        "by": "customer",
    }


def test_a_visit_is_one_letter_to_each(salon: Tenant, letters: Letters) -> None:
    """Told in order of start, whichever of them the fact is about that tells of the others."""
    cut, colour, brows = _parts("Cut", "Colour", "Brows")
    _together(BookingConfirmed, [colour, cut, brows])
    deliver_outbox()

    (customer,) = letters.to(AMELIA)
    assert customer["Subject"] == "You're booked: Cut and 2 more, Monday 7 January, 10:00"
    for told in ("10:00 to 11:00: Cut", "11:00 to 12:00: Colour", "12:00 to 13:00: Brows", "Total: £120"):
        assert told in body(customer)
    assert body(customer).count("/m/") == 1
    (file,) = customer.iter_attachments()
    assert file.get_content().count("BEGIN:VEVENT") == 3
    (business,) = letters.to("hello@salon.example")
    assert business["Subject"] == "Booked: Amelia Hart, Cut and 2 more, Monday 7 January, 10:00"
    assert len(letters.all()) == 2

    for record in Notification.objects.all():
        assert record.booking_ids == [cut.pk, colour.pk, brows.pk]
        assert record.visit_id == cut.visit_id
    assert not OutboxMessage.objects.filter(done_at=None, attempts__gt=0).exists()


def test_a_series_is_one_letter_with_one_link(salon: Tenant, letters: Letters) -> None:
    bookings = _dates(4)
    _together(BookingConfirmed, bookings)
    deliver_outbox()
    (customer,) = letters.to(AMELIA)
    assert customer["Subject"] == "You're booked: Yoga, 4 dates, from Monday 7 January, 10:00"
    assert manage_url(bookings[0].visit) in body(customer)
    record = Notification.objects.get(to=AMELIA)
    assert record.booking_ids == [each.pk for each in bookings]
    assert "/m/" not in record.text
    assert "[link]" in record.text


@pytest.mark.parametrize("gone", [0, 1])
def test_what_is_no_longer_true_of_one_is_told_of_the_others(salon: Tenant, letters: Letters, gone: int) -> None:
    bookings = _parts("Cut", "Colour", "Brows")
    _together(BookingConfirmed, bookings)
    Booking.objects.filter(pk=bookings[gone].pk).update(status=Status.CANCELLED)
    deliver_outbox()
    (customer,) = letters.to(AMELIA)
    left = [each for number, each in enumerate(bookings) if number != gone]
    assert f": {left[0].appointment.service.name} and 1 more, " in customer["Subject"]
    assert bookings[gone].appointment.service.name not in body(customer)
    assert Notification.objects.get(to=AMELIA).booking_ids == [each.pk for each in left]


def test_one_that_is_true_of_none_is_not_sent(salon: Tenant, letters: Letters) -> None:
    _together(BookingConfirmed, _parts("Cut", "Colour"))
    Booking.objects.update(status=Status.CANCELLED)
    deliver_outbox()
    assert letters.all() == []
    assert not Notification.objects.exists()


def test_of_a_part_that_is_cancelled_only_that_is_told(salon: Tenant, letters: Letters) -> None:
    cut, _colour = _parts("Cut", "Colour")
    Booking.objects.filter(pk=cut.pk).update(status=Status.CANCELLED)
    cut.refresh_from_db()
    happen(BookingCancelled, cut, **CANCELLED)
    (customer,) = letters.to(AMELIA)
    assert customer["Subject"] == "Cancelled: Cut, Monday 7 January, 10:00"
    assert "Colour" not in body(customer)


def test_each_says_where_it_was_at_this_step(salon: Tenant, letters: Letters) -> None:
    """To the business: the customer is told of the last alone."""
    bookings = _parts("Cut", "Colour")
    _together(BookingRescheduled, bookings, _late)
    with transaction.atomic():
        publish_together(BookingRescheduled, bookings, actor=SYSTEM,
                         told=lambda each: _late(each) | {"old_start": (MONDAY_AT_TEN + DAY).isoformat()})  # fmt: skip
    deliver_outbox()
    first, second = letters.to("hello@salon.example")
    assert "Was: Sunday 6 January, 10:00" in body(first)
    assert "Was: Sunday 6 January, 11:00" in body(first)
    assert body(second).count("Was: Tuesday 8 January, 10:00") == 2


@pytest.mark.parametrize(("held", "told"), [(True, 0), (False, 2)], ids=["a hold", "a request"])
def test_what_expired_together_is_told_together(salon: Tenant, letters: Letters, held: bool, told: int) -> None:
    ends = MONDAY_AT_TEN - DAY if held else None
    _together(BookingExpired, _parts("Cut", "Colour", status=Status.EXPIRED, hold_expires_at=ends))
    deliver_outbox()
    assert len(letters.all()) == told


def test_a_step_that_is_delivered_twice_is_told_once(salon: Tenant, letters: Letters) -> None:
    _together(BookingConfirmed, _parts("Cut", "Colour"))
    deliver_outbox()
    waiting = OutboxMessage.objects.exclude(task=actions.SEND_REMINDER_TASK)
    waiting.update(done_at=None, due_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    deliver_outbox()
    assert len(letters.all()) == 2


def test_a_try_that_failed_is_followed_by_what_is_true_then(salon: Tenant, moody: Moody) -> None:
    cut, colour = _parts("Cut", "Colour")
    moody.to_message = "451 Later, please"
    _together(BookingConfirmed, [cut, colour])
    deliver_outbox()
    assert Notification.objects.get(to=AMELIA).booking_ids == [cut.pk, colour.pk]
    Booking.objects.filter(pk=cut.pk).update(status=Status.CANCELLED)
    moody.to_message = "250 Kept"
    waiting = OutboxMessage.objects.filter(done_at=None).exclude(task=actions.SEND_REMINDER_TASK)
    waiting.update(due_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), leased_until=None)
    deliver_outbox()
    record = Notification.objects.get(to=AMELIA)
    assert (record.status, record.booking_ids) == ("sent", [colour.pk])


def test_one_customer_never_reads_of_another(salon: Tenant, letters: Letters) -> None:
    own, others = _parts("Cut"), _parts("Colour")
    with pytest.raises(ValueError, match="one customer"):
        actions.tell(
            key="k",
            kind=Kind.CONFIRMED,
            audience=Audience.CUSTOMER,
            about=actions.About(booking_ids=(own[0].pk, others[0].pk)),
            now=now(),
        )
    assert letters.all() == []
    assert not Notification.objects.exists()


def test_sent_again_it_tells_the_same_bookings_as_far_as_it_is_true(
    salon: Tenant, owner: Person, letters: Letters
) -> None:
    cut, colour = _parts("Cut", "Colour")
    _together(BookingConfirmed, [cut, colour])
    deliver_outbox()
    record = Notification.objects.get(to=AMELIA)
    with transaction.atomic():
        actions.send_again(notification=record, actor=owner.actor, now=now())
    Booking.objects.filter(pk=cut.pk).update(status=Status.CANCELLED)
    deliver_outbox()
    _first, again = letters.to(AMELIA)
    assert again["Subject"] == "You're booked: Colour, Monday 7 January, 11:00"
    record.refresh_from_db()
    assert record.booking_ids == [cut.pk, colour.pk]

    Booking.objects.filter(pk=colour.pk).update(status=Status.CANCELLED)
    with pytest.raises(Conflict, match="no longer be true"), transaction.atomic():
        actions.send_again(notification=record, actor=owner.actor, now=now())
    assert len(letters.to(AMELIA)) == 2
